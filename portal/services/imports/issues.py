"""What an import reports about a cell or a row."""

from __future__ import annotations

from dataclasses import dataclass

from portal.services.records.findings import FindingKind

_MAX_VALUE_LENGTH = 200


@dataclass(frozen=True)
class ImportIssue:
    """An error, a repair or a note about one cell, or about a whole row if `column` is "".

    Rows are numbered as in a spreadsheet: the header is row 1. `reason` and `advice` have no final full stop.
    """

    row: int
    column: str
    value: str
    kind: FindingKind
    reason: str
    advice: str

    def __str__(self) -> str:
        location = f"row {self.row}, {self.column}" if self.column else f"row {self.row}"
        value = f" “{_printable(self.value)}”" if self.value else ""
        return f"{self.kind} {location}{value}: {self.reason}. {self.advice}."


def shorten_value(text: str) -> str:
    """The text, cut to _MAX_VALUE_LENGTH characters."""
    return text if len(text) <= _MAX_VALUE_LENGTH else f"{text[: _MAX_VALUE_LENGTH - 1]}…"


def _printable(text: str) -> str:
    """The value without control characters, which could control the terminal that shows the report."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in shorten_value(text))
