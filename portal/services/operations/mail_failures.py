"""What administrators do with mail that could not be sent; each with its audit event."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.models import Account, OutboxMessage
from portal.services.accounts import administration
from portal.services.audit import recording
from portal.services.mail import outbox


def try_again(session: Session, message_id: int, *, by: Account) -> OutboxMessage:
    """Send it once more. Raises Forbidden, NotFound, and InvalidTransition if its link has ended."""
    administration.require_administrator(by)
    message = outbox.try_again(session, message_id)
    recording.record(session, "send again", "mail", message.id, after={"kind": message.kind}, by=by)
    return message


def dismiss(session: Session, message_id: int, *, by: Account) -> OutboxMessage:
    """Take it off the list, unsent. Raises Forbidden and NotFound."""
    administration.require_administrator(by)
    message = outbox.dismiss(session, message_id)
    recording.record(session, "dismiss", "mail", message.id, after={"kind": message.kind}, by=by)
    return message
