"""Versions of the values of rows that lie in the same memory: each stays as it is, whatever the others append."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.search.index import row_columns
from portal.search.index.row_columns import NAMES, RowColumns

TYPES = {"ids": np.int32, "budgets": np.int64, "start_days": np.int32, "end_days": np.int32}


def rows(first, count):
    """Rows whose values say which row and which column they are of."""
    values = np.arange(first, first + count)
    return RowColumns(**{name: (values * 10 + at).astype(TYPES.get(name, np.int16)) for at, name in enumerate(NAMES)})


def told(columns):
    return {name: array.tolist() for name, array in columns.arrays().items()}


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 5)), max_size=12), st.integers(0, 8))
def test_each_version_holds_the_rows_that_it_was_made_of(steps, room):
    """Whichever earlier version each one goes on from, and whether or not there is room."""
    original, row_columns.ROWS_OF_ROOM = row_columns.ROWS_OF_ROOM, room
    try:
        versions, expected = [rows(0, 3)], [told(rows(0, 3))]
        for number, (chosen, count) in enumerate(steps):
            at, added = chosen % len(versions), rows(100 * (number + 1), count)
            versions.append(versions[at].extended(added))
            expected.append({name: expected[at][name] + values for name, values in told(added).items()})
    finally:
        row_columns.ROWS_OF_ROOM = original
    assert [told(version) for version in versions] == expected
    assert all(array.dtype == TYPES.get(name, np.int16) for name, array in versions[-1].arrays().items())


def test_one_version_after_another_lies_in_the_same_memory():
    first = rows(0, 5).extended(rows(5, 1))
    second = first.extended(rows(6, 2))
    assert np.shares_memory(first.ids, second.ids)
    assert not np.shares_memory(first.ids, first.extended(rows(6, 1)).ids)


def test_nobody_writes_in_a_version():
    with pytest.raises(ValueError, match="read-only"):
        rows(0, 5).extended(rows(5, 1)).ids[0] = 7
