"""Shares: weights as percentages that total exactly 100."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

_HUNDREDTHS = 10_000


def percentages(weights: Sequence[int]) -> list[Decimal]:
    """The share of each weight in per cent, with two decimals; their sum is exactly 100.

    What rounding down leaves goes to the largest remainders, the first ones where they are equal: three equal weights
    are 33.34, 33.33 and 33.33. Raises ValueError for weights that have no shares: none, or negative, or all zero.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError(f"{list(weights)} have no shares")
    hundredths = [_HUNDREDTHS * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: -(_HUNDREDTHS * weights[index] % total))
    for index in by_remainder[: _HUNDREDTHS - sum(hundredths)]:
        hundredths[index] += 1
    return [Decimal(share).scaleb(-2) for share in hundredths]
