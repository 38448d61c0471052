"""Rows by project id, of a whole catalogue and of a few changed projects."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.search.columns import RowsById

# Close together, as in a catalogue, or a few of many.
DENSE, SPARSE = st.integers(1, 40), st.integers(1, 2_000_000)


@given(st.data(), st.sampled_from([DENSE, SPARSE]))
def test_each_project_has_the_row_of_its_id(data, of):
    ids = data.draw(st.lists(of, unique=True, max_size=30))
    asked = data.draw(st.lists(st.one_of(of, st.sampled_from(ids) if ids else of), max_size=40))
    rows = RowsById(np.array(ids, dtype=np.int32)).rows_of(np.array(asked, dtype=np.int32))
    assert rows.tolist() == [ids.index(each) if each in ids else -1 for each in asked]


@pytest.mark.parametrize("ids", [[], [5], [7_000_000, 3]])
def test_an_id_that_is_not_there_has_no_row(ids):
    assert RowsById(np.array(ids, dtype=np.int32)).rows_of(np.array([4, 8_000_000])).tolist() == [-1, -1]
