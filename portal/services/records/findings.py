"""A finding: one thing to know about one cell or row of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

IssueKind = Literal["refused", "repaired", "note"]


_MAX_VALUE_LENGTH = 200


@dataclass(frozen=True)
class ImportIssue:
    """One thing to know about one cell, or about a whole row when `column` is empty.

    `row` counts as a spreadsheet does: the header is row 1.
    """

    row: int
    column: str
    value: str
    kind: IssueKind
    reason: str
    advice: str

    def __str__(self) -> str:
        place = f"row {self.row}, {self.column}" if self.column else f"row {self.row}"
        value = f" “{_printable(self.value)}”" if self.value else ""
        return f"{self.kind} {place}{value}: {self.reason}. {self.advice}."


def shorten_value(text: str) -> str:
    return text if len(text) <= _MAX_VALUE_LENGTH else f"{text[: _MAX_VALUE_LENGTH - 1]}…"


def _printable(text: str) -> str:
    """Fit for a terminal: control characters of an imported file must not reach it."""
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in shorten_value(text))
