"""The parts of member states in the budgets of projects that have several."""

import numpy as np
import pytest

from portal.search.index.country_parts import CountryParts


# Shares are hundredths of a per cent, -1 where none is stated.
@pytest.mark.parametrize(
    ("shares", "cents"),
    [([2_500, 7_500], [25, 75]), ([-1, -1], [50, 50]), ([2_500, -1], [50, 50]), ([3_000, 3_000], [50, 50])],
)
def test_shares_count_where_all_are_stated_and_are_equal_otherwise(shares, cents):
    rows, terms, budgets = np.array([0, 0, 1]), np.array([7, 8, 7]), np.array([100, 100])
    parts = CountryParts.split(rows, terms, np.array([*shares, -1]), budgets, {7: "KEN", 8: "UGA"}, first_row=10)
    # The second project has one state, which has all of it.
    assert (parts.rows.tolist(), parts.terms.tolist(), parts.cents.tolist()) == ([10, 10], [7, 8], cents)


def test_a_budget_that_is_not_stated_has_no_parts():
    rows, terms = np.array([0, 0]), np.array([7, 8])
    parts = CountryParts.split(rows, terms, np.array([-1, -1]), np.array([-1]), {7: "KEN", 8: "UGA"}, first_row=0)
    assert parts.cents.tolist() == [-1, -1]
