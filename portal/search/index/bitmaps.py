"""Between numpy and roaring bitmaps, and one number a row spread over bitmaps. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from pyroaring import BitMap

from portal.search.arrays import IntegerArray, RowArray
from portal.vocabulary.facets import NOT_STATED

ValueBitmaps = Mapping[str, BitMap]


def to_bitmap(rows: IntegerArray) -> BitMap:
    """A bitmap of rows in rising order."""
    # pyroaring walks a numpy array object by object, but takes the memory of an array.array as it is.
    words = array("I")
    words.frombytes(np.ascontiguousarray(rows, dtype=np.uint32).tobytes())
    return BitMap(words)


def to_row_array(rows: BitMap) -> RowArray:
    """The rows of a bitmap, rising."""
    return np.frombuffer(rows.to_array(), dtype=np.uint32)


def group_by_code(rows: IntegerArray, terms: IntegerArray, codes: Mapping[int, str]) -> dict[str, BitMap]:
    """Rows by code; term ids without a code (0 is "not stated") are left out."""
    order = np.lexsort((rows, terms))
    rows, terms = rows[order].astype(np.uint32), terms[order]
    values, begins = np.unique(terms, return_index=True)
    parts = np.split(rows, begins[1:])
    return {codes[int(v)]: to_bitmap(part) for v, part in zip(values, parts, strict=False) if int(v) in codes}


def patch_bitmaps(bits: ValueBitmaps, removed: BitMap, added: ValueBitmaps) -> dict[str, BitMap]:
    """The same bitmaps without the rows that are gone and with those added; untouched ones are shared.

    A value that no row has any more is left out, as it would be by `grouped`; NOT_STATED always stays.
    """
    result = {value: rows - removed if rows.intersect(removed) else rows for value, rows in bits.items()}
    for value, rows in added.items():
        result[value] = result[value] | rows if value in result else rows
    return {value: rows for value, rows in result.items() if rows or value == NOT_STATED}


@dataclass(frozen=True)
class BitSlicedColumn:
    """A whole number of 0 or more for some rows, one bitmap for each binary digit (a bit-sliced index).

    Sums and ranges then cost a few dozen set operations, whatever the number of rows.
    """

    known: BitMap = field(repr=False)
    digits: tuple[BitMap, ...] = field(repr=False)

    @classmethod
    def from_values(cls, rows: IntegerArray, values: IntegerArray) -> BitSlicedColumn:
        """From rising rows and their values; a negative value is not known."""
        rows, values = rows[values >= 0], values[values >= 0]
        length = int(values.max(initial=0)).bit_length()
        return cls(to_bitmap(rows), tuple(to_bitmap(rows[(values >> digit) & 1 == 1]) for digit in range(length)))

    def patched(self, removed: BitMap, added: BitSlicedColumn) -> BitSlicedColumn:
        """The same without the rows that are gone and with those added."""
        length = max(len(self.digits), len(added.digits))

        def both(mine: BitMap, more: BitMap) -> BitMap:
            rest = mine - removed if mine.intersect(removed) else mine
            return rest | more if more else rest

        def digit(amounts: BitSlicedColumn, place: int) -> BitMap:
            return amounts.digits[place] if place < len(amounts.digits) else BitMap()

        digits = [both(digit(self, place), digit(added, place)) for place in range(length)]
        while digits and not digits[-1]:
            digits.pop()
        return BitSlicedColumn(both(self.known, added.known), tuple(digits))

    def total(self, selection: BitMap) -> int:
        """The sum over a selection; rows without a value add nothing."""
        return sum(selection.intersection_cardinality(rows) << place for place, rows in enumerate(self.digits))

    def up_to(self, limit: int) -> BitMap:
        """The rows whose value is `most` or less."""
        if limit < 0:
            return BitMap()
        if limit.bit_length() > len(self.digits):
            return self.known.copy()
        below, equal = BitMap(), self.known.copy()
        for place in reversed(range(len(self.digits))):
            if limit >> place & 1:
                below |= equal - self.digits[place]
                equal &= self.digits[place]
            else:
                equal -= self.digits[place]
        return below | equal

    def between(self, low: int | None, high: int | None) -> BitMap:
        """The rows whose value lies in a closed range; a missing bound is no bound."""
        top = self.known.copy() if high is None else self.up_to(high)
        return top if low is None else top - self.up_to(low - 1)
