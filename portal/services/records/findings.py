"""A finding: an error, a repair or a note about one field of a project, whether from a form or a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FindingKind = Literal["refused", "repaired", "note"]


@dataclass(frozen=True)
class FieldFinding:
    """What is wrong with a field of ProjectDraft, and what to do; both sentences have no final full stop."""

    field: str
    kind: FindingKind
    reason: str
    advice: str


def sentence(text: str) -> str:
    """The text with a full stop, unless it is a question."""
    return text if text.endswith("?") else f"{text}."
