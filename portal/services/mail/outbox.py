"""The outbox: mail is stored in the transaction of the step it tells of, and sent afterwards (mail.delivery).

A key names what is told and whom; the same key is stored once. Everything here flushes; the caller commits. On a portal
without SMTP settings nothing is stored.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.config import Settings
from portal.database.encryption import keyring_for
from portal.database.orm import now
from portal.errors import DecryptionFailed, InvalidTransition, NotFound
from portal.i18n.catalogues import gettext
from portal.models import Account, OutboxHold, OutboxMessage
from portal.services.mail import smtp
from portal.services.mail.email import Email
from portal.vocabulary.mail import OPEN_MAIL_STATES, MailChoice, MailKind, MailState

# The execution option of the engine that holds the Settings, as create_app set them.
SETTINGS_OPTION = "mail settings"
# How long a message is tried again.
RETRY_PERIOD = timedelta(days=2)
# Mail that was kept for the day is sent from this hour (UTC) on.
DIGEST_HOUR = 6
# Sent messages keep their key, so that nothing is told twice, and are shown to nobody.
RETENTION = timedelta(days=30)
# Nobody can own such an address (RFC 2606): accounts of the demo, and one that has no address yet.
_NO_MAILBOX = ".invalid"


@dataclass(frozen=True)
class Recipient:
    """Who gets a mail: an account at its address, or another address of it, such as a new one."""

    account: Account
    address: str = ""


@dataclass(frozen=True)
class OutboxSummary:
    """What the outbox holds: `waiting` and `oldest_seconds` (0 if nothing waits) count what is due, not what is kept
    for the mail of the day. `failed` was given up, and no administrator has looked at it yet."""

    waiting: int
    failed: int
    oldest_seconds: int
    is_held: bool


def settings_of(session: Session) -> Settings | None:
    """The settings that mail is sent with; None if this portal sends none."""
    settings: Settings | None = session.get_bind().get_execution_options().get(SETTINGS_OPTION)
    return settings if settings is not None and smtp.can_send(settings) else None


def enqueue(
    session: Session,
    email: Email,
    to: Recipient,
    *,
    kind: MailKind,
    key: str,
    expires_at: datetime | None = None,
) -> bool:
    """Store a mail to be sent after the commit; False if this portal, or this person, gets none.

    `email.name` is filled in if it is "". A mail with a link ends with it, at `expires_at`. A key that is stored
    already changes nothing.
    """
    settings = settings_of(session)
    address = to.address or to.account.email
    if settings is None or address.endswith(_NO_MAILBOX):
        return False
    if kind.is_optional and (to.account.is_disabled or to.account.mail_choice == MailChoice.NONE):
        return False
    is_daily = kind.is_optional and kind is not MailKind.DIGEST and to.account.mail_choice == MailChoice.DAILY
    content = replace(email, name=email.name or to.account.name).to_json()
    due_at = _next_digest(now()) if is_daily else now()
    values = {
        "key": key,
        "kind": kind,
        "account_id": to.account.id,
        "address": address,
        "message_id": _new_message_id(settings),
        "content": keyring_for(session).encrypt(content) if kind is MailKind.LINK else content,
        "is_daily": is_daily,
        "due_at": due_at,
        "expires_at": expires_at or due_at + RETRY_PERIOD,
    }
    _insert_once(session, values)
    return True


def pending_summary(session: Session) -> OutboxSummary:
    """What waits and what failed, for health checks: two short queries."""
    moment = now()
    is_due = and_(
        OutboxMessage.state.in_(OPEN_MAIL_STATES), or_(~OutboxMessage.is_daily, OutboxMessage.due_at <= moment)
    )
    waiting, oldest = session.execute(
        select(func.count(), func.min(OutboxMessage.created_at)).select_from(OutboxMessage).where(is_due)
    ).one()
    failed = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state == MailState.FAILED)
    return OutboxSummary(
        waiting=waiting,
        failed=session.execute(failed).scalar_one(),
        oldest_seconds=max(0, int((moment - oldest).total_seconds())) if oldest else 0,
        is_held=held_since(session) is not None,
    )


def held_since(session: Session) -> datetime | None:
    """When the outbox was held; None if it is not."""
    return session.execute(select(OutboxHold.since)).scalar_one_or_none()


def hold_all(session: Session) -> None:
    """Send nothing any more, what is stored later included, until `release_all`: for a restored backup."""
    if held_since(session) is None:
        session.add(OutboxHold())
        session.flush()


def release_all(session: Session) -> int:
    """Send again, with as much time for it as if it were new; returns how many messages wait. Links keep their end.

    What a sender has is left to it, or to the next one once its claim has ended.
    """
    moment = now()
    session.execute(delete(OutboxHold))
    is_waiting = and_(OutboxMessage.state == MailState.WAITING, ~OutboxMessage.is_daily)
    released = session.execute(
        update(OutboxMessage).where(is_waiting).values(due_at=moment).returning(literal(1))
    ).all()
    later = update(OutboxMessage).where(is_waiting, OutboxMessage.kind != MailKind.LINK)
    session.execute(later.values(expires_at=moment + RETRY_PERIOD))
    return len(released)


def discard_all(session: Session) -> int:
    """Drop everything that waits, such as what was sent after the backup was made; returns how many messages."""
    return _drop(session, OutboxMessage.state.in_(OPEN_MAIL_STATES))


def list_messages(session: Session, state: MailState, *, limit: int = 100) -> list[OutboxMessage]:
    """The messages of a state, newest first."""
    query = select(OutboxMessage).where(OutboxMessage.state == state)
    return list(session.execute(query.order_by(OutboxMessage.id.desc()).limit(limit)).scalars())


def try_again(session: Session, message_id: int) -> OutboxMessage:
    """Send a failed message once more, for two days. Raises NotFound, and InvalidTransition if its link has ended."""
    message = _get_failed(session, message_id)
    if not message.content or (message.kind == MailKind.LINK and message.expires_at <= now()):
        raise InvalidTransition(
            gettext("The link in this mail has ended. Send the person a new one from their account.")
        )
    message.state, message.due_at, message.attempts = MailState.WAITING, now(), 0
    if message.kind != MailKind.LINK:
        message.expires_at = now() + RETRY_PERIOD
    session.flush()
    return message


def dismiss(session: Session, message_id: int) -> OutboxMessage:
    """Take a failed message off the list. Raises NotFound."""
    message = _get_failed(session, message_id)
    message.state, message.content = MailState.DROPPED, ""
    session.flush()
    return message


def replace_waiting(session: Session, key_prefix: str) -> int:
    """Drop what waits under keys of this beginning: a later mail says it better. Returns how many messages."""
    return _drop(
        session,
        OutboxMessage.state == MailState.WAITING,
        OutboxMessage.key.startswith(key_prefix, autoescape=True),
    )


def purge(session: Session, before: datetime) -> int:
    """Delete messages that were settled before this moment; returns how many."""
    settled = delete(OutboxMessage).where(
        OutboxMessage.state.not_in(OPEN_MAIL_STATES), OutboxMessage.settled_at < before
    )
    return len(session.execute(settled.returning(literal(1))).all())


def reencrypt(session: Session) -> None:
    """Encrypt with the current key what waits under a previous one; what no key opens fails when it is sent."""
    keyring = keyring_for(session)
    query = select(OutboxMessage).where(OutboxMessage.kind == MailKind.LINK, OutboxMessage.content != "")
    for message in session.execute(query).scalars().all():
        with suppress(DecryptionFailed):
            if keyring.needs_reencryption(message.content):
                message.content = keyring.encrypt(keyring.decrypt(message.content))
    session.flush()


def _insert_once(session: Session, values: dict[str, Any]) -> None:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(OutboxMessage).values(values).on_conflict_do_nothing(index_elements=["key"]))


def _drop(session: Session, *conditions: ColumnElement[bool]) -> int:
    values = {"state": MailState.DROPPED, "content": "", "settled_at": now(), "claim": ""}
    return len(session.execute(update(OutboxMessage).where(*conditions).values(values).returning(literal(1))).all())


def _get_failed(session: Session, message_id: int) -> OutboxMessage:
    query = select(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.state == MailState.FAILED)
    message = session.execute(query.with_for_update()).scalar_one_or_none()
    if message is None:
        raise NotFound(gettext("There is no failed message with this number."))
    return message


def _next_digest(moment: datetime) -> datetime:
    today = moment.replace(hour=DIGEST_HOUR, minute=0, second=0)
    return today if today > moment else today + timedelta(days=1)


def _new_message_id(settings: Settings) -> str:
    return f"<{secrets.token_hex(16)}@{settings.smtp_from.rpartition('@')[2].strip('> ')}>"
