"""What openpyxl does not tell of a sheet that it reads row by row: merged cells, and whether there are formulas.

Both are found in the markup of the sheet by searching it once, in pieces, without building anything from it.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CHUNK_BYTES = 1 << 20
# Longer than either pattern can match, so that none is cut between two pieces.
_OVERLAP_BYTES = 200
_FORMULA = re.compile(rb"<(?:[a-z]+:)?f[ >/]")
_MERGED = re.compile(rb'<(?:[a-z]+:)?mergeCell [^>]{0,100}?ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_MAX_MERGED = 10_000


@dataclass
class MergedColumn:
    """Cells of one column that are merged over rows; `place` counts columns from 0, `value` is filled on reading."""

    column: str
    place: int
    first_row: int
    last_row: int
    value: str = ""

    def __str__(self) -> str:
        return f"{self.column}{self.first_row}:{self.column}{self.last_row}"


@dataclass(frozen=True)
class SheetMarkup:
    has_formulas: bool
    merged: tuple[MergedColumn, ...]


def scan_sheet(path: Path, sheet: Any) -> SheetMarkup:
    """Search the markup of a sheet that openpyxl opened read-only. Only merges over several rows are given."""
    # The path inside the archive is private in openpyxl 3.1, which has no public name for it.
    member = sheet._worksheet_path.removeprefix("/")
    merged: dict[tuple[bytes, ...], MergedColumn] = {}
    has_formulas, rest = False, b""
    with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
        while piece := stream.read(_CHUNK_BYTES):
            searched = rest + piece
            has_formulas = has_formulas or _FORMULA.search(searched) is not None
            for found in _MERGED.finditer(searched):
                if len(merged) < _MAX_MERGED and found[2] != found[4]:
                    merged[found.groups()] = _merged_column(found)
            rest = searched[-_OVERLAP_BYTES:]
    return SheetMarkup(has_formulas, tuple(merged.values()))


def _merged_column(found: re.Match[bytes]) -> MergedColumn:
    column = found[1].decode("ascii")
    place = 0
    for letter in column:
        place = place * 26 + ord(letter) - ord("A") + 1
    return MergedColumn(column, place - 1, int(found[2]), int(found[4]))
