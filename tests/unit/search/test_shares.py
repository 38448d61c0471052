"""The one rule of sharing, against the same rule in fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.search.shares import WHOLE, share_text, split, split_each

AMOUNTS = st.integers(0, 10**14)
WEIGHTS = st.lists(st.integers(0, WHOLE), min_size=1, max_size=60).filter(any)


def by_largest_remainder(amount, weights):
    """The rule, spelt out."""
    exact = [Fraction(amount * weight, sum(weights)) for weight in weights]
    parts = [int(part) for part in exact]
    places = sorted(range(len(weights)), key=lambda place: (parts[place] - exact[place], place))
    for place in places[: amount - sum(parts)]:
        parts[place] += 1
    return parts


@given(AMOUNTS, WEIGHTS)
def test_parts_are_those_of_the_largest_remainders(amount, weights):
    assert split(amount, weights) == by_largest_remainder(amount, weights)


@given(AMOUNTS, WEIGHTS)
def test_parts_add_up_to_the_amount(amount, weights):
    assert sum(split(amount, weights)) == amount


@given(AMOUNTS, WEIGHTS)
def test_no_weight_is_no_part(amount, weights):
    parts = split(amount, weights)
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if not weight)


@given(st.lists(st.tuples(AMOUNTS, WEIGHTS), min_size=1, max_size=12))
def test_many_amounts_are_split_as_each_alone(amounts_and_weights):
    amounts = np.array([amount for amount, _ in amounts_and_weights])
    owners = np.repeat(np.arange(len(amounts)), [len(weights) for _, weights in amounts_and_weights])
    weights = np.concatenate([weights for _, weights in amounts_and_weights])
    alone = [part for amount, weights in amounts_and_weights for part in split(amount, weights)]
    assert split_each(amounts, owners, weights).tolist() == alone


def test_the_first_of_equal_states_get_the_cents_that_are_left():
    assert split(100_00, [1, 1, 1]) == [33_34, 33_33, 33_33]


@pytest.mark.parametrize("states", [3, 7, 47])
def test_equal_percentages_total_exactly_a_hundred(states):
    assert sum(split(WHOLE, [1] * states)) == WHOLE


def test_nothing_is_split_among_nobody():
    assert split(100, []) == []


@pytest.mark.parametrize(("share", "text"), [(0, "0"), (5, "0.05"), (3_333, "33.33"), (3_330, "33.3"), (WHOLE, "100")])
def test_a_share_is_written_without_idle_digits(share, text):
    assert share_text(share) == text
