"""ValueTable: which values each row has, as numbers; few rows are counted in it faster than by bitmaps. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from portal.search.arrays import Int64Array, IntegerArray, RowArray
from portal.search.index.bitmaps import ValueBitmaps, to_row_array

# The number that stands for several values of a facet.
SEVERAL = 0
_MAX_SMALL_NUMBER = np.iinfo(np.uint16).max


@dataclass(frozen=True)
class Cells:
    """One line for each row and one column for each facet: the number of its value, or SEVERAL.

    `rows` and `several` are parallel, by row: one entry for each value where a cell has several, of whatever facet.
    """

    numbers: IntegerArray = field(repr=False)
    rows: RowArray = field(repr=False)
    several: IntegerArray = field(repr=False)

    @classmethod
    def fill(cls, numbers: ValueNumbers, bitmaps: Mapping[str, ValueBitmaps], first_row: int, count: int) -> Cells:
        """The cells of `count` rows from `first_row`, whose values the bitmaps hold; its rows count from 0."""
        size = max((number for values in numbers.values() for number in values.values()), default=0)
        cells = np.zeros((count, len(bitmaps)), dtype=np.uint16 if size <= _MAX_SMALL_NUMBER else np.uint32)
        found = [(np.empty(0, np.uint32), np.empty(0, np.int64))]
        for column, (facet, values) in enumerate(bitmaps.items()):
            has_one, has_several = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
            arrays = [
                (numbers[facet][value], to_row_array(rows) - np.uint32(first_row)) for value, rows in values.items()
            ]
            for number, rows in arrays:
                has_several[rows] |= has_one[rows]
                has_one[rows] = True
                cells[rows, column] = number
            if has_several.any():
                cells[has_several, column] = SEVERAL
                of_several = [(rows[has_several[rows]], number) for number, rows in arrays]
                found += [(rows, np.full(len(rows), number)) for rows, number in of_several]
        rows, several = (np.concatenate(part) for part in zip(*found, strict=True))
        order = np.argsort(rows, kind="stable")
        return cls(cells, rows[order], several[order].astype(cells.dtype))

    def count(self, rows: RowArray, columns: slice, size: int) -> Int64Array:
        """How many of the rows have each value, by its number, of the facets in these columns; `rows` rise."""
        cells = np.take(self.numbers, rows, axis=0)[:, columns]
        counts = np.bincount(cells.ravel(), minlength=size)
        if counts[SEVERAL]:
            # Values of other columns count too; nobody asks for them.
            wanted = rows[np.unique(np.flatnonzero(cells == SEVERAL) // cells.shape[1])]
            first, last = (np.searchsorted(self.rows, wanted, side) for side in ("left", "right"))
            entries = np.repeat(last - np.cumsum(last - first), last - first) + np.arange((last - first).sum())
            counts += np.bincount(self.several[entries], minlength=size)
        return counts


ValueNumbers = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class ValueTable:
    """The values of the built rows and of those appended later; removed rows retain theirs.

    `numbers` are the numbers of values by facet, from 1, each one used once; a value that no row has any more keeps
    its number.
    """

    numbers: ValueNumbers = field(repr=False)
    built: Cells = field(repr=False)
    appended: Cells = field(repr=False)

    @classmethod
    def from_bitmaps(cls, bitmaps: Mapping[str, ValueBitmaps], count: int) -> ValueTable:
        """The table of `count` rows, all built."""
        numbers = extended({}, bitmaps)
        return cls(numbers, Cells.fill(numbers, bitmaps, 0, count), Cells.fill(numbers, bitmaps_of_none(bitmaps), 0, 0))

    def with_rows(self, added: Mapping[str, ValueBitmaps], count: int) -> ValueTable:
        """The table with `count` more rows, whose values the bitmaps hold; their rows go on after the last one."""
        numbers, before = extended(self.numbers, added), self.appended
        fresh = Cells.fill(numbers, added, len(self.built.numbers) + len(before.numbers), count)
        cells = np.concatenate([before.numbers, fresh.numbers])
        rows = np.concatenate([before.rows, fresh.rows + np.uint32(len(before.numbers))])
        return ValueTable(numbers, self.built, Cells(cells, rows, np.concatenate([before.several, fresh.several])))

    def numbers_of(self, bitmaps: Mapping[str, ValueBitmaps]) -> Mapping[str, Int64Array]:
        """The numbers of the values of each facet, in the order of the bitmaps."""
        return {
            facet: np.array([self.numbers[facet][value] for value in values], dtype=np.int64)
            for facet, values in bitmaps.items()
        }

    @cached_property
    def _size(self) -> int:
        return 1 + sum(map(len, self.numbers.values()))

    @cached_property
    def _columns(self) -> Mapping[str, slice]:
        return {facet: slice(column, column + 1) for column, facet in enumerate(self.numbers)}

    def count(self, rows: RowArray, facet: str = "") -> Int64Array:
        """How many of the rows, which rise, have each value, by its number; of one facet, or of all."""
        columns = self._columns[facet] if facet else slice(None)
        built_count = len(self.built.numbers)
        first_appended = int(np.searchsorted(rows, built_count))
        counts = self.built.count(rows[:first_appended], columns, self._size)
        if first_appended < len(rows):
            appended = rows[first_appended:] - np.uint32(built_count)
            counts += self.appended.count(appended, columns, self._size)
        return counts


def extended(numbers: ValueNumbers, bitmaps: Mapping[str, ValueBitmaps]) -> ValueNumbers:
    """The numbers with one more for each value that has none; facets stand in the order of the bitmaps."""
    result = {facet: dict(numbers.get(facet, {})) for facet in bitmaps}
    last = sum(map(len, numbers.values()))
    for facet, values in bitmaps.items():
        for value in values:
            if value not in result[facet]:
                last += 1
                result[facet][value] = last
    return result


def bitmaps_of_none(bitmaps: Mapping[str, ValueBitmaps]) -> Mapping[str, ValueBitmaps]:
    """The same facets, without any value."""
    return {facet: {} for facet in bitmaps}
