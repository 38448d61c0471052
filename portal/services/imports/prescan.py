"""Reads a whole file before the import: counts its rows, and finds identifying values that several rows share."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from portal.services.imports.readers.table import open_rows
from portal.text.cleaning import clean_cell

# Columns that identify a record only if no other row has the same value.
IDENTIFYING_COLUMNS = ("prima_id", "title", "key")
_NO_HASHES = np.empty(0, dtype=np.int64)


class SharedValues:
    """The values of IDENTIFYING_COLUMNS that several rows have in any case, and all keys; stored as hashes."""

    def __init__(self, hashes: Mapping[str, array[int]]) -> None:
        ordered = {name: np.sort(np.frombuffer(column, dtype=np.int64)) for name, column in hashes.items()}
        self._hashes_by_column = {name: _repeated_hashes(column) for name, column in ordered.items()}
        self._key_hashes = ordered.get("key", _NO_HASHES)

    def has(self, column: str, value: str) -> bool:
        """Whether several rows have this value."""
        return hash(value.casefold()) in self._hashes_by_column.get(column, ())

    def has_key(self, slug: str) -> bool:
        """Whether a row states this slug as its key."""
        hashed = hash(slug.casefold())
        at = int(np.searchsorted(self._key_hashes, hashed))
        return at < len(self._key_hashes) and int(self._key_hashes[at]) == hashed


class PrescanResult(NamedTuple):
    """The number of rows, the columns of the file, and the identifying values that several rows share."""

    rows: int
    columns: tuple[str, ...]
    shared_values: SharedValues


def prescan(path: Path) -> PrescanResult:
    """Read a file to its end, with eight bytes per row and column; raises UnreadableFile as `open_table` does."""
    row_count = 0
    with open_rows(path) as (header, lines):
        hashes = {name: array("q") for name in IDENTIFYING_COLUMNS if name in header}
        columns = [(header.index(name), column_hashes) for name, column_hashes in hashes.items()]
        for row_count, (_, cells) in enumerate(lines, 1):  # noqa: B007  # used after the loop
            for position, column_hashes in columns:
                if position < len(cells) and (value := cells[position]):
                    column_hashes.append(hash(clean_cell(value).casefold()))
    return PrescanResult(row_count, tuple(header), SharedValues(hashes))


def _repeated_hashes(ordered: npt.NDArray[np.int64]) -> frozenset[int]:
    return frozenset(ordered[1:][ordered[1:] == ordered[:-1]].tolist())
