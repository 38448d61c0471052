"""The budget of an IATI activity: the sum of its budgets in US dollars.

A revised budget replaces the original one of the same period. Publishers leave both in their files, and a sum over all
of them is twice the money.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from portal.services.imports.readers.iati.element import Element
from portal.services.imports.readers.not_held import NotHeld
from portal.services.records.amounts import NumberCell

_US_DOLLARS = "USD"
_REVISED = "2"
Period = tuple[str, str]


def total_budget(budgets: Iterable[Element], default_currency: str, not_held: NotHeld) -> str:
    """The sum as a number cell; "" without budgets, or if one of them is in another currency, which is counted.

    A value that is no number is given as it is, so that it is reported.
    """
    originals: dict[Period, Decimal] = defaultdict(Decimal)
    revisions: dict[Period, Decimal] = defaultdict(Decimal)
    currencies: set[str] = set()
    for budget in budgets:
        value = budget.first("value")
        text = value.text.strip() if value else ""
        if value is None or not text:
            continue
        currencies.add((value.get("currency") or default_currency).upper())
        amount = _amount(text)
        if amount is None:
            return text
        period = (_day(budget, "period-start"), _day(budget, "period-end"))
        (revisions if budget.get("type") == _REVISED else originals)[period] += amount
    if currencies != {_US_DOLLARS}:
        for currency in sorted(currencies - {_US_DOLLARS}):
            not_held.count_amount(currency)
        return ""
    total = sum((originals | revisions).values(), Decimal())
    return NumberCell(f"{total:f}")


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount.adjusted()) < 40 else None


def _day(budget: Element, name: str) -> str:
    element = budget.first(name)
    return element.get("iso-date") if element else ""
