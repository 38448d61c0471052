"""SortOrder: all rows in one order, and any page of any selection in that order without sorting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from portal.search.arrays import RowArray
from portal.search.index.bitmaps import to_row_array

# A selection of at most one row in this many is sorted by position; for a larger one the order is scanned.
_SPARSE_PAGE_RATIO = 16
# Some so many rows are looked up one by one; beyond, a mask of all rows is cheaper.
_MAX_ROWS_WALKED = 4_000
# Up to so many rows are sought in the order; for more, the positions of all rows are made.
_MAX_ROWS_SOUGHT = 8


@dataclass(frozen=True)
class SortOrder:
    """`rows` contains every row once, in order; `known_positions` are its `positions`, None until they are needed."""

    rows: RowArray = field(repr=False)
    known_positions: npt.NDArray[np.int32] | None = field(default=None, repr=False)

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
        if size * _SPARSE_PAGE_RATIO <= len(self.rows):
            positions = self.positions[to_row_array(selection)]
            page = np.partition(positions, (first, last - 1))[first:last]
            return to_list(self.rows[np.sort(page)])
        if first > size // 2:
            # Scanning from the end is shorter.
            return walk_order(self.rows[::-1], selection, size - last, last - first)[::-1]
        return walk_order(self.rows, selection, first, last - first)

    def selected(self, selection: BitMap) -> RowArray:
        """All selected rows, in order."""
        is_selected = np.zeros(len(self.rows) and int(self.rows.max()) + 1, dtype=bool)
        is_selected[to_row_array(selection)] = True
        rows: RowArray = self.rows[is_selected[self.rows]]
        return rows

    def patched(self, removed: Sequence[int], insert_before: Sequence[int], rows: Sequence[int]) -> SortOrder:
        """The order without the positions `removed`, and with each of `rows` before its position `insert_before`.

        All positions are those of this order.
        """
        inserted: dict[int, list[int]] = {}
        for position, row in zip(insert_before, rows, strict=True):
            inserted.setdefault(position, []).append(row)
        gone, pieces, start = set(removed), [], 0
        for position in sorted(gone | inserted.keys()):
            pieces += [self.rows[start:position], np.array(inserted.get(position, []), dtype=np.uint32)]
            start = position + (position in gone)
        return SortOrder(np.concatenate([*pieces, self.rows[start:]]))

    def positions_of(self, rows: Sequence[int]) -> list[int]:
        """The positions of a few rows, which do not need those of all."""
        if self.known_positions is None and "positions" not in vars(self) and len(rows) <= _MAX_ROWS_SOUGHT:
            return [int(np.flatnonzero(self.rows == row)[0]) for row in rows]
        return [int(self.positions[row]) for row in rows]


def to_list(rows: RowArray) -> list[int]:
    result: list[int] = rows.tolist()
    return result


def walk_order(rows: RowArray, selection: BitMap, first: int, count: int) -> list[int]:
    """Up to `count` of the selected rows, after skipping `first` of them."""
    expected = (first + count) * len(rows) // len(selection)
    if expected <= _MAX_ROWS_WALKED:
        walked: list[int] = []
        start, step = 0, 2 * expected + 8
        # The rows of a selection may stand together, far from where they are expected.
        while start < max(_MAX_ROWS_WALKED, step) and len(walked) < first + count:
            walked += [row for row in to_list(rows[start : start + step]) if row in selection]
            start += step
        if len(walked) >= first + count or start >= len(rows):
            return walked[first : first + count]
    is_selected = np.zeros(len(rows) and int(rows.max()) + 1, dtype=bool)
    is_selected[to_row_array(selection)] = True
    result: list[int] = []
    start, skipped, step = 0, 0, max(expected + expected // 8 + 1, _MAX_ROWS_WALKED)
    while start < len(rows) and len(result) < count:
        block = rows[start : start + step]
        hits = block[is_selected[block]]
        begin = max(first - skipped, 0)
        result += to_list(hits[begin : begin + count - len(result)])
        skipped += len(hits)
        start += step
    return result
