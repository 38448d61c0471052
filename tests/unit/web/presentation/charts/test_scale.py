"""Lines of a grid and units of money."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.web.presentation.charts import words
from portal.web.presentation.charts.scale import MAX_LINES, money_unit, ticks


@given(st.integers(0, 10**17))
def test_lines_begin_at_zero_and_end_at_the_highest(maximum):
    lines = ticks(maximum)
    assert lines[0] == 0
    assert lines[-1] <= maximum < lines[-1] + lines.step
    assert len(lines) <= MAX_LINES + 1
    assert maximum == 0 or len(lines) >= 2


@given(st.integers(0, 10**15))
def test_an_amount_in_its_unit_is_short(cents):
    unit = money_unit(cents)
    assert unit.convert(cents) == Decimal(cents) / unit.cents
    assert unit.convert(cents) < 10_000 or unit.name in ("one", "billion")


@pytest.mark.parametrize(
    ("cents", "text", "name"),
    [
        (0, "0", "USD"),
        (999_900, "9,999", "USD"),
        (15_000_000, "150", "USD thousand"),
        (262_000_000, "2.6", "USD million"),
        (123_400_000_000, "1.2", "USD billion"),
    ],
)
def test_money_on_a_mark(app, cents, text, name):
    with app.test_request_context():
        unit = money_unit(cents)
        assert (words.money(unit, cents), words.unit_name(unit)) == (text, name)


def test_what_is_not_nothing_does_not_read_nothing(app):
    with app.test_request_context():
        assert words.money(money_unit(262_000_000), 4_900_000) == "0.05"


def test_money_beside_a_grid_has_the_decimals_that_it_needs(app):
    with app.test_request_context():
        unit = money_unit(262_000_000)
        assert [words.money_tick(unit, cents) for cents in (0, 50_000_000, 200_000_000, 5_000_000)] == [
            "0", "0.5", "2", "0.05",
        ]  # fmt: skip
