"""Sending the outbox, one message at a time: claim it, send it, settle it; each in a transaction of its own.

A sender that ends after the server took a message in, and before it settled it, leaves a message whose fate nobody
knows: once the claim has ended it is sent again, with the same Message-ID. Nothing else is ever sent twice.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from portal.config import Settings
from portal.database.encryption import keyring_for
from portal.database.orm import now
from portal.errors import DecryptionFailed
from portal.i18n.catalogues import N_
from portal.i18n.stored_sentences import StoredSentence
from portal.models import Account, OutboxHold, OutboxMessage
from portal.models.outbox import MAX_MAIL_ERROR_LENGTH
from portal.services.mail import smtp, stop_links
from portal.services.mail.email import Email, Envelope, build_message
from portal.vocabulary.mail import MailChoice, MailKind, MailState

_log = logging.getLogger(__name__)
# Longer than any sender holds a connection, so that no other sends the same message meanwhile.
CLAIM_PERIOD = timedelta(seconds=smtp.CUT_SECONDS + 180)
# How long after its claim a sender may still begin to send; a slow connection costs the rest of the claim.
BEGIN_SECONDS = 120
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
_LINK_ENDED = StoredSentence(N_("The link in it ended before it could be sent. Send the person a new one."))
_UNREADABLE = StoredSentence(N_("It cannot be decrypted because SECRET_KEY was changed. Send the person a new link."))


class Outcome(StrEnum):
    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True)
class Claimed:
    """A message that this sender has. `message` is None for one that is settled already, because nobody wants it any
    more or, if `is_given_up`, because it cannot be sent."""

    id: int
    claim: str
    message: EmailMessage | None
    is_given_up: bool = False


def is_anything_due(session: Session) -> bool:
    """Whether `claim_next` would find a message; only reads."""
    return bool(session.execute(select(exists().where(*_due()))).scalar())


def claim_next(session: Session, settings: Settings) -> Claimed | None:
    """Take the message that has waited longest; None if nothing is due. The caller commits before it sends."""
    query = select(OutboxMessage).where(*_due()).order_by(OutboxMessage.due_at, OutboxMessage.id).limit(1)
    row = session.execute(query.with_for_update(skip_locked=True)).scalar_one_or_none()
    if row is None:
        return None
    message = _prepare(session, row, settings)
    if message is None:
        return Claimed(row.id, "", None, is_given_up=row.state == MailState.FAILED)
    row.state, row.attempts, row.claim = MailState.SENDING, row.attempts + 1, secrets.token_hex(16)
    row.claimed_until = now() + CLAIM_PERIOD
    session.flush()
    return Claimed(row.id, row.claim, message)


def settle(session: Session, claimed: Claimed, outcome: Outcome, error: str = "") -> bool:
    """Note what came of it; True if it is given up. Does nothing if another sender has the message by now."""
    query = select(OutboxMessage).where(OutboxMessage.id == claimed.id, OutboxMessage.claim == claimed.claim)
    row = session.execute(query.with_for_update().execution_options(populate_existing=True)).scalar_one_or_none()
    if row is None:
        return False
    row.claim, row.claimed_until, row.error = "", None, error[:MAX_MAIL_ERROR_LENGTH]
    if outcome is Outcome.SENT:
        row.state, row.content, row.settled_at = MailState.SENT, "", now()
    elif outcome is Outcome.LATER and now() < row.expires_at:
        row.state, row.due_at = MailState.WAITING, min(now() + pause_after(row.attempts), row.expires_at)
    else:
        _give_up(row, row.error)
    session.flush()
    return row.state == MailState.FAILED


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute, then twice as long each time, at most four hours."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * (1 << min(attempts - 1, 12)))


def settle_clock(session: Session, moment: datetime) -> None:
    """After a clock that was ahead of `moment`: no message waits, or is claimed, for as long as the clock was wrong."""
    is_for_digest = OutboxMessage.state == MailState.WAITING, OutboxMessage.is_daily
    is_waiting = OutboxMessage.state == MailState.WAITING, ~OutboxMessage.is_daily
    for where, column, latest in (
        (is_waiting, OutboxMessage.due_at, moment),
        (is_for_digest, OutboxMessage.due_at, moment + timedelta(days=1)),
        ((OutboxMessage.state == MailState.SENDING,), OutboxMessage.claimed_until, moment + CLAIM_PERIOD),
    ):
        session.execute(update(OutboxMessage).where(*where, column > latest).values({column: latest}))


def _due() -> tuple[ColumnElement[bool], ...]:
    moment = now()
    return (
        or_(
            and_(OutboxMessage.state == MailState.WAITING, OutboxMessage.due_at <= moment),
            and_(OutboxMessage.state == MailState.SENDING, OutboxMessage.claimed_until <= moment),
        ),
        ~OutboxMessage.is_daily,
        ~exists().where(OutboxHold.id == 1),
    )


def _prepare(session: Session, row: OutboxMessage, settings: Settings) -> EmailMessage | None:
    """The message to send; None if the row is settled instead."""
    account = session.get(Account, row.account_id) if row.account_id else None
    kind = MailKind(row.kind)
    if kind.is_optional and (account is None or account.is_disabled or account.mail_choice == MailChoice.NONE):
        row.state, row.content, row.settled_at = MailState.DROPPED, "", now()
        return None
    if kind is MailKind.LINK and row.expires_at <= now():
        row.content = ""
        _give_up(row, _LINK_ENDED.english())
        return None
    try:
        email = Email.from_json(keyring_for(session).decrypt(row.content))
    except DecryptionFailed:
        _give_up(row, _UNREADABLE.english())
        return None
    address, stop_path = row.address, ""
    if kind.is_optional and account is not None:
        # Where the person reads mail now, whatever it was when this was written.
        address, stop_path = account.email, stop_links.stop_path(session, account)
    try:
        return build_message(email, Envelope(address, row.message_id, row.created_at, stop_path), settings)
    except ValueError as error:
        _give_up(row, smtp.describe_failure(error))
        return None


def _give_up(row: OutboxMessage, reason: str) -> None:
    """A message that cannot be sent; administrators are told on their page Mail."""
    row.state, row.error, row.settled_at = MailState.FAILED, reason[:MAX_MAIL_ERROR_LENGTH], now()
    # Neither address nor text: the text may hold a one-time link.
    _log.error("Mail %s (%s) could not be sent: %s The page Mail of the staff area lists it.", row.id, row.kind, reason)
