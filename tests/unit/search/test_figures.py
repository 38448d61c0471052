"""What charts count: running projects, lengths, medians and gaps, of everything and of a selection."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.search import Filters
from portal.search.figures import count_running, figures_of
from tests.factories import import_records

DAYS = st.sampled_from([101, 1230, 1231, 9999])
SPANS = st.lists(st.tuples(st.integers(1900, 2199), st.integers(0, 40), DAYS), max_size=30)


@given(SPANS)
def test_a_project_runs_on_the_last_day_of_each_year_that_it_holds(spans):
    spans = [(start * 10_000 + 101, (start + more) * 10_000 + day) for start, more, day in spans]
    starts, ends = (np.array([span[side] for span in spans], dtype=np.int32) for side in (0, 1))
    counted = count_running(starts, ends)
    running = [year for start, end in spans for year in range(1900, 2240) if start <= year * 10_000 + 1231 <= end]
    assert {year: count for year, count in counted.items() if count} == Counter(running)
    assert list(counted) == (list(range(min(running), max(running) + 1)) if running else [])


@pytest.fixture
def records(session):
    import_records(session, [
        {"title": "One", "start_date": "2008", "end_date": "2010-05", "budget_usd": "100", "region": "Africa"},
        {"title": "Two", "start_date": "2010", "end_date": "2010", "budget_usd": "200.01", "region": "Africa"},
        {"title": "Three", "start_date": "2010", "year": "2009", "region": "Europe"},
        {"title": "Four", "end_date": "2012", "budget_usd": "300"},
    ])  # fmt: skip


def test_the_whole(records):
    counted = figures_of(Filters())
    # One ends in May 2010.
    assert counted.running.by_year == {2008: 1, 2009: 1, 2010: 1}
    assert counted.running.undated == 2
    assert (counted.budgets.median, counted.budgets.bands) == (20_001, {"0-50000": 3})
    assert counted.lengths.bands == {"1": 1, "2": 0, "3": 1}
    assert counted.lengths.median == 2
    assert counted.not_stated["region"] == 1
    assert counted.not_stated["year"] == 3
    assert counted.complete == 0


def test_a_selection(records):
    counted = figures_of(Filters(selected=frozenset({("region", "africa")})))
    assert (counted.total, counted.running.undated, counted.budgets.median) == (2, 0, 15_000)


def test_nothing(records):
    counted = figures_of(Filters(selected=frozenset({("region", "middle-east")})))
    assert (counted.total, counted.budgets.median, counted.lengths.median) == (0, None, None)
    assert (counted.budgets.bands, counted.running.by_year, counted.years.rows) == ({}, {}, ())
