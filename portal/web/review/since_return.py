"""What happened since a revision was returned: the text then and now, the reviewer's reasons, the author's answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.models import ProjectDraft, Revision
from portal.search.index import current
from portal.services.editorial import field_marks, rounds
from portal.web.presentation import field_labels
from portal.web.presentation.i18n import gettext
from portal.web.review import comparison
from portal.web.review.comparison import ComparedField


@dataclass(frozen=True)
class ReturnedField:
    """A field with a reason, or one that was changed since: `compared` is the text returned beside the text now.

    `compared` is None if the field was not changed.
    """

    name: str
    reason: str
    answer: str
    compared: ComparedField | None


@dataclass(frozen=True)
class SinceReturn:
    """The last return: who returned it when, their note, and the fields in order."""

    at: datetime
    reviewer: str
    note: str
    fields: tuple[ReturnedField, ...]
    sides: tuple[str, str]


def build(session: Session, revision: Revision) -> SinceReturn | None:
    """None in a first round, and once the revision is decided again."""
    returned = rounds.last_return(revision)
    if returned is None:
        return None
    changed, reasons, answers = _changed_fields(returned.text, revision.draft), returned.reasons, returned.answers
    names = field_labels.field_names()
    shown = [name for name in ProjectDraft.field_names() if name in changed or name in reasons]
    people = field_marks.account_names(session, [returned.reviewer_id])
    return SinceReturn(
        at=returned.at,
        reviewer=people.get(returned.reviewer_id, ""),
        note=returned.note,
        fields=tuple(
            ReturnedField(names[name], reasons.get(name, ""), answers.get(name, ""), changed.get(name))
            for name in shown
        ),
        sides=(gettext("Returned"), gettext("Now")),
    )


def _changed_fields(returned: ProjectDraft | None, now: ProjectDraft) -> dict[str, ComparedField]:
    if returned is None:
        return {}
    compared = comparison.compare(current.current_snapshot().terms, returned, now)
    return {field.field: field for field in compared.changed}
