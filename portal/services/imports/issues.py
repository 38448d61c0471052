"""What an import reports of one cell or row of a file."""

from __future__ import annotations

from dataclasses import dataclass

from portal.services.records.findings import FindingKind

_MAX_VALUE_LENGTH = 200


@dataclass(frozen=True)
class ImportIssue:
    """One remark on one cell, or on a whole row when `column` is empty.

    `row` counts as a spreadsheet does: the header is row 1.
    """

    row: int
    column: str
    value: str
    kind: FindingKind
    reason: str
    advice: str

    def __str__(self) -> str:
        place = f"row {self.row}, {self.column}" if self.column else f"row {self.row}"
        value = f" “{_printable(self.value)}”" if self.value else ""
        return f"{self.kind} {place}{value}: {self.reason}. {self.advice}."


def shorten_value(text: str) -> str:
    return text if len(text) <= _MAX_VALUE_LENGTH else f"{text[: _MAX_VALUE_LENGTH - 1]}…"


def _printable(text: str) -> str:
    """Safe for a terminal: control characters of an imported file must not reach it."""
    shown = shorten_value(text)
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in shown)
