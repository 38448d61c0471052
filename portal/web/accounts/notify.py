"""Email security notifications after the commit; failures are logged and never block the request."""

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
    """Email a notification to the account's address and to `also`. Call it after the commit; a failure is logged."""
    settings = request_context.settings()
    try:
        for address in dict.fromkeys([account.email, also]):
            if address:
                email = notifications.security_notification(
                    event, to=address, name=account.name, settings=settings, detail=detail
                )
                mail.send_in_background(email, settings)
    except (SQLAlchemyError, RuntimeError) as error:
        # The database failed after the commit, or no thread could be started; the change itself is committed.
        _log.error("A security notification was not sent: %s.", type(error).__name__)


def describe_device(user_agent: str) -> str:
    """The browser and IP address of the current request as text."""
    described = user_agents.describe_user_agent(user_agent) or "an unknown browser"
    return f"{described}, from the network address {request_context.client_address() or 'unknown'}"
