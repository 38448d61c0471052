"""One POST counts once, however often it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, flash, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WSGIResponse

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.errors import Conflict, Incomplete, NotAllowed, PortalError, WrongStep
from portal.models import Account
from portal.services.editorial import idempotency
from portal.web.security import access, csrf

STATUS: Mapping[type[PortalError], int] = {NotAllowed: 403, WrongStep: 409, Conflict: 409, Incomplete: 422}


Answer = Response | WSGIResponse | str


Act = Callable[[Session, Account], str]


Again = Callable[[PortalError, int], Answer]


def once(act: Act, again: Again, done: str) -> Answer:
    """Do `act` in one transaction and go to the address it returns, which says `done`; `again` answers a refusal."""
    session, account_key = db.session(), request.form.get("key", "")
    begin_writing(session)
    account = access.current()
    try:
        led = idempotency.once(session, account_key, account, sent_digest())
        if led is None:
            address = act(session, account)
            idempotency.finish(session, account_key, account, address)
            session.commit()
        else:
            session.rollback()
            address = led
    except tuple(STATUS) as why:
        session.rollback()
        if isinstance(why, NotAllowed):
            access.note_refusal(access.current(), str(why))
        return again(why, STATUS[type(why)])
    flash(done)
    return redirect(address, 303)


def sent_digest() -> str:
    """What tells this post from another under the same key; the form token is made anew by signing in again."""
    fields = ((name, value) for name, value in request.form.items(multi=True) if name != csrf.FIELD)
    return idempotency.digest(request.path, fields)
