"""A view reads only the form fields it accepts; the names of all other fields go into the audit log.

A view that writes and does not declare its fields with `@accepts` keeps the application from starting.
"""

from __future__ import annotations

from contextlib import suppress

from flask import Flask, current_app, g, request

from portal.database.diagnostics import UNAVAILABLE
from portal.database.orm import db
from portal.database.transactions import transaction
from portal.services.audit import recording
from portal.web.declarations import accepted_fields
from portal.web.security import csrf, resubmission

_MAX_NAMES_LOGGED, _MAX_NAME_LENGTH = 10, 40
_REAUTHENTICATE = "sign_in.reauthenticate"


def unexpected_fields() -> list[str]:
    """The names of posted fields that the view does not accept; fields carried through a sign-in are expected."""
    accepted = (accepted_fields(current_app.view_functions[str(request.endpoint)]) or frozenset()) | {csrf.FIELD}
    may_carry = request.endpoint == _REAUTHENTICATE
    return sorted(
        name
        for name in request.form
        if name not in accepted and not (may_carry and name.startswith(resubmission.CARRIED_PREFIX))
    )


def record_unexpected_fields() -> None:
    """Record in the audit log which fields of a signed-in user are ignored, in a separate transaction; no values."""
    if request.method in csrf.SAFE_METHODS or request.endpoint is None or g.get("auth_session") is None:
        return
    if not (names := unexpected_fields()):
        return
    account = g.auth_session.account
    logged_names = [ascii(name)[1:-1][:_MAX_NAME_LENGTH] for name in names[:_MAX_NAMES_LOGGED]]
    details = {"fields": logged_names, "count": len(names), "endpoint": request.endpoint}
    # If the database is busy or full, the fields are ignored without an audit event.
    with suppress(*UNAVAILABLE), transaction(db.session()) as session:
        recording.record(session, "fields ignored", "account", account.id, after=details, by=account)


def init_app(app: Flask) -> None:
    """Call it after access.init_app, so that refused requests are not examined."""
    writing = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    undeclared = sorted(name for name in writing if accepted_fields(app.view_functions[name]) is None)
    if undeclared:
        raise RuntimeError(f"these views write, but do not declare their fields with accepts: {', '.join(undeclared)}")
    app.before_request(record_unexpected_fields)
