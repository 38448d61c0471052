"""Open work of people who leave or change their role: their reviews go back to the queue, their drafts to others.

Everything here flushes and records its events; the caller commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from portal.database.orm import now
from portal.errors import FieldError, Forbidden, NotFound, ValidationFailed
from portal.i18n.catalogues import N_, gettext
from portal.i18n.stored_sentences import StoredSentence
from portal.models import Account, ProjectDraft, Revision
from portal.services.audit import recording
from portal.services.editorial import authorship, workflow
from portal.services.editorial.notices import steps
from portal.services.editorial.transitions import record_transition
from portal.services.editorial.workflow import Action
from portal.services.records import published
from portal.vocabulary.workflow import OPEN_STATES, State

NOTICE_DAYS = 14


@dataclass(frozen=True)
class OpenWork:
    """The reviews that an account holds, and its own revisions that are not public yet, oldest first."""

    reviews: tuple[Revision, ...]
    own: tuple[Revision, ...]


def open_work(session: Session, account: Account) -> OpenWork:
    query = select(Revision).order_by(Revision.id)
    held = query.where(Revision.state == State.IN_REVIEW, Revision.claimed_by_id == account.id)
    own = query.where(Revision.state.in_(OPEN_STATES), Revision.author_id == account.id)
    return OpenWork(tuple(session.execute(held).scalars()), tuple(session.execute(own).scalars()))


# Why a review went back to the queue.
NO_REVIEWER = StoredSentence(N_("%(name)s is not a reviewer any more."))
ACCOUNT_DISABLED = StoredSentence(N_("The account of %(name)s was disabled."))


def release_reviews(session: Session, account: Account, *, reason: str, by: Account | None) -> tuple[Revision, ...]:
    """Return every review that an account holds to the queue; due dates and field decisions stay."""
    held = select(Revision).where(Revision.state == State.IN_REVIEW, Revision.claimed_by_id == account.id)
    locked = held.order_by(Revision.id).with_for_update(of=Revision).execution_options(populate_existing=True)
    released = tuple(session.execute(locked).scalars())
    for revision in released:
        revision.state, revision.claimed_by_id, revision.claimed_at = State.SUBMITTED, None, None
        before, after = {"claimed_by_id": account.id}, {"state": State.SUBMITTED, "reason": reason}
        event = recording.record(session, Action.RELEASE, "revision", revision.id, before=before, after=after, by=by)
        steps.tell_reviewers(session, revision, event, by, reason)
    return released


def get_open_revision(session: Session, revision_id: int, *, by: Account) -> Revision:
    """A revision that can be handed over, drafts of others included. Raises Forbidden, and NotFound."""
    if by.is_disabled or not by.is_administrator:
        raise Forbidden(gettext("Only administrators can hand over the work of others."))
    revision = session.get(Revision, revision_id)
    if revision is None or revision.state not in OPEN_STATES:
        raise NotFound(gettext("There is no open revision R-%(number)s.", number=revision_id))
    return revision


def candidates(session: Session, revision: Revision) -> list[Account]:
    """Who can become the author: nobody who reviews, approved or scheduled it, or has a change of the same record."""
    excluded = {revision.author_id, revision.claimed_by_id, revision.published_by_id}
    if revision.state in (State.APPROVED, State.SCHEDULED):
        excluded.add(revision.decided_by_id)
    query = select(Account).where(
        Account.is_disabled.is_(False), Account.id.not_in([number for number in excluded if number])
    )
    if revision.project_id is not None:
        busy = select(Revision.author_id).where(
            Revision.project_id == revision.project_id, Revision.state.in_(OPEN_STATES)
        )
        query = query.where(Account.id.not_in(busy))
    return list(session.execute(query.order_by(Account.name, Account.id)).scalars())


def hand_over(session: Session, revision: Revision, to_id: int, *, version: int, by: Account) -> Revision:
    """Make another account the author. What the former author wrote stays theirs: neither may approve it.

    Raises InvalidTransition, Forbidden, Conflict, and ValidationFailed if the account is not one of `candidates`.
    """
    session.refresh(revision, with_for_update={"of": Revision})
    workflow.check_transition(Action.HAND_OVER, revision, by)
    workflow.check_version(revision, version)
    new_author = next((account for account in candidates(session, revision) if account.id == to_id), None)
    if new_author is None:
        fault, advice = gettext("No author is selected."), gettext("Select a name from the list.")
        raise ValidationFailed([FieldError("author_id", fault, advice)])
    former = revision.author
    authorship.attribute_to_former_author(revision, published.published_draft(session, revision) or ProjectDraft())
    # Whoever accepted fields as a reviewer cannot have accepted their own.
    revision.field_reviews = {
        name: review for name, review in revision.field_reviews.items() if review["by"] != new_author.id
    }
    revision.previous_author_id, revision.handed_over_at = former.id, now()
    revision.author_id = new_author.id
    before = {"author_id": former.id, "author": former.name}
    after = {"author_id": new_author.id, "author": new_author.name}
    record_transition(session, revision, Action.HAND_OVER, by, before=before, after=after)
    session.refresh(revision)
    return revision


def recent_hand_overs(session: Session, account: Account) -> list[Revision]:
    """The open revisions handed over from or to this account in the last days, newest first."""
    query = select(Revision).where(
        or_(Revision.previous_author_id == account.id, Revision.author_id == account.id),
        Revision.handed_over_at >= now() - timedelta(days=NOTICE_DAYS),
        Revision.state.in_(OPEN_STATES),
    )
    query = query.options(joinedload(Revision.author), joinedload(Revision.previous_author))
    return list(session.execute(query.order_by(Revision.handed_over_at.desc())).scalars())
