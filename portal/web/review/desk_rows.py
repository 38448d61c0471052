"""The rows of the desk: one revision each, with its age, its holder and its button; and notices of hand-overs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.models import Account, Revision
from portal.services.editorial import handover, revisions, workflow
from portal.services.editorial.workflow import Action
from portal.services.records import published
from portal.vocabulary.workflow import PUBLISHED_STATES, State
from portal.web.presentation import field_labels, formatting
from portal.web.presentation.i18n import gettext, ngettext
from portal.web.review import comparison, event_text


@dataclass(frozen=True)
class DeskRow:
    """One revision: its author, its holder, how long it has been waiting, its due date and its next action."""

    revision: Revision
    title: str
    reference: str
    change_summary: str
    waiting_since: datetime
    waiting_text: str
    is_overdue: bool
    badge: str
    badge_kind: str
    holder: str
    is_mine: bool
    button_text: str
    can_publish: bool


def desk_row(session: Session, revision: Revision, account: Account) -> DeskRow:
    actions = workflow.allowed_actions(revision, account)
    is_decided = revision.state in PUBLISHED_STATES
    badge, kind = event_text.badge(revision)
    reference = revision.draft.number or (revision.project.reference if revision.project else "")
    return DeskRow(
        revision=revision,
        title=field_labels.display_title(revision.draft),
        reference=reference or "",
        change_summary=""
        if is_decided
        else comparison.summary(published.published_draft(session, revision), revision.draft),
        waiting_since=waiting_since(revision),
        waiting_text=age_text(waiting_since(revision)),
        is_overdue=revisions.is_overdue(revision),
        badge=badge,
        badge_kind=kind,
        holder=holder(revision, account),
        is_mine=revision.claimed_by_id == account.id,
        button_text=button_text(actions),
        can_publish=Action.PUBLISH in actions,
    )


def holder(revision: Revision, account: Account) -> str:
    """The name of the person who holds the revision now, "" for nobody."""
    if revision.state == State.IN_REVIEW and revision.claimed_by:
        if workflow.holder_id(revision) is None:
            return ""
        return gettext("you") if revision.claimed_by_id == account.id else revision.claimed_by.name
    if revision.state in (State.DRAFT, State.RETURNED):
        return gettext("you") if revision.author_id == account.id else revision.author.name
    return ""


def button_text(actions: tuple[Action, ...]) -> str:
    """The label of the button in a row."""
    if Action.SAVE in actions and Action.SUBMIT in actions:
        return gettext("Continue editing")
    if Action.PUBLISH in actions:
        return gettext("Publish")
    if {Action.CLAIM, Action.RETURN, Action.APPROVE} & set(actions):
        return gettext("Review")
    return gettext("Open")


def waiting_since(revision: Revision) -> datetime:
    """When a revision entered its current stage; a claimed one has been waiting since its submission."""
    moments = {
        State.SUBMITTED: revision.submitted_at,
        State.IN_REVIEW: revision.submitted_at,
        State.RETURNED: revision.decided_at,
        State.APPROVED: revision.decided_at,
        State.SCHEDULED: revision.decided_at,
        State.PUBLISHED: revision.published_at,
        State.SUPERSEDED: revision.published_at,
        State.WITHDRAWN: revision.published_at,
    }
    return moments.get(State(revision.state)) or revision.saved_at


def age_text(moment: datetime) -> str:
    """The age in minutes, hours or days."""
    age = max(now() - moment, timedelta())
    if age < timedelta(hours=1):
        return ngettext("one minute", "%(num)s minutes", max(1, int(age.total_seconds()) // 60))
    if age < timedelta(days=2):
        return ngettext("one hour", "%(num)s hours", int(age.total_seconds()) // 3600)
    return ngettext("one day", "%(num)s days", age.days)


@dataclass(frozen=True)
class HandOverNotice:
    """One hand-over as its former and its new author read it; the new one gets a link."""

    text: str
    label: str
    url: str


def hand_over_notices(session: Session, account: Account) -> tuple[HandOverNotice, ...]:
    return tuple(_notice(revision, account) for revision in handover.recent_hand_overs(session, account))


def _notice(revision: Revision, account: Account) -> HandOverNotice:
    title, day = field_labels.display_title(revision.draft), _hand_over_day(revision)
    if revision.author_id == account.id:
        former = revision.previous_author.name if revision.previous_author else ""
        text = gettext(
            "%(label)s “%(title)s” was handed over to you from %(name)s on %(day)s.",
            label=revision.label, title=title, name=former, day=day,
        )  # fmt: skip
        return HandOverNotice(text, revision.label, url_for("review.revision", revision_id=revision.id))
    text = gettext(
        "%(label)s “%(title)s” was handed over from you to %(name)s on %(day)s.",
        label=revision.label, title=title, name=revision.author.name, day=day,
    )  # fmt: skip
    return HandOverNotice(text, revision.label, "")


def _hand_over_day(revision: Revision) -> str:
    return formatting.day(revision.handed_over_at) if revision.handed_over_at else ""
