"""What every reader gives: the rows of a file as they are read, and what is to be said of the file as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

MAX_CELL_LENGTH = 131_072
# Cells that make their row unusable; no text of a file is equal to one of them.
FORMULA_WITHOUT_VALUE = "\0formula"
NO_OBJECT = "\0line"
OTHER_KEYS = "\0keys"
NO_VALUE = "\0value"
TOO_LONG = "\0long"
# These two say it of the whole row.
UNUSABLE_ROWS = frozenset((NO_OBJECT, OTHER_KEYS))
# Why, and what to do.
UNUSABLE_CELLS = {
    FORMULA_WITHOUT_VALUE: (
        "The cell has a formula without a value",
        "Open the workbook, save it and import it again",
    ),
    NO_OBJECT: ("The line is no JSON object", "Correct the line"),
    OTHER_KEYS: ("The object has other keys than the first one", "Give all objects the same keys"),
    NO_VALUE: ("The value is neither text nor a number nor a list of them", "Correct the value"),
    TOO_LONG: (f"The text is longer than {MAX_CELL_LENGTH:,} characters", "Shorten the text"),
}


class SourceLines(NamedTuple):
    """`rows` are row numbers, counted from 1, and cells; `notes` are sentences for the report.

    `columns` are those of the cells; None if the first row is a header. `closing_notes` are known once all rows are
    read.
    """

    rows: Iterator[tuple[int, list[str]]]
    notes: tuple[str, ...] = ()
    columns: tuple[str, ...] | None = None
    closing_notes: Callable[[], Sequence[str]] = tuple


def within_limit(text: str) -> str:
    """The text, or TOO_LONG in its place."""
    return text if len(text) <= MAX_CELL_LENGTH else TOO_LONG
