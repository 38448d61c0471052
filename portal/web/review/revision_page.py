"""The page of a revision as data: comparison, allowed actions, history and the decisions in its form."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.models import Account, Revision
from portal.search.index import current
from portal.services.audit import history
from portal.services.editorial import authorship, field_marks, idempotency, revisions, workflow
from portal.services.editorial.workflow import Action
from portal.services.records import published
from portal.vocabulary.workflow import PUBLISHED_STATES, State
from portal.web.presentation import field_labels
from portal.web.presentation.i18n import gettext, ngettext
from portal.web.review import comparison, event_text, field_decisions, impact, since_return
from portal.web.review.comparison import ComparedField, Comparison
from portal.web.review.event_text import EventLine
from portal.web.review.field_decisions import Decision, FieldReviewBadge
from portal.web.review.since_return import SinceReturn


@dataclass(frozen=True)
class RevisionPage:
    """One revision; `key` is the idempotency key of the next form."""

    revision: Revision
    title: str
    heading: str
    badge: str
    badge_kind: str
    status_sentence: str
    actions: tuple[Action, ...]
    comparison: Comparison
    since_return: SinceReturn | None
    events: tuple[EventLine, ...]
    rewritten: tuple[str, ...]
    four_eyes: str
    count_changes: tuple[str, ...]
    is_overdue: bool
    field_reviews: dict[str, FieldReviewBadge]
    decision: Decision
    key: str

    @property
    def field_names(self) -> dict[str, str]:
        return field_labels.field_names()

    @property
    def shown_fields(self) -> frozenset[str]:
        """The fields that the page shows as changed."""
        return frozenset(field.field for field in self.comparison.changed)

    @property
    def undecided(self) -> tuple[ComparedField, ...]:
        """The changed fields that are shown unfolded."""
        return tuple(field for field in self.comparison.changed if field not in self.accepted_fields)

    @property
    def accepted_fields(self) -> tuple[ComparedField, ...]:
        """The changed fields that are already accepted while the review is open."""
        if self.revision.state not in (State.SUBMITTED, State.IN_REVIEW):
            return ()
        accepted = {name for name, badge in self.field_reviews.items() if badge.is_accepted}
        return tuple(field for field in self.comparison.changed if field.field in accepted)

    @property
    def can_decide(self) -> bool:
        return Action.RETURN in self.actions

    @property
    def changes_text(self) -> str:
        count = len(self.comparison.changed)
        if self.comparison.is_new:
            return ngettext("A new record, one field", "A new record, %(num)s fields", count)
        if not count:
            return (
                gettext("Nothing was changed")
                if self.comparison.is_published
                else gettext("No differences from the public record")
            )
        return ngettext("One field changed", "%(num)s fields changed", count)


def build_page(
    session: Session, revision: Revision, account: Account, decision: Decision | None = None
) -> RevisionPage:
    """The page of a revision for this account."""
    is_done = revision.state in PUBLISHED_STATES
    before = published.previous_version(session, revision) if is_done else published.published_draft(session, revision)
    actions = workflow.allowed_actions(revision, account)
    badge, badge_kind = event_text.badge(revision)
    entered = decision or Decision(note=field_marks.begun_note(revision, account))
    is_pending = revision.state in (State.SUBMITTED, State.IN_REVIEW, State.APPROVED, State.SCHEDULED)
    return RevisionPage(
        revision=revision,
        title=field_labels.display_title(revision.draft),
        heading=heading(actions, is_change=bool(revision.project_id) and not (is_done and before is None)),
        badge=badge,
        badge_kind=badge_kind,
        status_sentence=workflow.status_sentence(revision),
        actions=actions,
        comparison=comparison.compare(current.current_snapshot().terms, before, revision.draft, is_published=is_done),
        since_return=since_return.build(session, revision),
        events=event_text.event_lines(history.revision_events(session, revision.id)),
        rewritten=rewritten(session, revision),
        four_eyes=four_eyes(revision, account),
        count_changes=impact.count_changes(before, revision.draft) if is_pending else (),
        is_overdue=revisions.is_overdue(revision),
        field_reviews=field_decisions.review_badges(session, revision),
        decision=entered.merged_with(field_marks.reviews_by_field(revision)),
        key=idempotency.new_key(),
    )


def heading(actions: tuple[Action, ...], *, is_change: bool) -> str:
    if Action.APPROVE in actions or Action.RETURN in actions:
        return gettext("Review a change") if is_change else gettext("Review a new record")
    return gettext("A change to a record") if is_change else gettext("A new record")


def rewritten(session: Session, revision: Revision) -> tuple[str, ...]:
    """Who else than its authors edited which of the present texts, one sentence for each person."""
    names = field_labels.field_names()
    fields: dict[int, list[str]] = {}
    for field, editor_id in authorship.editors_by_field(revision).items():
        if editor_id != revision.previous_author_id:
            fields.setdefault(editor_id, []).append(names[field])
    people = field_marks.account_names(session, fields)
    return tuple(
        gettext("%(name)s rewrote: %(fields)s.", name=people[editor_id], fields=", ".join(edited))
        for editor_id, edited in fields.items()
    )


def four_eyes(revision: Revision, account: Account) -> str:
    """Why this reviewer may or may not decide, while a decision is pending."""
    if not account.is_reviewer or revision.state not in (State.SUBMITTED, State.IN_REVIEW, State.APPROVED):
        return ""
    if account.id == revision.author_id:
        return gettext("You wrote this, so another reviewer decides on it.")
    if account.id == revision.last_editor_id:
        return gettext("You edited this last, so another reviewer decides on it.")
    if authorship.wrote_or_edited(account.id, revision):
        return gettext("You edited a part of this, so another reviewer decides on it.")
    if revision.state == State.APPROVED:
        return gettext("You can publish this: you did not write or edit it.")
    return gettext("You can approve this: you did not write or edit it.")
