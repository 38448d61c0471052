"""The mail of the day: what was kept for a person who wants one mail a day becomes one message."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.i18n.catalogues import ngettext
from portal.i18n.current import using
from portal.models import Account, OutboxMessage
from portal.services.mail import outbox
from portal.services.mail.email import Block, Email
from portal.services.mail.outbox import Recipient
from portal.vocabulary.mail import MailKind, MailState

# What is more goes into a further message.
MAX_ITEMS = 200


def is_anything_due(session: Session) -> bool:
    """Whether `collect` would do anything; only reads."""
    return bool(session.execute(select(exists().where(*_due()))).scalar())


def collect(session: Session) -> int:
    """Put together what is due, a message an account for each MAX_ITEMS of it; returns how many messages.

    The caller commits.
    """
    query = select(OutboxMessage).where(*_due()).order_by(OutboxMessage.account_id, OutboxMessage.id)
    by_account: dict[int, list[OutboxMessage]] = {}
    for row in session.execute(query.with_for_update()).scalars():
        by_account.setdefault(row.account_id or 0, []).append(row)
    count = 0
    for account_id, rows in by_account.items():
        account = session.get(Account, account_id)
        for start in range(0, len(rows), MAX_ITEMS):
            told = rows[start : start + MAX_ITEMS]
            if account is not None:
                key = f"digest:{account.id}:{told[-1].id}"
                with using(account.language):
                    email = _digest(told)
                count += outbox.enqueue(session, email, Recipient(account), kind=MailKind.DIGEST, key=key)
            for row in told:
                row.state, row.content, row.settled_at = MailState.DROPPED, "", now()
    session.flush()
    return count


def _digest(rows: list[OutboxMessage]) -> Email:
    blocks: list[Block] = []
    for row in rows:
        email = Email.from_json(row.content)
        blocks += email.blocks
    subject = ngettext("One message about your work", "%(num)s messages about your work", len(rows))
    return Email(subject, "", tuple(blocks))


def _due() -> tuple[ColumnElement[bool], ...]:
    is_for_digest = and_(OutboxMessage.state == MailState.WAITING, OutboxMessage.is_daily)
    return is_for_digest, OutboxMessage.due_at <= now()
