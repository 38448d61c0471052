"""What an import reports about a cell or a row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from portal.services.records.findings import FindingKind, sentence

_MAX_VALUE_LENGTH = 200
# What a reason says of one row alone: quoted values, numbers, and what follows a colon.
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”|‘[^’]*’")
_NUMBER = re.compile(r"(?<!\w)[0-9][0-9.,]*(?!\w)")


class RowLabel(NamedTuple):
    """What a row says of itself: its Projects ID and title, as far as it has them."""

    project_id: str = ""
    title: str = ""


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
        value = f" “{printable(self.value)}”" if self.value else ""
        return f"{self.kind} {location}{value}: {sentence(self.reason)} {sentence(self.advice)}"

    @property
    def general_reason(self) -> str:
        """The reason without what it says of this row alone, so that the same reasons can be counted."""
        reason = _QUOTED.sub("…", self.reason).partition(": ")[0]
        return _NUMBER.sub("…", reason)


def printable(text: str) -> str:
    """The text, shortened and without control characters, which could control the terminal that shows it."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in shorten_value(text))


def shorten_value(text: str) -> str:
    """The text, cut to _MAX_VALUE_LENGTH characters."""
    return text if len(text) <= _MAX_VALUE_LENGTH else f"{text[: _MAX_VALUE_LENGTH - 1]}…"
