"""Who is told that their open work was overtaken by what changes many records at once: an import, its undoing, tags
that are confirmed. One message a person and run, however many of their changes it concerns.

Like every notice it goes into the outbox in the transaction of the change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.i18n.current import using
from portal.models import Account, AuditEvent, Project, Revision
from portal.services.editorial import workflow
from portal.services.editorial.notices import texts
from portal.services.mail import outbox
from portal.services.mail.email import Email
from portal.services.mail.outbox import Recipient
from portal.vocabulary.mail import MailKind
from portal.vocabulary.workflow import OPEN_STATES

# What a message names; the desk has the others.
MAX_NAMED = 10


def tell_of_import(session: Session, run_id: int, file_name: str, project_ids: Collection[int]) -> None:
    """Tell of records that a batch of an import has changed; the first batch that concerns a person speaks for all."""
    _tell(session, project_ids, f"import {run_id}", partial(texts.changed_by_import, file_name))


def tell_of_undone_import(session: Session, run_id: int, file_name: str, project_ids: Collection[int]) -> None:
    _tell(session, project_ids, f"undo import {run_id}", partial(texts.changed_by_undoing, file_name))


def tell_of_tags(session: Session, event: AuditEvent, project_ids: Collection[int], by: Account) -> None:
    """Tell of records whose tags a run has changed; `event` is that of the run."""
    _tell(session, project_ids, str(event.id), texts.changed_by_tags, by)


def _tell(
    session: Session,
    project_ids: Collection[int],
    source: str,
    words: Callable[[Sequence[Revision]], Email],
    by: Account | None = None,
) -> None:
    if outbox.settings_of(session) is None or not project_ids:
        return
    concerned: dict[int, list[Revision]] = {}
    for change in _overtaken(session, set(project_ids)):
        for account_id in {change.author_id, workflow.holder_id(change) or change.author_id}:
            concerned.setdefault(account_id, []).append(change)
    accounts = session.execute(select(Account).where(Account.id.in_(concerned)).order_by(Account.id)).scalars()
    for account in accounts.all():
        if by is None or account.id != by.id:
            with using(account.language):
                email = words(concerned[account.id][:MAX_NAMED])
            key = f"{MailKind.OVERTAKEN}:{source}:{account.id}"
            outbox.enqueue(session, email, Recipient(account), kind=MailKind.OVERTAKEN, key=key)


def _overtaken(session: Session, project_ids: set[int]) -> list[Revision]:
    """The open changes of these records that began before their present version, but those that came back in this very
    step and were told so."""
    query = select(Revision.id, Revision.project_id).join(Project, Project.id == Revision.project_id)
    stale = query.where(Revision.state.in_(OPEN_STATES), Revision.base_version < Project.version)
    ids = [revision_id for revision_id, project_id in session.execute(stale) if project_id in project_ids]
    found = session.execute(select(Revision).where(Revision.id.in_(ids)).order_by(Revision.id)).scalars()
    return [change for change in found if not change.schedule_failure]
