"""The fields that each form may send, by endpoint: nothing else is read, and whatever else comes is written down.

A view that writes and is not in this table keeps the application from starting.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, g, request
from sqlalchemy.exc import OperationalError

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.models import ProjectDraft
from portal.services.audit import recording
from portal.web.authoring.draft_saving import CHOICE
from portal.web.review.field_decisions import MARK, REASON
from portal.web.security import csrf, resubmission

_DRAFT = frozenset(ProjectDraft.field_names())
_STEP = frozenset({"key", "version"})
_DECISION = _STEP | {"note", "all"} | {f"{before}{name}" for name in _DRAFT for before in (MARK, REASON)}
_SHEET = _DRAFT | _STEP | {"page", "based_on", "of", "action", "note"} | {f"{CHOICE}{name}" for name in _DRAFT}
_NOTHING: frozenset[str] = frozenset()
_CODE = frozenset({"code", "next"})

FIELDS: Mapping[str, frozenset[str]] = {
    "accounts.change_email": frozenset({"email"}),
    "accounts.change_role": frozenset({"role"}),
    "accounts.disable": _NOTHING,
    "accounts.enable": _NOTHING,
    "accounts.give_link": _NOTHING,
    "accounts.invite": frozenset({"name", "email", "role"}),
    "accounts.remove_second_factor": _NOTHING,
    "accounts.rename": frozenset({"name"}),
    "email_changes.ask": frozenset({"email", "present", "code", "username"}),
    "email_changes.use_link": _NOTHING,
    "own_account.begin_second_factor": _NOTHING,
    "own_account.change_password": frozenset({"present", "code", "password", "username"}),
    "own_account.confirm_second_factor": _CODE,
    "own_account.end_others": _NOTHING,
    "own_account.end_session": _NOTHING,
    "own_account.recovery_codes": _NOTHING,
    "own_account.rename": frozenset({"name"}),
    "passwords.ask_for_link": frozenset({"email"}),
    "passwords.use_link": frozenset({"password", "username"}),
    "publishing.discard": _STEP,
    "publishing.publish": _STEP,
    "publishing.publish_several": _STEP | {"number"},
    "publishing.schedule": _STEP | {"day", "time"},
    "publishing.set_due": _STEP | {"day", "clear"},
    "records.withdraw": _STEP | {"reason"},
    "review.approve": _DECISION,
    "review.claim": _DECISION,
    "review.mark": _DECISION,
    "review.recall": _DECISION,
    "review.release": _DECISION,
    "review.restore": _DECISION,
    "review.return": _DECISION,
    "review.submit": _DECISION,
    "review.unschedule": _DECISION,
    "signing_in.again": frozenset({"email", "password", "code", "to", "method"}),
    "signing_in.finish_enrolment": _CODE,
    "signing_in.sign_out": _NOTHING,
    "signing_in.try_code": _CODE,
    "signing_in.try_password": frozenset({"email", "password", "next"}),
    "submission.autosave": _SHEET,
    "submission.autosave_change": _SHEET,
    "submission.autosave_new": _SHEET,
    "submission.check": _SHEET | {"about"},
    "submission.store": _SHEET,
    "submission.store_change": _SHEET,
    "submission.store_new": _SHEET,
}
_NAMES_MOST, _NAME_MOST = 10, 40


def unlisted() -> list[str]:
    """The names of the present form that its page does not have; those carried through a sign-in are known."""
    listed = FIELDS.get(request.endpoint or "", _NOTHING) | {csrf.FIELD}
    carries = request.endpoint == "signing_in.again"
    return sorted(
        name for name in request.form if name not in listed and not (carries and name.startswith(resubmission.KEPT))
    )


def check() -> None:
    """Write down which fields of someone signed in are ignored, in a transaction of its own; never their values."""
    if request.method in csrf.SAFE or request.endpoint is None or g.get("session_row") is None:
        return
    if not (names := unlisted()):
        return
    session, account = db.session(), g.session_row.account
    named = [ascii(name)[1:-1][:_NAME_MOST] for name in names[:_NAMES_MOST]]
    try:
        begin_writing(session)
        after = {"fields": named, "count": len(names), "endpoint": request.endpoint}
        recording.record(session, "fields ignored", "account", account.id, after=after, by=account)
        session.commit()
    except OperationalError:
        # Busy or full: what was sent is ignored all the same.
        session.rollback()


def init_app(app: Flask) -> None:
    """Call it after the guard, so that what it refused is not looked at."""
    writing = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    if missing := writing - FIELDS.keys():
        raise RuntimeError(f"these views write, but their fields are not listed: {', '.join(sorted(missing))}")
    app.before_request(check)
