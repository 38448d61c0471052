"""ValueTable: which values each row has, as numbers; few rows are counted in it faster than by bitmaps. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

    def count(self, rows: RowArray, column: int | None, size: int) -> Int64Array:
        """How many of the rows have each value, by its number, of the facet in this column or of all; `rows` rise."""
        cells = self.numbers.take(rows, axis=0) if column is None else self.numbers[rows, column]
        counts = np.bincount(cells.ravel(), minlength=size)
        if counts[SEVERAL]:
            # Values of other columns count too; nobody asks for them.
            has_several = cells == SEVERAL
            wanted = rows[has_several.any(axis=1) if column is None else has_several]
            first, last = self.rows.searchsorted(wanted, "left"), self.rows.searchsorted(wanted, "right")
            lengths = last - first
            entries = np.repeat(last - lengths.cumsum(), lengths) + np.arange(lengths.sum())
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

    def numbers_of(self, bitmaps: Mapping[str, ValueBitmaps]) -> Mapping[str, slice | Int64Array]:
        """The numbers of the values of each facet, in the order of the bitmaps; a slice where they rise by one."""
        return {facet: run_of([self.numbers[facet][value] for value in values]) for facet, values in bitmaps.items()}

    @cached_property
    def _size(self) -> int:
        return 1 + sum(map(len, self.numbers.values()))

    @cached_property
    def _columns(self) -> Mapping[str, int]:
        return {facet: column for column, facet in enumerate(self.numbers)}

    def count(self, rows: RowArray, facet: str = "") -> Int64Array:
        """How many of the rows, which rise, have each value, by its number; of one facet, or of all."""
        column, built_count = self._columns[facet] if facet else None, len(self.built.numbers)
        if not len(self.appended.numbers):
            return self.built.count(rows, column, self._size)
        first_appended = int(rows.searchsorted(built_count))
        counts = self.built.count(rows[:first_appended], column, self._size)
        if first_appended < len(rows):
            appended = rows[first_appended:] - np.uint32(built_count)
            counts += self.appended.count(appended, column, self._size)
        return counts


def run_of(numbers: Sequence[int]) -> slice | Int64Array:
    """What selects these numbers from an array: a slice, which takes a tenth of the time, if they rise by one."""
    first = numbers[0] if numbers else 0
    if list(numbers) == list(range(first, first + len(numbers))):
        return slice(first, first + len(numbers))
    return np.array(numbers, dtype=np.int64)


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
