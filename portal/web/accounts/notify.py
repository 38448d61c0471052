"""Telling the owner of an account by mail what has changed, once it is committed; never in its way."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from portal.models import Account
from portal.services import mail
from portal.services.accounts import notifications
from portal.services.accounts.notifications import SecurityEvent
from portal.web.accounts import user_agents
from portal.web.http import request_context

_log = logging.getLogger(__name__)


def send_notification(event: SecurityEvent, account: Account, *, detail: str = "", also: str = "") -> None:
    """Mail a notice to the account's address, and to `also`. Call it after the commit: what fails here is logged."""
    settings = request_context.settings()
    try:
        for address in dict.fromkeys([account.email, also]):
            if address:
                letter = notifications.security_notification(
                    event, to=address, name=account.name, settings=settings, detail=detail
                )
                mail.send_in_background(letter, settings)
    except (SQLAlchemyError, RuntimeError) as why:
        # The database went away after the commit, or no thread could be started: what was done stands.
        _log.error("A notice was not sent: %s.", type(why).__name__)


def describe_device(user_agent: str) -> str:
    """The browser and address of the present request in words."""
    described = user_agents.describe_user_agent(user_agent) or "an unknown browser"
    return f"{described}, from the network address {request_context.client_address() or 'unknown'}"
