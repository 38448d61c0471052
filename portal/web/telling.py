"""Telling the owner of an account by mail what has changed, once it is committed; never in its way."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from portal.models import Account
from portal.services import mail, notices
from portal.services.notices import Event
from portal.web import agents, guard

_log = logging.getLogger(__name__)


def tell(event: Event, account: Account, *, detail: str = "", also: str = "") -> None:
    """Mail a notice to the account's address, and to `also`. Call it after the commit: what fails here is logged."""
    settings = guard.settings()
    try:
        for address in dict.fromkeys([account.email, also]):
            if address:
                letter = notices.letter(event, to=address, name=account.name, settings=settings, detail=detail)
                mail.send_soon(letter, settings)
    except (SQLAlchemyError, RuntimeError) as why:
        # The database went away after the commit, or no thread could be started: what was done stands.
        _log.error("A notice was not sent: %s.", type(why).__name__)


def where(user_agent: str) -> str:
    """The browser and address of the present request in words."""
    described = agents.described(user_agent) or "an unknown browser"
    return f"{described}, from the network address {guard.address() or 'unknown'}"
