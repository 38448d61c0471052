"""Order: one way of sorting all rows, and any page of any selection in it without sorting anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from portal.search.arrays import RowArray
from portal.search.index.bitmaps import to_row_array

# A selection that holds less than one row in so many is sorted by place; a larger one is met by walking the order.
_SPARSE_PAGE_RATIO = 16
# Up to so many rows are looked up one by one; beyond, a mask of all rows is cheaper.
_MAX_ROWS_WALKED = 4_000


@dataclass(frozen=True)
class SortOrder:
    """`rows` holds every row once, in order."""

    rows: RowArray = field(repr=False)

    @cached_property
    def positions(self) -> npt.NDArray[np.int32]:
        """The place of each row; made when first needed."""
        places = np.zeros(int(self.rows.max(initial=0)) + 1, dtype=np.int32)
        places[self.rows] = np.arange(len(self.rows), dtype=np.int32)
        return places

    def page(self, selection: BitMap, first: int, count: int) -> list[int]:
        """Up to `count` selected rows from the `first`-th on (from 0), in order."""
        size = len(selection)
        last = min(first + count, size)
        if first >= last:
            return []
        if size == len(self.rows):
            return to_list(self.rows[first:last])
        if size * _SPARSE_PAGE_RATIO <= len(self.rows):
            places = self.positions[to_row_array(selection)]
            wanted = np.partition(places, (first, last - 1))[first:last]
            return to_list(self.rows[np.sort(wanted)])
        if first > size // 2:
            # Nearer from the end.
            return walk_order(self.rows[::-1], selection, size - last, last - first)[::-1]
        return walk_order(self.rows, selection, first, last - first)

    def patched(self, removed: Sequence[int], insert_before: Sequence[int], rows: Sequence[int]) -> SortOrder:
        """Without the places `gone`, and with each of `rows` before the place `at` of this order."""
        kept = np.insert(self.rows, list(insert_before), list(rows)) if rows else self.rows
        if removed:
            shifts = np.searchsorted(np.sort(np.array(insert_before, dtype=np.int64)), removed, side="right")
            kept = np.delete(kept, np.array(removed, dtype=np.int64) + shifts)
        return SortOrder(kept.astype(np.uint32, copy=False))


def to_list(rows: RowArray) -> list[int]:
    result: list[int] = rows.tolist()
    return result


def walk_order(rows: RowArray, selection: BitMap, first: int, count: int) -> list[int]:
    """Up to `count` of the rows that are selected, after passing `first` of them."""
    expected = (first + count) * len(rows) // len(selection)
    if expected <= _MAX_ROWS_WALKED:
        found = (row for row in map(int, rows) if row in selection)
        return list(islice(found, first, first + count))
    chosen = np.zeros(len(rows) and int(rows.max()) + 1, dtype=bool)
    chosen[to_row_array(selection)] = True
    result: list[int] = []
    at, passed, step = 0, 0, expected + expected // 8 + 1
    while at < len(rows) and len(result) < count:
        block = rows[at : at + step]
        hits = block[chosen[block]]
        begin = max(first - passed, 0)
        result += to_list(hits[begin : begin + count - len(result)])
        passed += len(hits)
        at += step
    return result
