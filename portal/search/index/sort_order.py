"""SortOrder: all rows in one order, and any page of any selection in that order without sorting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from portal.search.arrays import RowArray
from portal.search.index.bitmaps import to_bitmap, to_row_array

# A selection of at most one row in this many is sorted by position if that is needed; for a larger one the order is
# scanned, in blocks of at least so many rows.
_SPARSE_PAGE_RATIO, _MIN_ROWS_SCANNED = 16, 4_000
# To look whether a row is selected takes as long as to sort so many of those that are.
_SORTED_PER_ROW_SOUGHT = 2
# A few more than are expected, since rows are not spread evenly.
_MIN_ROWS_SOUGHT = 64
# Up to so many rows are sought in the order; for more, the positions of all rows are made.
_MAX_ROWS_SOUGHT = 8


@dataclass(frozen=True)
class SortOrder:
    """`rows` contains every row once, in order: an array, or what makes one when the order is asked for.

    `known_positions` are its `positions`, None until they are needed.
    """

    source: RowArray | Callable[[], RowArray] = field(repr=False)
    known_positions: npt.NDArray[np.int32] | None = field(default=None, repr=False)

    @property
    def rows(self) -> RowArray:
        source = self.source
        if callable(source):
            # In its place: it holds the rows of the order before.
            source = self.__dict__["source"] = source()
        return source

    @cached_property
    def positions(self) -> npt.NDArray[np.int32]:
        """The position of each row, indexed by row; computed at first use."""
        if self.known_positions is not None:
            return self.known_positions
        positions = np.zeros(int(self.rows.max(initial=0)) + 1, dtype=np.int32)
        positions[self.rows] = np.arange(len(self.rows), dtype=np.int32)
        return positions

    def page(self, selection: BitMap, first: int, count: int) -> list[int]:
        """Up to `count` selected rows from the `first`-th (from 0), in order."""
        size = len(selection)
        last = min(first + count, size)
        if first >= last:
            return []
        if size == len(self.rows):
            return to_list(self.rows[first:last])
        # From the end, where that is nearer.
        is_reversed = first > size // 2
        rows, skipped = (self.rows[::-1], size - last) if is_reversed else (self.rows, first)
        positions = self._first_positions(rows, selection, skipped + last - first)
        if positions is not None:
            positions.sort()
            # Of a reversed order the last ones are those that come first.
            begin = len(positions) - skipped - (last - first) if is_reversed else first
            return to_list(self.rows[positions[begin : begin + last - first]])
        if size * _SPARSE_PAGE_RATIO > len(rows):
            found = scan_order(rows, selection, skipped, last - first)
            return found[::-1] if is_reversed else found
        positions = self.positions.take(to_row_array(selection))
        ends = (first, last - 1) if first else last - 1
        return to_list(self.rows[np.sort(np.partition(positions, ends)[first:last])])

    def _first_positions(self, rows: RowArray, selection: BitMap, count: int) -> npt.NDArray[np.int32] | None:
        """The positions of at least `count` selected rows, all that come first in `rows`; in no order.

        None if many others come before them: the rows of a selection may stand together, anywhere.
        """
        found: list[RowArray] = []
        limit = len(selection) // _SORTED_PER_ROW_SOUGHT
        start, step = 0, count * len(rows) // len(selection) + _MIN_ROWS_SOUGHT
        while start + step <= limit:
            # Of sorted rows a bitmap is made in a fifth of the time.
            found.append(to_row_array(to_bitmap(np.sort(rows[start : start + step])) & selection))
            if sum(map(len, found)) >= count:
                return self.positions.take(np.concatenate(found))
            start, step = start + step, 2 * step
        return None

    def selected(self, selection: BitMap) -> RowArray:
        """All selected rows, in order."""
        is_selected = np.zeros(len(self.rows) and int(self.rows.max()) + 1, dtype=bool)
        is_selected[to_row_array(selection)] = True
        rows: RowArray = self.rows[is_selected[self.rows]]
        return rows

    def patched(self, removed: Sequence[int], insert_before: Sequence[int], rows: Sequence[int]) -> SortOrder:
        """The order without the positions `removed`, and with each of `rows` before its position `insert_before`.

        All positions are those of this order. The rows are put together when somebody asks for them, or the next change
        does: by then all processes mostly hold a file of this state.
        """
        inserted: dict[int, list[int]] = {}
        for position, row in zip(insert_before, rows, strict=True):
            inserted.setdefault(position, []).append(row)
        # It holds the rows alone: this order might still hold those of the one before it.
        return SortOrder(partial(_patched, self.rows, set(removed), inserted))

    def positions_of(self, rows: Sequence[int]) -> list[int]:
        """The positions of a few rows, which do not need those of all."""
        if self.known_positions is None and "positions" not in vars(self) and len(rows) <= _MAX_ROWS_SOUGHT:
            return [int(np.flatnonzero(self.rows == row)[0]) for row in rows]
        return [int(self.positions[row]) for row in rows]


def _patched(rows: RowArray, removed: AbstractSet[int], inserted: Mapping[int, list[int]]) -> RowArray:
    pieces, start = [], 0
    for position in sorted(removed | inserted.keys()):
        pieces += [rows[start:position], np.array(inserted.get(position, []), dtype=np.uint32)]
        start = position + (position in removed)
    return np.concatenate([*pieces, rows[start:]])


def to_list(rows: RowArray) -> list[int]:
    result: list[int] = rows.tolist()
    return result


def scan_order(rows: RowArray, selection: BitMap, first: int, count: int) -> list[int]:
    """Up to `count` of the selected rows, after skipping `first` of them, by a mask of all rows."""
    is_selected = np.zeros(len(rows) and int(rows.max()) + 1, dtype=bool)
    is_selected[to_row_array(selection)] = True
    result: list[int] = []
    start, skipped = 0, 0
    step = (first + count) * len(rows) // len(selection) + _MIN_ROWS_SCANNED
    while start < len(rows) and len(result) < count:
        block = rows[start : start + step]
        hits = block[is_selected[block]]
        begin = max(first - skipped, 0)
        result += to_list(hits[begin : begin + count - len(result)])
        skipped += len(hits)
        start += step
    return result
