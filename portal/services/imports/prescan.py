"""What has to be known of a whole file before its first row is stored: how long it is, and what its rows share."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from portal.services.imports.csv_reader import filled
from portal.services.records.validation import one_line

# Columns that tell a record apart only where no other row says the same.
TELLING = ("prima_id", "source_url")


class Shared:
    """The values of TELLING that stand in several rows of a file, whatever their case; kept as hashes."""

    def __init__(self, hashes: Mapping[str, array[int]]) -> None:
        self._shared = {name: _repeated(found) for name, found in hashes.items()}

    def has(self, column: str, value: str) -> bool:
        return hash(value.casefold()) in self._shared.get(column, ())


class Survey(NamedTuple):
    rows: int
    shared: Shared


def survey(path: Path) -> Survey:
    """Read a file to its end, in eight bytes a row and column; raise UnreadableFile as reading.table() would."""
    rows = 0
    with filled(path) as (header, found):
        hashes = {name: array("q") for name in TELLING if name in header}
        places = [(header.index(name), kept) for name, kept in hashes.items()]
        for rows, (_, cells) in enumerate(found, 1):  # noqa: B007 # the last one is how many there are
            for place, kept in places:
                if place < len(cells) and (value := cells[place]):
                    kept.append(hash(one_line(value).casefold()))
    return Survey(rows, Shared(hashes))


def _repeated(hashes: array[int]) -> frozenset[int]:
    ordered = np.sort(np.frombuffer(hashes, dtype=np.int64))
    return frozenset(ordered[1:][ordered[1:] == ordered[:-1]].tolist())
