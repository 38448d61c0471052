"""Sums, ranges and pages from bitmaps against plain lists."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from portal.search.index.bitmaps import BitSlicedColumn, gather_bitmap, to_bitmap, to_row_array
from portal.search.index.sort_order import SortOrder

VALUES = st.lists(st.one_of(st.just(-1), st.integers(0, 10), st.integers(0, 10**15)), max_size=40)
BOUNDS = st.one_of(st.none(), st.integers(-2, 12), st.integers(0, 10**16))


def amounts(values, first=0):
    return BitSlicedColumn.from_values(first + np.arange(len(values)), np.array(values, dtype=np.int64))


@given(st.lists(st.integers(0, 199), max_size=60))
def test_rows_in_any_order_are_gathered(rows):
    assert gather_bitmap(np.array(rows, dtype=np.int64), 200) == BitMap(rows)


@given(VALUES, BOUNDS, BOUNDS, st.sets(st.integers(0, 39)))
def test_a_range_holds_those_of_the_rows_whose_values_are_between_its_bounds(values, low, high, among):
    wanted = {
        row
        for row, value in enumerate(values)
        if row in among and value >= 0 and (low is None or value >= low) and (high is None or value <= high)
    }
    rows = BitMap(among)
    assert set(amounts(values).between(low, high, rows)) == wanted
    assert set(rows) == among


@given(VALUES, st.sets(st.integers(0, 39)))
def test_a_total_is_the_sum_of_the_known_values(values, rows):
    rows = {row for row in rows if row < len(values)}
    assert amounts(values).total(BitMap(rows)) == sum(max(values[row], 0) for row in rows)


@given(VALUES, VALUES, st.sets(st.integers(0, 39)))
def test_changed_amounts_are_those_of_the_changed_values(values, more, gone):
    result = amounts(values).patched(BitMap(gone), amounts(more, first=len(values)))
    kept = [-1 if row in gone else value for row, value in enumerate(values)] + more
    everything = BitMap(range(len(kept)))
    assert result.total(everything) == sum(max(value, 0) for value in kept)
    assert set(result.known) == {row for row, value in enumerate(kept) if value >= 0}


@given(st.sets(st.integers(0, 10**6)))
def test_rows_survive_the_way_into_a_bitmap_and_back(rows):
    assert to_row_array(to_bitmap(np.array(sorted(rows), dtype=np.int64))).tolist() == sorted(rows)


@pytest.mark.parametrize("size", [0, 1, 3, 400, 4_000, 40_000, 49_990, 50_000])
@pytest.mark.parametrize("first", [0, 7, 390, 20_000, 39_990, 49_985])
def test_a_page_is_a_slice_of_the_sorted_selection(size, first):
    chance = np.random.default_rng(7)
    order = SortOrder(chance.permutation(50_000).astype(np.uint32))
    chosen = BitMap(chance.choice(50_000, size, replace=False).tolist())
    wanted = [int(row) for row in order.rows if row in chosen][first : first + 20]
    assert order.page(chosen, first, 20) == wanted
