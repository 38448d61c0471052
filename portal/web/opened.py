"""What the page of one revision shows: comparison, steps, history, and what is kept of a form that was refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.models import Account, ProjectDraft, Revision
from portal.search import directory
from portal.services import history, idempotency, live, steps
from portal.services.steps import Action
from portal.vocabulary import State
from portal.web import comparison, content, narration, ripple
from portal.web.comparison import Comparison
from portal.web.language import gettext, ngettext
from portal.web.narration import Told

RETURN, REASON = "return-", "reason-"


@dataclass(frozen=True)
class Decision:
    """What a reviewer typed: the fields to return, a reason for each (kept when unticked too), a note for the whole."""

    returned: frozenset[str] = frozenset()
    typed: dict[str, str] = field(default_factory=dict)
    note: str = ""

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Decision:
        names = ProjectDraft.field_names()
        return cls(
            returned=frozenset(name for name in names if form.get(RETURN + name)),
            typed={name: form.get(REASON + name, "") for name in names},
            note=form.get("note", ""),
        )

    @property
    def reasons(self) -> dict[str, str]:
        """The reasons of the fields to return, in the order of the fields."""
        return {name: self.typed[name] for name in ProjectDraft.field_names() if name in self.returned}

    @property
    def silent(self) -> tuple[str, ...]:
        """Fields to return without a reason."""
        return tuple(name for name, reason in self.reasons.items() if not reason.strip())


@dataclass(frozen=True)
class Opened:
    """One revision, ready to be printed; `key` makes the next form count once."""

    revision: Revision
    title: str
    heading: str
    badge: str
    badge_kind: str
    turn: str
    actions: tuple[Action, ...]
    comparison: Comparison
    told: tuple[Told, ...]
    four_eyes: str
    ripple: tuple[str, ...]
    decision: Decision
    key: str

    @property
    def names(self) -> dict[str, str]:
        return content.field_names()

    @property
    def shown(self) -> frozenset[str]:
        """The fields that have a place on the page."""
        return frozenset(field.field for field in self.comparison.changed)

    @property
    def decides(self) -> bool:
        return Action.RETURN in self.actions

    @property
    def changes_said(self) -> str:
        count = len(self.comparison.changed)
        if self.comparison.is_new:
            return ngettext("A new record, one field", "A new record, %(num)s fields", count)
        if not count:
            return gettext("Nothing differs from the public record")
        return ngettext("One field changed", "%(num)s fields changed", count)


def opened(session: Session, revision: Revision, account: Account, decision: Decision | None = None) -> Opened:
    """The page of a revision for this account."""
    stands = standing(session, revision)
    actions = steps.allowed(revision, account)
    badge, badge_kind = narration.badge(revision)
    is_to_come = revision.state in (State.SUBMITTED, State.IN_REVIEW, State.APPROVED, State.SCHEDULED)
    return Opened(
        revision=revision,
        title=content.title_of(revision.draft),
        heading=heading(revision, actions),
        badge=badge,
        badge_kind=badge_kind,
        turn=steps.turn(revision),
        actions=actions,
        comparison=comparison.compare(directory.current().terms, stands, revision.draft),
        told=narration.of_events(history.of_revision(session, revision.id)),
        four_eyes=four_eyes(revision, account),
        ripple=ripple.of(stands, revision.draft) if is_to_come else (),
        decision=decision or Decision(),
        key=idempotency.fresh_key(),
    )


def standing(session: Session, revision: Revision) -> ProjectDraft | None:
    """The public record that a revision would change; None where there is none yet, or none any more."""
    project = revision.project
    return live.draft_of(session, project) if project is not None and project.published_at is not None else None


def heading(revision: Revision, actions: tuple[Action, ...]) -> str:
    if Action.APPROVE in actions or Action.RETURN in actions:
        return gettext("Review a change") if revision.project_id else gettext("Review a new record")
    return gettext("A change of a record") if revision.project_id else gettext("A new record")


def four_eyes(revision: Revision, account: Account) -> str:
    """Why this reviewer may or may not decide, while there is something to decide."""
    if not account.is_reviewer or revision.state not in (State.SUBMITTED, State.IN_REVIEW, State.APPROVED):
        return ""
    if account.id == revision.author_id:
        return gettext("You wrote this, so somebody else decides on it.")
    if account.id == revision.last_editor_id:
        return gettext("You edited this last, so somebody else decides on it.")
    return gettext("You did not edit this, so you may decide on it.")
