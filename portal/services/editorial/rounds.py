"""The rounds of a revision: what was returned with which text, and the author's answers to the reviewer's reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.errors import ValidationFailed
from portal.models import ProjectDraft, Revision
from portal.services.editorial.entered_text import length_error
from portal.text import cleaning
from portal.vocabulary.workflow import State

RETURNED = "returned"
MAX_ANSWER_LENGTH = 2_000
_SECOND_ROUND_STATES = (State.DRAFT, State.RETURNED, State.SUBMITTED, State.IN_REVIEW)


@dataclass(frozen=True)
class Return:
    """A revision as a reviewer returned it; `text` is None for one that was returned before texts were stored."""

    at: datetime
    reviewer_id: int
    note: str
    reasons: Mapping[str, str]
    answers: Mapping[str, str]
    text: ProjectDraft | None


def last_return(revision: Revision) -> Return | None:
    """The return that the present round follows; None in a first round, and once it is decided again."""
    last: dict[str, Any] = revision.decisions[-1] if revision.decisions else {}
    if last.get("verdict") != RETURNED or revision.state not in _SECOND_ROUND_STATES:
        return None
    return Return(
        at=datetime.fromisoformat(last["at"]),
        reviewer_id=last["by"],
        note=last["note"],
        reasons=last["reasons"],
        answers=last.get("answers", {}),
        text=ProjectDraft.from_json(last["text"]) if "text" in last else None,
    )


def save_answers(revision: Revision, answers: Mapping[str, str]) -> dict[str, str] | None:
    """Store the author's answers to reasons of the last return; returns all of them, or None if nothing changed.

    Answers to fields without a reason are ignored. Raises ValidationFailed with every one that is too long.
    """
    returned = last_return(revision)
    if returned is None:
        return None
    cleaned = {name: cleaning.clean_paragraphs(answer) for name, answer in answers.items() if name in returned.reasons}
    errors = [length_error("answer", answer, MAX_ANSWER_LENGTH, field=name) for name, answer in cleaned.items()]
    if found := [error for error in errors if error]:
        raise ValidationFailed(found)
    stored = {name: answer for name, answer in (dict(returned.answers) | cleaned).items() if answer}
    if stored == returned.answers:
        return None
    revision.decisions = [*revision.decisions[:-1], revision.decisions[-1] | {"answers": stored}]
    return stored
