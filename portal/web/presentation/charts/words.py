"""The numbers on charts: money in a unit that is said once."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_decimal

from portal.web.presentation import i18n
from portal.web.presentation.charts.scale import MoneyUnit
from portal.web.presentation.i18n import gettext


def unit_name(unit: MoneyUnit) -> str:
    return {
        "one": gettext("USD"),
        "thousand": gettext("USD thousand"),
        "million": gettext("USD million"),
        "billion": gettext("USD billion"),
    }[unit.name]


def money(unit: MoneyUnit, cents: int) -> str:
    """Cents as they stand on a mark, without their unit: 262000000 -> "2.6". What is not nothing never reads 0."""
    return _decimal(unit.convert(cents), _pattern(unit, cents), i18n.current_locale())


def _pattern(unit: MoneyUnit, cents: int) -> str:
    if cents and not round(unit.convert(cents), unit.decimals):
        return "#,##0.##"
    return "#,##0" + (f".{'0' * unit.decimals}" if unit.decimals else "")


def money_tick(unit: MoneyUnit, cents: int) -> str:
    """Cents as they stand beside a grid, with the decimals that they have: 50000000 -> "0.5"."""
    return _decimal(unit.convert(cents), "#,##0.###", i18n.current_locale())


@lru_cache(maxsize=20_000)
def _decimal(value: Decimal, pattern: str, locale: str) -> str:
    return format_decimal(value, pattern, locale)
