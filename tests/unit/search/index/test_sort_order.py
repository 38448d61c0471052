"""Pages of selections whose rows lie together, and orders that a few rows leave or enter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from portal.search.index.sort_order import SortOrder


@pytest.mark.parametrize("first", [0, 1_000, 8_000, 9_999, 12_000, 14_488, 19_990])
def test_a_page_of_rows_that_lie_together_is_their_slice(first):
    """The one that begins at 14,488 lies in two of the blocks of rows that are looked through."""
    order = SortOrder(np.arange(50_000, dtype=np.uint32))
    selection = BitMap(range(20_000, 40_000))
    last = min(first + 20, 20_000)
    assert order.page(selection, first, 20) == list(range(20_000 + first, 20_000 + last))


@given(st.data())
def test_a_patched_order_is_the_list_with_these_rows_gone_and_those_inserted(data):
    rows = data.draw(st.permutations(range(12)))
    removed = data.draw(st.lists(st.integers(0, 11), unique=True))
    before = sorted(data.draw(st.lists(st.integers(0, 12), max_size=6)))
    added = list(range(100, 100 + len(before)))
    expected = []
    for position, row in enumerate([*rows, None]):
        expected += [new for place, new in zip(before, added, strict=True) if place == position]
        expected += [row] if row is not None and position not in removed else []
    patched = SortOrder(np.array(rows, dtype=np.uint32)).patched(removed, before, added)
    assert patched.rows.tolist() == expected
    assert patched.rows.dtype == np.uint32


def test_the_rows_of_a_patched_order_are_put_together_when_somebody_asks_for_them():
    order = SortOrder(np.arange(10, dtype=np.uint32))
    patched = order.patched([3], [0], [10])
    assert callable(patched.source)
    assert patched.rows.tolist() == [10, 0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert patched.source is patched.rows


@given(st.permutations(range(20)), st.lists(st.integers(0, 19), max_size=12), st.booleans())
def test_rows_are_found_where_they_stand_whether_few_or_many_are_asked_for(rows, asked, are_known):
    order = SortOrder(np.array(rows, dtype=np.uint32))
    if are_known:
        order = SortOrder(order.rows, order.positions)
    assert order.positions_of(asked) == [rows.index(row) for row in asked]


@pytest.mark.parametrize("place", ["everywhere", "first", "last", "together"])
@pytest.mark.parametrize("size", [1, 30, 700, 3_000, 12_000, 19_999])
def test_a_page_is_a_part_of_the_selected_rows_in_their_order(place, size):
    """Whichever way they are looked for, which depends on how many there are and where they stand."""
    chosen, count = np.random.default_rng(size), 20_000
    rows = chosen.permutation(count).astype(np.uint32)
    begin = {"first": 0, "last": count - size, "together": (count - size) // 3}
    part = chosen.choice(rows, size, replace=False) if place == "everywhere" else rows[begin[place] :][:size]
    selection, order = BitMap(part.tolist()), SortOrder(rows)
    expected = [row for row in rows.tolist() if row in selection]
    for first in {0, 7, size // 3, size // 2 + 1, size - 3, size - 1, size, size + 5}:
        if first >= 0:
            assert order.page(selection, first, 20) == expected[first : first + 20], first
