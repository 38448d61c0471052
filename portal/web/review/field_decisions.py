"""Field-level review: decisions read from the form, preserved after a refusal, and shown as badges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.models import ProjectDraft, Revision
from portal.services.editorial import field_marks
from portal.services.editorial.field_marks import FieldDecisions, FieldReview, Verdict
from portal.web.presentation import formatting
from portal.web.presentation.i18n import gettext

VERDICT_PREFIX, REASON_PREFIX = "mark-", "reason-"
DECISION_FIELDS = (
    "note",
    "all",
    *(f"{prefix}{name}" for name in ProjectDraft.field_names() for prefix in (VERDICT_PREFIX, REASON_PREFIX)),
)
# The value of the button that accepts every field not marked to be returned.
ALL_OTHERS = "others"


@dataclass(frozen=True)
class Decision:
    """The verdict on each field of the form ("" for none), the typed reasons and a note on the revision.

    A reason is preserved without a verdict too.
    """

    verdicts: Mapping[str, str] = field(default_factory=dict)
    typed_reasons: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @classmethod
    def from_form(cls, form: MultiDict[str, str]) -> Decision:
        """Read a form: verdicts on the fields it contains, the undecided ones accepted if the button says so."""
        verdicts = {
            name: form[VERDICT_PREFIX + name] for name in ProjectDraft.field_names() if VERDICT_PREFIX + name in form
        }
        if form.get("all") == ALL_OTHERS:
            verdicts = {
                name: verdict if verdict == Verdict.RETURNED else Verdict.ACCEPTED for name, verdict in verdicts.items()
            }
        return cls(
            verdicts={name: verdict if verdict in tuple(Verdict) else "" for name, verdict in verdicts.items()},
            typed_reasons={
                name: form[REASON_PREFIX + name] for name in ProjectDraft.field_names() if REASON_PREFIX + name in form
            },
            note=form.get("note", ""),
        )

    def merged_with(self, field_reviews: Mapping[str, FieldReview]) -> Decision:
        """This decision, completed by the stored field reviews."""
        current = {name: review for name, review in field_reviews.items() if review.is_current}
        return Decision(
            verdicts={name: str(review.verdict) for name, review in current.items()} | dict(self.verdicts),
            typed_reasons={name: review.reason for name, review in current.items()} | dict(self.typed_reasons),
            note=self.note,
        )

    @property
    def accepted(self) -> tuple[str, ...]:
        return self._fields_with(Verdict.ACCEPTED)

    @property
    def cleared(self) -> tuple[str, ...]:
        return self._fields_with("")

    @property
    def returned(self) -> tuple[str, ...]:
        return self._fields_with(Verdict.RETURNED)

    @property
    def reasons(self) -> dict[str, str]:
        """The reasons for the fields to return, in field order."""
        return {name: self.typed_reasons.get(name, "") for name in self.returned}

    @property
    def missing_reasons(self) -> tuple[str, ...]:
        """The fields to return that lack a reason."""
        return tuple(name for name, reason in self.reasons.items() if not reason.strip())

    @property
    def field_decisions(self) -> FieldDecisions:
        return FieldDecisions(self.accepted, self.reasons, self.cleared)

    def _fields_with(self, verdict: str) -> tuple[str, ...]:
        return tuple(name for name in ProjectDraft.field_names() if self.verdicts.get(name) == verdict)


@dataclass(frozen=True)
class FieldReviewBadge:
    """The stored verdict on a field: badge text and style, reviewer and date, and the reason if there is one."""

    text: str
    badge_kind: str
    set_by: str
    reason: str
    is_accepted: bool
    is_current: bool


def review_badges(session: Session, revision: Revision) -> dict[str, FieldReviewBadge]:
    """The badges of a revision by field."""
    reviews = field_marks.reviews_by_field(revision)
    names = field_marks.account_names(session, (review.reviewer_id for review in reviews.values()))
    sent_reasons = {(name, reason) for decision in revision.decisions for name, reason in decision["reasons"].items()}
    return {
        name: _review_badge(review, names.get(review.reviewer_id, ""), is_sent=(name, review.reason) in sent_reasons)
        for name, review in reviews.items()
    }


def _review_badge(review: FieldReview, name: str, *, is_sent: bool) -> FieldReviewBadge:
    if review.is_accepted:
        text, badge_kind = gettext("Accepted"), "active"
    elif review.is_returned and not is_sent:
        text, badge_kind = gettext("Will be returned"), "bad"
    elif review.is_returned:
        text, badge_kind = gettext("Returned, not changed since"), "bad"
    elif review.verdict == Verdict.RETURNED:
        text, badge_kind = gettext("Changed since it was returned"), "warn"
    else:
        text, badge_kind = gettext("Changed since it was accepted"), "warn"
    set_by = gettext("%(name)s, %(day)s", name=name, day=formatting.day(review.at))
    return FieldReviewBadge(text, badge_kind, set_by, review.reason, review.is_accepted, review.is_current)
