"""Conversion between numpy arrays and roaring bitmaps, and bit-sliced columns of integers. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from pyroaring import BitMap

from portal.search.arrays import IntegerArray, RowArray
from portal.vocabulary.facets import NOT_STATED

ValueBitmaps = Mapping[str, BitMap]
# Of fewer than one row in this many, sorting takes less time than marking them in an array of all rows.
_SORTED_RATIO = 30


def to_bitmap(rows: IntegerArray) -> BitMap:
    """A bitmap of rows; `rows` is in ascending order."""
    # pyroaring iterates over a numpy array object by object, but reads the buffer of an array.array directly.
    buffer = array("I")
    buffer.frombytes(np.ascontiguousarray(rows, dtype=np.uint32).tobytes())
    return BitMap(buffer)


def gather_bitmap(rows: IntegerArray, size: int) -> BitMap:
    """A bitmap of rows below `size` in any order, of which some may occur several times."""
    if len(rows) * _SORTED_RATIO < size:
        return to_bitmap(np.sort(rows))
    is_found = np.zeros(size, dtype=bool)
    is_found[rows] = True
    return to_bitmap(np.flatnonzero(is_found))


def to_row_array(rows: BitMap) -> RowArray:
    """The rows of a bitmap, ascending."""
    return np.frombuffer(rows.to_array(), dtype=np.uint32)


def group_by_code(rows: IntegerArray, terms: IntegerArray, codes: Mapping[int, str]) -> dict[str, BitMap]:
    """Rows by code, from parallel arrays of rows and term ids; omits term ids without a code (0 is "not stated")."""
    order = np.lexsort((rows, terms))
    rows, terms = rows[order].astype(np.uint32), terms[order]
    values, begins = np.unique(terms, return_index=True)
    parts = np.split(rows, begins[1:])
    return {codes[int(v)]: to_bitmap(part) for v, part in zip(values, parts, strict=False) if int(v) in codes}


def patch_bitmaps(bits: ValueBitmaps, removed: BitMap, added: ValueBitmaps) -> dict[str, BitMap]:
    """The bitmaps without the rows `removed` and with those of `added`; unchanged bitmaps are shared, not copied.

    Omits a value that no row has any more, as `group_by_code` does, but always includes NOT_STATED.
    """
    result = {value: rows - removed if rows.intersect(removed) else rows for value, rows in bits.items()}
    for value, rows in added.items():
        result[value] = result[value] | rows if value in result else rows
    return {value: rows for value, rows in result.items() if rows or value == NOT_STATED}


def boundary_year(years: ValueBitmaps, selection: BitMap, *, from_last: bool) -> int | None:
    """The lowest or highest year of a selection; None if it has none."""
    present = (int(year) for year in sorted(years, reverse=from_last) if selection.intersect(years[year]))
    return next(present, None)


def year_span(first_years: ValueBitmaps, last_years: ValueBitmaps, selection: BitMap) -> tuple[int | None, int | None]:
    """The first and the last year of a selection; None if it has none."""
    return (
        boundary_year(first_years, selection, from_last=False),
        boundary_year(last_years, selection, from_last=True),
    )


@dataclass(frozen=True)
class BitSlicedColumn:
    """A non-negative integer for some rows, as one bitmap per binary digit (a bit-sliced index).

    Sums and ranges take a few dozen set operations, however many rows there are. `known` holds the rows that have a
    value; `digits` starts with the lowest digit.
    """

    known: BitMap = field(repr=False)
    digits: tuple[BitMap, ...] = field(repr=False)

    @classmethod
    def from_values(cls, rows: IntegerArray, values: IntegerArray) -> BitSlicedColumn:
        """From ascending rows and their values; a negative value means that the row has none."""
        rows, values = rows[values >= 0], values[values >= 0]
        length = int(values.max(initial=0)).bit_length()
        return cls(to_bitmap(rows), tuple(to_bitmap(rows[(values >> digit) & 1 == 1]) for digit in range(length)))

    def patched(self, removed: BitMap, added: BitSlicedColumn) -> BitSlicedColumn:
        """The column without the rows `removed` and with those of `added`."""
        length = max(len(self.digits), len(added.digits))

        def merge(own: BitMap, other: BitMap) -> BitMap:
            remaining = own - removed if own.intersect(removed) else own
            return remaining | other if other else remaining

        def digit(column: BitSlicedColumn, place: int) -> BitMap:
            return column.digits[place] if place < len(column.digits) else BitMap()

        digits = [merge(digit(self, place), digit(added, place)) for place in range(length)]
        while digits and not digits[-1]:
            digits.pop()
        return BitSlicedColumn(merge(self.known, added.known), tuple(digits))

    def total(self, selection: BitMap) -> int:
        """The sum over a selection; rows without a value count as 0."""
        return sum(selection.intersection_cardinality(rows) << place for place, rows in enumerate(self.digits))

    def up_to(self, limit: int, among: BitMap) -> BitMap:
        """Those of the rows `among`, which all have a value, whose value is at most `limit`."""
        if limit < 0:
            return BitMap()
        if limit.bit_length() > len(self.digits):
            return among
        below, equal = BitMap(), among.copy()
        for place in reversed(range(len(self.digits))):
            if limit >> place & 1:
                below |= equal - self.digits[place]
                equal &= self.digits[place]
            else:
                equal -= self.digits[place]
            if not equal:
                return below
        return below | equal

    def between(self, low: int | None, high: int | None, among: BitMap) -> BitMap:
        """Those of the rows `among` whose value is in a closed range; None is no bound."""
        known = among & self.known
        top = known if high is None else self.up_to(high, known)
        return top if low is None else top - self.up_to(low - 1, top)
