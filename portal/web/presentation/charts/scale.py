"""Scales: where the lines of a grid stand, and in which unit money is written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

MAX_LINES = 6


def ticks(maximum: int, lines: int = MAX_LINES) -> range:
    """Round numbers from 0 up to at most the maximum, evenly spaced; up to `lines` of them above 0."""
    return range(0, maximum + 1, nice_step(maximum, lines))


@dataclass(frozen=True)
class MoneyUnit:
    """A unit in which a chart writes cents: "million" is a key of presentation.charts.words; `decimals` on bars."""

    name: str
    cents: int
    decimals: int

    def convert(self, cents: int) -> Decimal:
        return Decimal(cents) / self.cents


def money_unit(maximum: int) -> MoneyUnit:
    """The unit in which the largest of some amounts in cents has two or three digits that matter."""
    if maximum < 1_000_000:
        return MoneyUnit("one", 100, 0)
    if maximum < 100_000_000:
        return MoneyUnit("thousand", 100_000, 0)
    if maximum < 100_000_000_000:
        return MoneyUnit("million", 100_000_000, 1 if maximum < 10_000_000_000 else 0)
    return MoneyUnit("billion", 100_000_000_000, 1)


def nice_step(span: int, steps: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50, … of which at most `steps` fill a span."""
    step, power = 1, 1
    while step * steps < span:
        step = next((digit * power for digit in (2, 5, 10) if digit * power > step), step)
        if step == 10 * power:
            power *= 10
    return step
