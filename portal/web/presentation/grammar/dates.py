"""Dates as each language writes them: 3 Nov 2026, « 1er nov. 2026 », «3 nov 2026»."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel.dates import format_date


@lru_cache(maxsize=2_000)
def short_day(value: date, locale: str) -> str:
    """With the month shortened, as it stands in tables and lists."""
    return format_date(value, f"{_number(value, locale)} MMM yyyy", locale)


def long_day(value: date, locale: str) -> str:
    """With the whole name of the month, as it stands in a sentence: « 1er janvier 2026 », «1 de enero de 2026»."""
    of = " 'de' " if locale == "es" else " "
    return format_date(value, f"{_number(value, locale)}{of}MMMM{of}yyyy", locale)


def _number(value: date, locale: str) -> str:
    """The pattern of the day; French counts the first of a month, and no other day, as one."""
    return "d'er'" if locale == "fr" and value.day == 1 else "d"
