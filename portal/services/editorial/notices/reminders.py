"""What falls due tomorrow, in UTC: reviews, to those who may do them, and scheduled publications, to those who know of
them. Once for each date: another due date is told anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.database.orm import now
from portal.i18n.current import using
from portal.models import Account, OutboxMessage, Revision
from portal.services.editorial import workflow
from portal.services.editorial.notices import steps, texts
from portal.services.mail import outbox
from portal.services.mail.email import Email
from portal.services.mail.outbox import Recipient
from portal.vocabulary.mail import MailChoice, MailKind
from portal.vocabulary.workflow import State


@dataclass(frozen=True)
class Reminder:
    key: str
    to: Account
    email: Email


def missing(session: Session) -> list[Reminder]:
    """The reminders that are not in the outbox yet; only reads."""
    if outbox.settings_of(session) is None:
        return []
    found = {reminder.key: reminder for reminder in _reminders(session)}
    stored = select(OutboxMessage.key).where(OutboxMessage.key.in_(list(found)))
    known = set(session.execute(stored).scalars()) if found else set()
    return [reminder for key, reminder in found.items() if key not in known]


def queue(session: Session) -> int:
    """Store the missing reminders; returns how many. The caller commits."""
    found = missing(session)
    for reminder in found:
        outbox.enqueue(session, reminder.email, Recipient(reminder.to), kind=MailKind.DUE, key=reminder.key)
    return len(found)


def _reminders(session: Session) -> Iterator[Reminder]:
    tomorrow = (now() + timedelta(days=1)).replace(hour=0, minute=0, second=0)
    day = tomorrow, tomorrow + timedelta(days=1)
    query = select(Revision).options(joinedload(Revision.author)).order_by(Revision.id)
    in_review = query.where(
        Revision.state.in_((State.SUBMITTED, State.IN_REVIEW)), Revision.due_at >= day[0], Revision.due_at < day[1]
    )
    for revision in session.execute(in_review).scalars():
        for account in _who_reviews(session, revision):
            yield from _reminder(revision, revision.due_at, account, partial(texts.review_due, revision))
    scheduled = query.where(
        Revision.state == State.SCHEDULED, Revision.publish_at >= day[0], Revision.publish_at < day[1]
    )
    for revision in session.execute(scheduled).scalars():
        ids = {revision.author_id, revision.published_by_id or revision.author_id}
        for account in session.execute(select(Account).where(Account.id.in_(ids)).order_by(Account.id)).scalars():
            yield from _reminder(revision, revision.publish_at, account, partial(texts.publication_due, revision))


def _who_reviews(session: Session, revision: Revision) -> list[Account]:
    """The reviewer who has it; if nobody has it, everybody who may take it."""
    holder = workflow.holder_id(revision)
    return [session.get_one(Account, holder)] if holder else steps.reviewers(session, revision)


def _reminder(
    revision: Revision, at: datetime | None, account: Account, words: Callable[[datetime], Email]
) -> Iterator[Reminder]:
    """One reminder, unless this person gets no mail: it would be missing for ever."""
    if at is not None and not account.is_disabled and account.mail_choice != MailChoice.NONE:
        with using(account.language):
            email = words(at)
        yield Reminder(f"{MailKind.DUE}:{revision.id}:{at:%Y-%m-%d}:{account.id}", account, email)
