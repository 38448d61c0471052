"""The revisions that an account may see, and the desk that lists them by whose turn it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.database.orm import now
from portal.errors import InvalidTransition, NotFound
from portal.i18n.catalogues import gettext
from portal.models import Account, Project, Revision
from portal.vocabulary.workflow import PUBLISHED_STATES, State

MAX_LISTED_REVISIONS = 200
# Of one author: as many as a desk lists, so that a program that writes drafts stops there.
MAX_DRAFTS = MAX_LISTED_REVISIONS
_WITH_AUTHOR = (State.DRAFT, State.RETURNED)
_PRIVATE_STATES = (State.DRAFT, State.DISCARDED)


@dataclass(frozen=True)
class Desk:
    """Revisions by whose turn it is, the longest waiting first; `decided` holds the newest first."""

    mine: tuple[Revision, ...]
    with_me: tuple[Revision, ...]
    waiting: tuple[Revision, ...]
    with_others: tuple[Revision, ...]
    approved: tuple[Revision, ...]
    without_author: tuple[Revision, ...]
    decided: tuple[Revision, ...]


def select_visible(account: Account) -> Select[Revision]:
    """The revisions the account may see: its own, and for reviewers all that were ever submitted.

    Administrators also see the drafts of disabled accounts, to hand them over.
    """
    query = select(Revision).options(
        joinedload(Revision.project),
        joinedload(Revision.author),
        joinedload(Revision.last_editor),
        joinedload(Revision.claimed_by),
        joinedload(Revision.decided_by),
    )
    return query.where(_is_visible_to(account))


def visible_ids(session: Session, revision_ids: Collection[int], account: Account) -> set[int]:
    """Of these revisions, the ids of those that the account may see."""
    return set(
        session.execute(select(Revision.id).where(Revision.id.in_(revision_ids), _is_visible_to(account))).scalars()
    )


def _is_visible_to(account: Account) -> ColumnElement[bool]:
    if account.is_disabled:
        return Revision.id < 0
    own = Revision.author_id == account.id
    if not account.is_reviewer:
        return own
    submitted = Revision.state.not_in(_PRIVATE_STATES)
    return or_(own, submitted, _has_disabled_author()) if account.is_administrator else or_(own, submitted)


def _has_disabled_author() -> ColumnElement[bool]:
    return Revision.author_id.in_(select(Account.id).where(Account.is_disabled))


def check_quota(session: Session, account: Account) -> None:
    """Raise InvalidTransition if the account has as many drafts, returned ones included, as one may have."""
    query = select(func.count()).where(Revision.author_id == account.id, Revision.state.in_(_WITH_AUTHOR))
    if session.execute(query).scalar_one() >= MAX_DRAFTS:
        raise InvalidTransition(
            gettext(
                "You have %(most)s drafts, which is the limit. Submit or discard some of them first: they are on your "
                "desk.",
                most=MAX_DRAFTS,
            )
        )


def get_revision(session: Session, revision_id: int, account: Account) -> Revision:
    """The revision, if the account may see it; otherwise raises NotFound, whether or not it exists."""
    revision = session.execute(select_visible(account).where(Revision.id == revision_id)).scalar_one_or_none()
    if revision is None:
        raise NotFound(gettext("There is no revision R-%(number)s that you can open.", number=revision_id))
    return revision


def load_desk(session: Session, account: Account) -> Desk:
    """The revisions on the desk of this account."""

    def listed(*states: State, of: ColumnElement[bool] | None = None) -> list[Revision]:
        query = select_visible(account).where(Revision.state.in_(states), *([] if of is None else [of]))
        return list(
            session.execute(query.order_by(Revision.saved_at, Revision.id).limit(MAX_LISTED_REVISIONS)).scalars()
        )

    editable = State.RETURNED, State.DRAFT
    own = listed(*editable, of=Revision.author_id == account.id)
    without_author = listed(*editable, of=_has_disabled_author()) if account.is_administrator else []
    submitted = sorted(listed(State.SUBMITTED, State.IN_REVIEW), key=lambda r: (r.due_at or r.saved_at, r.id))
    approved = listed(State.APPROVED, State.SCHEDULED)
    finished = select_visible(account).where(Revision.state.in_(PUBLISHED_STATES))
    decided = session.execute(finished.order_by(Revision.decided_at.desc(), Revision.id.desc()).limit(20)).scalars()
    return Desk(
        mine=tuple(own),
        with_me=tuple(r for r in submitted if r.claimed_by_id == account.id),
        waiting=tuple(r for r in submitted if r.state == State.SUBMITTED),
        with_others=tuple(r for r in submitted if r.claimed_by_id not in (None, account.id)),
        approved=tuple(approved),
        without_author=tuple(without_author),
        decided=tuple(decided),
    )


def is_overdue(revision: Revision) -> bool:
    """Whether its due date, or its scheduled time of publication, has passed."""
    if revision.state in (State.SUBMITTED, State.IN_REVIEW):
        return revision.due_at is not None and revision.due_at < now()
    return revision.state == State.SCHEDULED and revision.publish_at is not None and revision.publish_at < now()


def project_revisions(session: Session, project: Project, account: Account) -> list[Revision]:
    """The revisions of a project that the account may see, newest first."""
    query = select_visible(account).where(Revision.project_id == project.id)
    return list(session.execute(query.order_by(Revision.id.desc()).limit(MAX_LISTED_REVISIONS)).scalars())
