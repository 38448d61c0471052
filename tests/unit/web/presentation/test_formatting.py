"""Numbers, money and dates as pages print them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from portal.search.read_models.terms import TermView
from portal.web.presentation import formatting


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (999, "999"), (1_000, "1,000"), (1_018_000, "1,018,000"), (-5, "-5"), (Decimal("1018.5"), "1,018.5")],
)
def test_a_number_has_separators_from_a_thousand_on(value, text):
    assert formatting.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "USD 0"),
        (64_240, "USD 64,240"),
        (Decimal("64240.00"), "USD 64,240"),
        (Decimal("64240.5"), "USD 64,240.50"),
    ],
)
def test_money_has_cents_only_if_there_are_any(value, text):
    assert formatting.usd(value) == text
    assert formatting.plain_amount(value) == text.removeprefix("USD ")


@pytest.mark.parametrize(
    ("value", "text", "is_rounded"),
    [
        (999_999, "USD 999,999", False),
        (Decimal("64240.4"), "USD 64,240", True),
        (1_000_000, "USD 1.0 million", True),
        (3_457_326, "USD 3.5 million", True),
        (999_949_999, "USD 999.9 million", True),
        (999_950_000, "USD 1.0 billion", True),
        (2_449_000_000, "USD 2.4 billion", True),
    ],
)
def test_large_amounts_are_rounded(value, text, is_rounded):
    assert formatting.usd_rounded(value) == text
    assert formatting.is_rounded(value) is is_rounded


def test_other_amounts():
    assert formatting.amount(64_240) == "64,240.00"
    assert formatting.millions(3_457_326) == "3.5 million"
    assert formatting.percent(30.2) == "30\u00a0%"
    assert formatting.dollars(6_424_050) == Decimal("64240.50")


@pytest.mark.parametrize(
    ("text", "shown"),
    [("2024-08-05", "5 Aug 2024"), ("2024-08", "Aug 2024"), ("2024", "2024"), ("none", "no date")],
)
def test_the_date_of_a_source_is_as_exact_as_it_was_written(text, shown):
    assert formatting.source_date(text) == shown


@pytest.mark.parametrize("value", [date(2026, 11, 3), datetime(2026, 11, 3, 23, 59, tzinfo=UTC)])
def test_dates(value):
    assert formatting.day(value) == "3 Nov 2026"
    assert formatting.isodate(value) == "2026-11-03"


def test_a_count_is_read_with_its_unit():
    assert formatting.project_count(1).striptags() == "1 project"
    assert formatting.project_count(1_200).striptags() == "1,200 projects"


def test_no_term_has_no_label():
    assert formatting.label(None) == ""


def test_other_names_are_those_that_the_label_does_not_contain():
    names = {"en": "Türkiye", "fr": "Turquie", "es": "Turquía"}
    term = TermView(1, "country", "TUR", "Türkiye", names=names, aliases=("Turkiye", "Turkey", "TURKEY"))
    assert formatting.other_names(term) == ("Turquie", "Turquía", "TURKEY")
    assert formatting.other_names(None) == ()


@pytest.mark.parametrize("locale", ["en", "fr", "es"])
@given(value=st.integers(-(10**12), 10**12), cents=st.integers(0, 9_999))
def test_numbers_are_written_as_babel_writes_them(locale, value, cents):
    exact = Decimal(value) + Decimal(cents) / 10_000
    assert formatting.group_digits(value, locale) == format_decimal(value, locale=locale)
    assert formatting._two_decimals(exact, locale) == format_decimal(exact, format="#,##0.00", locale=locale)
