"""What has to be known of a whole file before its first row is stored: how long it is, and what its rows share."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from portal.services.imports.readers.table import open_rows
from portal.text.cleaning import clean_cell

# Columns that tell a record apart only where no other row says the same.
IDENTIFYING_COLUMNS = ("prima_id", "source_url")


class SharedValues:
    """The values of TELLING that stand in several rows of a file, whatever their case; kept as hashes."""

    def __init__(self, hashes: Mapping[str, array[int]]) -> None:
        self._hashes_by_column = {name: _repeated_hashes(found) for name, found in hashes.items()}

    def has(self, column: str, value: str) -> bool:
        return hash(value.casefold()) in self._hashes_by_column.get(column, ())


class PrescanResult(NamedTuple):
    rows: int
    shared_values: SharedValues


def prescan(path: Path) -> PrescanResult:
    """Read a file to its end, in eight bytes a row and column; raise UnreadableFile as reading.table() would."""
    rows = 0
    with open_rows(path) as (header, found):
        hashes = {name: array("q") for name in IDENTIFYING_COLUMNS if name in header}
        places = [(header.index(name), kept) for name, kept in hashes.items()]
        for rows, (_, cells) in enumerate(found, 1):  # noqa: B007 # the last one is how many there are
            for place, kept in places:
                if place < len(cells) and (value := cells[place]):
                    kept.append(hash(clean_cell(value).casefold()))
    return PrescanResult(rows, SharedValues(hashes))


def _repeated_hashes(hashes: array[int]) -> frozenset[int]:
    ordered = np.sort(np.frombuffer(hashes, dtype=np.int64))
    return frozenset(ordered[1:][ordered[1:] == ordered[:-1]].tolist())
