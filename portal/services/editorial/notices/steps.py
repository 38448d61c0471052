"""Who is told of which step of a revision; nobody is told of their own.

Mail goes into the outbox in the transaction of the step, under a key of its audit event. On a portal that sends no mail
nothing is read and nothing written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.i18n.current import using
from portal.models import Account, AuditEvent, Project, Revision
from portal.services.editorial import workflow
from portal.services.editorial.notices import texts
from portal.services.editorial.workflow import Action
from portal.services.mail import outbox
from portal.services.mail.email import Email
from portal.services.mail.outbox import Recipient
from portal.vocabulary.mail import MailKind
from portal.vocabulary.workflow import OPEN_STATES, Role


def tell_of_step(
    session: Session, revision: Revision, action: Action, event: AuditEvent, by: Account, before: Mapping[str, Any]
) -> None:
    """Tell of an action that was recorded as `event`; `before` is what the event says of earlier values."""
    if outbox.settings_of(session) is None:
        return
    if action in (Action.SUBMIT, Action.RELEASE):
        tell_reviewers(session, revision, event, by)
    elif action is Action.RETURN:
        last = revision.decisions[-1]
        words = partial(texts.returned, revision, by, note=last["note"], reasons=last["reasons"])
        _tell(session, revision.author, words, MailKind.RETURNED, event, by)
    elif action is Action.APPROVE:
        words = partial(texts.approved, revision, by, note=revision.decisions[-1]["note"])
        _tell(session, revision.author, words, MailKind.APPROVED, event, by)
    elif action is Action.CLAIM and before.get("claimed_by_id"):
        former = session.get(Account, before["claimed_by_id"])
        _tell(session, former, partial(texts.taken_over, revision, by), MailKind.TAKEN_OVER, event, by)
    elif action is Action.HAND_OVER:
        _tell_of_hand_over(session, revision, event, by, before)


def tell_reviewers(
    session: Session, revision: Revision, event: AuditEvent, by: Account | None, reason: str = ""
) -> None:
    """Tell everybody who may review it that it waits for them; `reason` says why it is back."""
    if outbox.settings_of(session) is None:
        return
    for reviewer in reviewers(session, revision):
        _tell(session, reviewer, partial(texts.waits, revision, reason=reason), MailKind.WAITS, event, by)


def tell_of_publication(
    session: Session, revision: Revision, project: Project, event: AuditEvent, by: Account | None
) -> None:
    """Tell its author that it is public, and those who have open changes of the record that they were overtaken: each
    author, and the reviewer who has it."""
    if outbox.settings_of(session) is None:
        return
    _tell(session, revision.author, partial(texts.published, revision, project, by), MailKind.PUBLISHED, event, by)
    query = (
        select(Revision)
        .options(joinedload(Revision.author))
        .where(
            Revision.project_id == project.id,
            Revision.id != revision.id,
            Revision.author_id != revision.author_id,
            Revision.state.in_(OPEN_STATES),
            # Came back to the reviewers in this very step, and was told so.
            Revision.base_version < project.version,
        )
    )
    for change in session.execute(query.order_by(Revision.id)).scalars():
        if not change.schedule_failure:
            words = partial(texts.base_changed, change, revision)
            _tell(session, change.author, partial(words, is_own=True), MailKind.OVERTAKEN, event, by)
            _tell(session, _holder(session, change), partial(words, is_own=False), MailKind.OVERTAKEN, event, by)


def tell_of_withdrawal(session: Session, project: Project, event: AuditEvent, by: Account | None) -> None:
    """Tell the authors of open changes of a record, and the reviewers who have them, that it was withdrawn."""
    if outbox.settings_of(session) is None:
        return
    query = select(Revision).where(Revision.project_id == project.id, Revision.state.in_(OPEN_STATES))
    for change in session.execute(query.order_by(Revision.id)).scalars().all():
        # A schedule that became impossible in this very step was told already.
        if not change.schedule_failure:
            for account in (change.author, _holder(session, change)):
                _tell(session, account, partial(texts.record_withdrawn, change), MailKind.OVERTAKEN, event, by)


def tell_of_supersession(
    session: Session, earlier: Revision, revision: Revision, event: AuditEvent, by: Account | None
) -> None:
    """Tell the author of what was public that somebody else's revision replaced it."""
    if outbox.settings_of(session) is not None and earlier.author_id != revision.author_id:
        _tell(session, earlier.author, partial(texts.superseded, earlier, revision), MailKind.OVERTAKEN, event, by)


def tell_of_invalidated_schedule(
    session: Session, revision: Revision, reason: str, event: AuditEvent, by: Account | None
) -> None:
    """Tell the author and the reviewers of a scheduled revision that it was not published and waits for a review."""
    if outbox.settings_of(session) is None:
        return
    _tell(session, revision.author, partial(texts.not_published, revision, reason), MailKind.OVERTAKEN, event, by)
    tell_reviewers(session, revision, event, by, reason)


def reviewers(session: Session, revision: Revision) -> list[Account]:
    """Who may take it for review now."""
    query = select(Account).where(Account.is_disabled.is_(False), Account.role.in_((Role.REVIEWER, Role.ADMINISTRATOR)))
    accounts = session.execute(query.order_by(Account.id)).scalars()
    return [account for account in accounts if Action.CLAIM in workflow.allowed_actions(revision, account)]


def _holder(session: Session, revision: Revision) -> Account | None:
    holder = workflow.holder_id(revision)
    return session.get(Account, holder) if holder else None


def _tell_of_hand_over(
    session: Session, revision: Revision, event: AuditEvent, by: Account, before: Mapping[str, Any]
) -> None:
    former, author = session.get(Account, before["author_id"]), session.get(Account, revision.author_id)
    if former is None or author is None:
        return
    session.refresh(revision, ["author"])
    _tell(session, former, partial(texts.handed_from_you, revision, by), MailKind.TAKEN_OVER, event, by)
    _tell(session, author, partial(texts.handed_to_you, revision, former, by), MailKind.TAKEN_OVER, event, by)


def _tell(
    session: Session,
    to: Account | None,
    words: Callable[[], Email],
    kind: MailKind,
    event: AuditEvent,
    by: Account | None,
) -> None:
    """Tell one person in their language, unless they did it themselves."""
    if to is not None and (by is None or to.id != by.id):
        with using(to.language):
            email = words()
        outbox.enqueue(session, email, Recipient(to), kind=kind, key=f"{kind}:{event.id}:{to.id}")
