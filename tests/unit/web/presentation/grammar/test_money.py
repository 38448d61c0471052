"""Money and dates in words, to the code point: French and Spanish never break a line within an amount."""

from datetime import date
from decimal import Decimal

import pytest

from portal.web.presentation import formatting, i18n
from portal.web.presentation.grammar import dates, money


@pytest.mark.parametrize(
    ("value", "english", "french", "spanish"),
    [
        (64_240, "USD 64,240", "64_240~USD", "64.240~USD"),
        (1_234, "USD 1,234", "1_234~USD", "1.234~USD"),
        (Decimal("64240.5"), "USD 64,240.50", "64_240,50~USD", "64.240,50~USD"),
    ],
)
def test_money(value, english, french, spanish):
    for language, text in (("en", english), ("fr", french), ("es", spanish)):
        with i18n.using(language):
            assert formatting.usd(value) == text.replace("~", "\u00a0").replace("_", "\u202f")


@pytest.mark.parametrize(
    ("value", "english", "french", "spanish"),
    [
        (999_999, "USD 999,999", "999_999~USD", "999.999~USD"),
        (1_000_000, "USD 1.0 million", "1,0~million d’USD", "1,0~millones de~USD"),
        (1_900_000, "USD 1.9 million", "1,9~million d’USD", "1,9~millones de~USD"),
        (1_960_000, "USD 2.0 million", "2,0~millions d’USD", "2,0~millones de~USD"),
        (2_900_000, "USD 2.9 million", "2,9~millions d’USD", "2,9~millones de~USD"),
        (999_949_999, "USD 999.9 million", "999,9~millions d’USD", "999,9~millones de~USD"),
        (999_950_000, "USD 1.0 billion", "1,0~milliard d’USD", "1.000~millones de~USD"),
        (2_449_000_000, "USD 2.4 billion", "2,4~milliards d’USD", "2.449~millones de~USD"),
    ],
)
def test_large_amounts(value, english, french, spanish):
    for language, text in (("en", english), ("fr", french), ("es", spanish)):
        with i18n.using(language):
            assert formatting.usd_rounded(value) == text.replace("~", "\u00a0").replace("_", "\u202f")


@pytest.mark.parametrize(
    ("value", "english", "french", "spanish"),
    [
        (1_000_000, "1 million", "1~million", "1~millón"),
        (1_500_000, "1.5 million", "1,5~million", "1,5~millones"),
        (7_000_000, "7 million", "7~millions", "7~millones"),
    ],
)
def test_millions_with_the_decimals_that_they_have(value, english, french, spanish):
    for language, text in (("en", english), ("fr", french), ("es", spanish)):
        assert money.millions(Decimal(value), language, "#,##0.#") == text.replace("~", "\u00a0")


@pytest.mark.parametrize(
    ("day", "english", "french", "spanish"),
    [
        (date(2026, 1, 1), "1 Jan 2026", "1er janv. 2026", "1 ene 2026"),
        (date(2026, 8, 11), "11 Aug 2026", "11 août 2026", "11 ago 2026"),
    ],
)
def test_days(day, english, french, spanish):
    assert [dates.short_day(day, language) for language in ("en", "fr", "es")] == [english, french, spanish]


def test_days_in_sentences():
    day = date(2026, 1, 1)
    assert [dates.long_day(day, language) for language in ("fr", "es")] == ["1er janvier 2026", "1 de enero de 2026"]


@pytest.mark.parametrize(("language", "text"), [("en", "33.33~%"), ("fr", "33,33~%"), ("es", "33,33~%")])
def test_shares(language, text):
    with i18n.using(language):
        assert formatting.share(3333) == text.replace("~", "\u00a0")
        assert formatting.percent(26.4) == "26\u00a0%"


@pytest.mark.parametrize(("language", "text"), [("fr", "août 2024"), ("es", "ago 2024")])
def test_the_month_of_a_source(language, text):
    with i18n.using(language):
        assert formatting.source_date("2024-08") == text
