"""Counts of few rows against a plain count of the values that each row was given."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from portal.search.index.value_table import ValueTable, run_of

FACETS = {"one": "abc", "many": "vwxyz"}
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "one": st.sets(st.sampled_from(FACETS["one"]), min_size=1, max_size=1),
            "many": st.sets(st.sampled_from(FACETS["many"]), min_size=1),
        }
    ),
    max_size=8,
)


def bitmaps_of(rows, first=0):
    return {
        facet: {
            value: BitMap(number for number, row in enumerate(rows, first) if value in row[facet])
            for value in dict.fromkeys(value for row in rows for value in sorted(row[facet]))
        }
        for facet in FACETS
    }


@given(ROWS, ROWS, ROWS, st.data())
def test_counts_agree_with_a_plain_loop(built, appended, later, data):
    table = ValueTable.from_bitmaps(bitmaps_of(built), len(built)).with_rows(
        bitmaps_of(appended, len(built)), len(appended)
    )
    table = table.with_rows(bitmaps_of(later, len(built) + len(appended)), len(later))
    rows = [*built, *appended, *later]
    chosen = sorted(data.draw(st.sets(st.integers(0, len(rows) - 1)))) if rows else []
    for facet in FACETS:
        expected = Counter(value for number in chosen for value in rows[number][facet])
        for counts in (
            table.count(np.array(chosen, dtype=np.uint32)),
            table.count(np.array(chosen, np.uint32), facet),
        ):
            assert {v: counts[n] for v, n in table.numbers[facet].items() if counts[n]} == expected


@pytest.mark.parametrize("count", [65_535, 65_536])
def test_more_values_than_a_small_number_can_count(count):
    table = ValueTable.from_bitmaps({"facet": {str(number): BitMap([number]) for number in range(count)}}, count)
    counts = table.count(np.array([0, count - 1], dtype=np.uint32))
    assert [counts[table.numbers["facet"][str(number)]] for number in (0, 1, count - 1)] == [1, 0, 1]


@pytest.mark.parametrize("numbers", [[], [0], [3, 4, 5], [3, 5], [5, 4], [2, 2]])
def test_numbers_that_rise_by_one_are_a_slice_of_the_same_counts(numbers):
    counts = np.arange(100, 110)
    assert counts[run_of(numbers)].tolist() == [100 + number for number in numbers]


def test_only_numbers_that_rise_by_one_are_a_slice():
    assert [type(run_of(numbers)) is slice for numbers in ([], [3, 4], [3, 5])] == [True, True, False]
