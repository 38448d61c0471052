"""Email security notifications after the commit; failures are logged and never block the request."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from portal.database.orm import db
from portal.models import Account
from portal.services import mail
from portal.services.accounts import administration, notifications
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


def notify_administrators(event: SecurityEvent, detail: str, *, apart_from: Account | None = None) -> None:
    """Email every administrator who can sign in, apart from the one that it is about. Call it after the commit."""
    try:
        administrators = administration.enabled_administrators(db.session())
    except SQLAlchemyError as error:
        _log.error("The administrators were not told: %s.", type(error).__name__)
        return
    for administrator in administrators:
        if apart_from is None or administrator.id != apart_from.id:
            send_notification(event, administrator, detail=detail)


def describe_device(user_agent: str) -> str:
    """The browser and IP address of the current request as text."""
    described = user_agents.describe_user_agent(user_agent) or "an unknown browser"
    return f"{described}, from the network address {request_context.client_address() or 'unknown'}"
