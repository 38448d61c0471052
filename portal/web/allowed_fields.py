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
from portal.web.authoring.draft_saving import CHOICE_PREFIX
from portal.web.review.field_decisions import REASON_PREFIX, VERDICT_PREFIX
from portal.web.security import csrf, resubmission

_DRAFT_FIELDS = frozenset(ProjectDraft.field_names())
_TRANSITION_FIELDS = frozenset({"key", "version"})
_DECISION_FIELDS = (
    _TRANSITION_FIELDS
    | {"note", "all"}
    | {f"{before}{name}" for name in _DRAFT_FIELDS for before in (VERDICT_PREFIX, REASON_PREFIX)}
)
_EDIT_FIELDS = (
    _DRAFT_FIELDS
    | _TRANSITION_FIELDS
    | {"page_key", "base_version", "conflict_with", "action", "note"}
    | {f"{CHOICE_PREFIX}{name}" for name in _DRAFT_FIELDS}
)
_NO_FIELDS: frozenset[str] = frozenset()
_CODE_FIELDS = frozenset({"code", "next"})

ALLOWED_FIELDS: Mapping[str, frozenset[str]] = {
    "accounts.change_email": frozenset({"email"}),
    "accounts.change_role": frozenset({"role"}),
    "accounts.disable": _NO_FIELDS,
    "accounts.enable": _NO_FIELDS,
    "accounts.send_link": _NO_FIELDS,
    "accounts.invite": frozenset({"name", "email", "role"}),
    "accounts.remove_second_factor": _NO_FIELDS,
    "accounts.rename": frozenset({"name"}),
    "email_change.request_change": frozenset({"email", "current_password", "code", "username"}),
    "email_change.use_link": _NO_FIELDS,
    "account_settings.begin_second_factor": _NO_FIELDS,
    "account_settings.change_password": frozenset({"current_password", "code", "password", "username"}),
    "account_settings.confirm_second_factor": _CODE_FIELDS,
    "account_settings.end_other_sessions": _NO_FIELDS,
    "account_settings.end_session": _NO_FIELDS,
    "account_settings.recovery_codes": _NO_FIELDS,
    "account_settings.rename": frozenset({"name"}),
    "password_reset.request_link": frozenset({"email"}),
    "password_reset.use_link": frozenset({"password", "username"}),
    "publishing.discard": _TRANSITION_FIELDS,
    "publishing.publish": _TRANSITION_FIELDS,
    "publishing.publish_several": _TRANSITION_FIELDS | {"number"},
    "publishing.schedule": _TRANSITION_FIELDS | {"day", "time"},
    "publishing.set_due": _TRANSITION_FIELDS | {"day", "clear"},
    "records.withdraw": _TRANSITION_FIELDS | {"reason"},
    "review.approve": _DECISION_FIELDS,
    "review.claim": _DECISION_FIELDS,
    "review.mark": _DECISION_FIELDS,
    "review.recall": _DECISION_FIELDS,
    "review.release": _DECISION_FIELDS,
    "review.restore": _DECISION_FIELDS,
    "review.return": _DECISION_FIELDS,
    "review.submit": _DECISION_FIELDS,
    "review.unschedule": _DECISION_FIELDS,
    "sign_in.reauthenticate": frozenset({"email", "password", "code", "to", "method"}),
    "sign_in.finish_enrolment": _CODE_FIELDS,
    "sign_in.sign_out": _NO_FIELDS,
    "sign_in.try_code": _CODE_FIELDS,
    "sign_in.try_password": frozenset({"email", "password", "next"}),
    "submission.autosave": _EDIT_FIELDS,
    "submission.autosave_change": _EDIT_FIELDS,
    "submission.autosave_new": _EDIT_FIELDS,
    "submission.check": _EDIT_FIELDS | {"slug"},
    "submission.store": _EDIT_FIELDS,
    "submission.store_change": _EDIT_FIELDS,
    "submission.store_new": _EDIT_FIELDS,
}
_MAX_NAMES_LOGGED, _MAX_NAME_LENGTH = 10, 40


def unexpected_fields() -> list[str]:
    """The names of the present form that its page does not have; those carried through a sign-in are known."""
    listed = ALLOWED_FIELDS.get(request.endpoint or "", _NO_FIELDS) | {csrf.FIELD}
    carries = request.endpoint == "sign_in.reauthenticate"
    return sorted(
        name
        for name in request.form
        if name not in listed and not (carries and name.startswith(resubmission.CARRIED_PREFIX))
    )


def record_unexpected_fields() -> None:
    """Write down which fields of someone signed in are ignored, in a transaction of its own; never their values."""
    if request.method in csrf.SAFE_METHODS or request.endpoint is None or g.get("auth_session") is None:
        return
    if not (names := unexpected_fields()):
        return
    session, account = db.session(), g.auth_session.account
    named = [ascii(name)[1:-1][:_MAX_NAME_LENGTH] for name in names[:_MAX_NAMES_LOGGED]]
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
    if missing := writing - ALLOWED_FIELDS.keys():
        raise RuntimeError(f"these views write, but their fields are not listed: {', '.join(sorted(missing))}")
    app.before_request(record_unexpected_fields)
