"""The history of a record and of a revision: for the public what changed and when, for staff also who and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database.public_reader import PROJECT_EVENT
from portal.models import AuditEvent, Project

# The verbs of the events that the public may see (those in the view project_event), and their public names.
PUBLIC_VERBS = {
    "publish": "published",
    "change": "changed",
    "publish again": "published again",
    "withdraw": "withdrawn",
}
_SAVE, _HAND_OVER = "save", "hand over"


@dataclass(frozen=True)
class PublicChange:
    """One public change: what happened, and the changed fields with their text before and after. No names of staff."""

    at: datetime
    kind: str
    fields: tuple[str, ...]
    before: dict[str, Any]
    after: dict[str, Any]


def public_changes(session: Session, project: Project) -> tuple[PublicChange, ...]:
    """The public history of one record, newest first; the last entry is its first publication."""
    query = select(PROJECT_EVENT).where(PROJECT_EVENT.c.project_id == project.id)
    events = session.execute(query.order_by(PROJECT_EVENT.c.id.desc())).all()
    changes = []
    for event in events:
        if kind := PUBLIC_VERBS.get(event.verb):
            has_fields = event.verb != "withdraw"
            after = {name: value for name, value in (event.after or {}).items() if has_fields and name != "revision"}
            before = (event.before or {}) if has_fields else {}
            changes.append(PublicChange(event.at, kind, tuple(after), before, after))
    if not any(event.verb == "publish" for event in events):
        # The record was imported: one bulk event covers all records of an import.
        changes.append(PublicChange(project.created_at, "published", (), {}, {}))
    return tuple(changes)


def revision_events(session: Session, revision_id: int, *, with_saves: bool = False) -> list[AuditEvent]:
    """The events of one revision for staff, newest first; the saves of its author only if asked for."""
    query = select(AuditEvent).where(AuditEvent.subject_kind == "revision", AuditEvent.subject_id == str(revision_id))
    events = session.execute(query.order_by(AuditEvent.id)).scalars().all()
    author_id = next((event.actor_id for event in events if event.verb == "draft"), None)
    shown = []
    for event in events:
        if event.verb == _HAND_OVER:
            author_id = (event.after or {}).get("author_id", author_id)
        if with_saves or event.verb != _SAVE or event.actor_id != author_id:
            shown.append(event)
    return shown[::-1]
