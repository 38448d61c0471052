"""Idempotency keys: a POST takes effect once, however often it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import flash, redirect, request
from sqlalchemy.orm import Session

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.errors import Conflict, Forbidden, InvalidTransition, PortalError, ValidationFailed
from portal.models import Account
from portal.services.editorial import idempotency
from portal.web.http.responses import ViewResponse
from portal.web.security import access, csrf

STATUS_BY_ERROR: Mapping[type[PortalError], int] = {
    Forbidden: 403,
    InvalidTransition: 409,
    Conflict: 409,
    ValidationFailed: 422,
}
Operation = Callable[[Session, Account], str]
RefusalHandler = Callable[[PortalError, int], ViewResponse]


def run_once(operation: Operation, on_refused: RefusalHandler, success_message: str) -> ViewResponse:
    """Run the operation in one transaction, at most once per idempotency key, and redirect to the URL it returns.

    `on_refused` renders the response when the operation is refused.
    """
    key = request.form.get("key", "")
    try:
        url = url_of_once(operation, key)
    except tuple(STATUS_BY_ERROR) as error:
        if isinstance(error, Forbidden):
            access.record_refusal(access.signed_in_account(), error)
        return on_refused(error, STATUS_BY_ERROR[type(error)])
    flash(success_message)
    # Tells the browser to delete its copy of this form.
    flash(key, "saved-key")
    return redirect(url, 303)


def url_of_once(operation: Operation, key: str) -> str:
    """Run the operation in one transaction and return its URL; for a repeat of the POST, the URL of the first time.

    Nothing is stored if the operation raises.
    """
    with transaction(db.session()) as session:
        account = access.signed_in_account()
        url = idempotency.claim_key(session, key, account, request_digest())
        if url is None:
            url = operation(session, account)
            idempotency.complete_key(session, key, account, url)
    return url


def request_digest() -> str:
    """A digest of the POST without its CSRF token, which changes on sign-in; one key belongs to one digest."""
    fields = ((name, value) for name, value in request.form.items(multi=True) if name != csrf.FIELD)
    return idempotency.submission_digest(request.path, fields)
