from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.exports.shares import percentages

WEIGHTS = st.lists(st.integers(0, 10**12), min_size=1, max_size=300).filter(any)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 47, 155])
def test_equal_shares_total_exactly_100(count):
    assert sum(percentages([1] * count)) == 100


def test_the_first_of_equal_shares_take_what_rounding_leaves():
    assert percentages([1, 1, 1]) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]


def test_shares_follow_their_weights():
    assert percentages([3, 1]) == [Decimal("75.00"), Decimal("25.00")]


def test_a_weight_of_zero_has_no_share():
    assert percentages([1, 0]) == [Decimal("100.00"), Decimal("0.00")]


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_weights_without_shares_are_refused(weights):
    with pytest.raises(ValueError, match="have no shares"):
        percentages(weights)


@given(WEIGHTS)
def test_any_shares_total_exactly_100(weights):
    assert sum(percentages(weights)) == 100


@given(WEIGHTS)
def test_no_share_is_a_hundredth_away_from_the_exact_one(weights):
    total = sum(weights)
    exact = [Decimal(weight) * 100 / total for weight in weights]
    differences = [abs(share - right) for share, right in zip(percentages(weights), exact, strict=True)]
    assert max(differences) < Decimal("0.01")
