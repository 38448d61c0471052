"""One POST counts once, however often it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, flash, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WSGIResponse

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.errors import Conflict, Forbidden, InvalidTransition, PortalError, ValidationFailed
from portal.models import Account
from portal.services.editorial import idempotency
from portal.web.security import access, csrf

STATUS_BY_ERROR: Mapping[type[PortalError], int] = {
    Forbidden: 403,
    InvalidTransition: 409,
    Conflict: 409,
    ValidationFailed: 422,
}


ViewResponse = Response | WSGIResponse | str


Operation = Callable[[Session, Account], str]


RefusalHandler = Callable[[PortalError, int], ViewResponse]


def run_once(operation: Operation, on_refused: RefusalHandler, success_message: str) -> ViewResponse:
    """Do `act` in one transaction and go to the address it returns, which says `done`; `again` answers a refusal."""
    session, account_key = db.session(), request.form.get("key", "")
    begin_writing(session)
    account = access.signed_in_account()
    try:
        led = idempotency.claim_key(session, account_key, account, request_digest())
        if led is None:
            address = operation(session, account)
            idempotency.complete_key(session, account_key, account, address)
            session.commit()
        else:
            session.rollback()
            address = led
    except tuple(STATUS_BY_ERROR) as why:
        session.rollback()
        if isinstance(why, Forbidden):
            access.record_refusal(access.signed_in_account(), str(why))
        return on_refused(why, STATUS_BY_ERROR[type(why)])
    flash(success_message)
    return redirect(address, 303)


def request_digest() -> str:
    """What tells this post from another under the same key; the form token is made anew by signing in again."""
    fields = ((name, value) for name, value in request.form.items(multi=True) if name != csrf.FIELD)
    return idempotency.submission_digest(request.path, fields)
