"""What every reader gives: the rows of a file as they are read, and what is to be said of the file as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

# A cell whose formula no program has calculated; no text of a file is equal to it.
FORMULA_WITHOUT_VALUE = "\0formula"


class SourceLines(NamedTuple):
    """`rows` are row numbers, counted from 1, and cells; `notes` are sentences for the report."""

    rows: Iterator[tuple[int, list[str]]]
    notes: tuple[str, ...] = ()
