"""The audit log for administrators, filtered by actor, action, subject and date; read only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import orjson
from flask import Blueprint, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from portal.database.orm import db
from portal.models import AuditEvent
from portal.services.audit import log
from portal.services.audit.log import AuditFilter
from portal.services.editorial import revisions
from portal.web.declarations import require_role
from portal.web.security import access

bp = Blueprint("audit_log", __name__, url_prefix="/staff/audit")


@dataclass(frozen=True)
class AuditRow:
    """One event, its changes as text, and the URL of its subject if it has a page."""

    event: AuditEvent
    url: str
    before: str
    after: str


@bp.get("/")
@require_role("administrator")
def events() -> str:
    audit_filter = parse_filter(request.args)
    session = db.session()
    found_events, next_id = log.find_events(session, audit_filter)
    revision_ids = [revision_id for event in found_events if (revision_id := revision_id_of(event))]
    visible_ids = revisions.visible_ids(session, revision_ids, access.signed_in_account())
    return render_template(
        "admin/audit_log.html",
        rows=[audit_row(event, visible_ids) for event in found_events],
        audit_filter=audit_filter,
        verbs=log.verbs(session),
        kinds=log.subject_kinds(session),
        next_url=filter_url(replace(audit_filter, before_id=next_id)) if next_id else "",
        first_url=filter_url(replace(audit_filter, before_id=None)) if audit_filter.before_id else "",
    )


def parse_filter(args: MultiDict[str, str]) -> AuditFilter:
    """The filter of a query string; invalid values are ignored."""

    def text(name: str) -> str:
        return args.get(name, "").replace("\x00", "").strip()

    def day(name: str) -> date | None:
        try:
            value = date.fromisoformat(args.get(name, ""))
        except ValueError:
            return None
        return value if date.min < value < date.max else None

    before = args.get("before", "")
    return AuditFilter(
        actor=text("who"),
        verb=text("what"),
        kind=text("kind"),
        subject=text("subject"),
        first_day=day("from"),
        last_day=day("to"),
        before_id=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )


def filter_url(audit_filter: AuditFilter) -> str:
    params: dict[str, Any] = {
        "who": audit_filter.actor,
        "what": audit_filter.verb,
        "kind": audit_filter.kind,
        "subject": audit_filter.subject,
        "from": audit_filter.first_day.isoformat() if audit_filter.first_day else "",
        "to": audit_filter.last_day.isoformat() if audit_filter.last_day else "",
        "before": audit_filter.before_id,
    }
    return url_for(".events", **{name: value for name, value in params.items() if value})


def revision_id_of(event: AuditEvent) -> int:
    """The id of the revision that the event is about, 0 for another subject."""
    return int(event.subject_id) if event.subject_kind == "revision" and event.subject_id.isdigit() else 0


def audit_row(event: AuditEvent, visible_ids: Collection[int]) -> AuditRow:
    """A row of the log; it links to the revision only if the user may see it."""
    revision_id = revision_id_of(event)
    return AuditRow(
        event=event,
        url=url_for("review.revision", revision_id=revision_id) if revision_id in visible_ids else "",
        before=pretty_json(event.before),
        after=pretty_json(event.after),
    )


def pretty_json(values: dict[str, Any] | None) -> str:
    return orjson.dumps(values, option=orjson.OPT_INDENT_2).decode() if values else ""
