"""Money in words: where the code of the currency stands, and the words for large amounts.

French and Spanish write the code after the amount, after a no-break space, and a plural of their own: « 1,9 million
d’USD », « 2,9 millions d’USD »; «2,9 millones de USD», and thousands of millions where English has billions.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_decimal

from portal.i18n.catalogues import as_english

_MILLION, _BILLION = Decimal(1_000_000), Decimal(1_000_000_000)
# What rounds to a billion is one.
_FIRST_BILLION = Decimal(999_950_000)
_ONE_DECIMAL = "#,##0.0"


def usd(amount: str, locale: str) -> str:
    """An amount that is formatted already, with its currency: "USD 64,240", « 64 240 USD »."""
    return f"{amount}\u00a0USD" if locale in ("fr", "es") else as_english(f"USD {amount}", locale)


@lru_cache(maxsize=20_000)
def usd_in_millions(value: Decimal, locale: str) -> str:
    """An amount from a million on: "USD 2.9 million", « 2,9 millions d’USD », «2,9 millones de USD»."""
    if locale == "fr":
        return f"{_large_in_french(value)} d’USD"
    if locale == "es":
        return f"{millions(value, locale)} de\u00a0USD"
    if value < _FIRST_BILLION:
        return as_english(f"USD {format_decimal(value / _MILLION, _ONE_DECIMAL, locale)} million", locale)
    return as_english(f"USD {format_decimal(value / _BILLION, _ONE_DECIMAL, locale)} billion", locale)


def millions(value: Decimal, locale: str, pattern: str = _ONE_DECIMAL) -> str:
    """An amount in millions, without its currency: "2.9 million", « 2,9 millions », «2,9 millones»."""
    count = value / _MILLION
    if locale == "fr":
        return _french(count, "million", pattern)
    if locale == "es":
        # What is a billion in English is a thousand millions here.
        text = format_decimal(count, "#,##0" if value >= _FIRST_BILLION else pattern, locale)
        return f"{text}\u00a0{'millón' if text == '1' else 'millones'}"
    return as_english(f"{format_decimal(count, pattern, locale)} million", locale)


def _large_in_french(value: Decimal) -> str:
    if value < _FIRST_BILLION:
        return millions(value, "fr")
    return _french(value / _BILLION, "milliard", _ONE_DECIMAL)


def _french(count: Decimal, noun: str, pattern: str) -> str:
    """French has the plural from two on: 1,9 million, 2,0 millions."""
    shown = round(count, pattern.partition(".")[2].count("0") or pattern.count("#", pattern.find(".")))
    return f"{format_decimal(count, pattern, 'fr')}\u00a0{noun}{'s' if shown >= 2 else ''}"
