"""How an amount is split over the states of a project: the one rule, which tables, figures and files share.

Each state gets the whole cents of its weight. The cents that are left go one each to the largest remainders, among
equal ones to the states that come first. The parts therefore add up to the amount, and the same amount is always split
the same way. States stand in the order of their list.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from portal.search.arrays import Int64Array, IntegerArray

# Shares are in hundredths of a per cent, and those by which a budget is divided add up to this.
WHOLE = 10_000
_State = TypeVar("_State", bound=Hashable)


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Whole parts of an amount, in proportion to these weights, which total exactly.

    Weights are not negative, and not all zero; for equal parts each is 1. To state shares as percentages, split WHOLE.
    """
    if not weights:
        return []
    parts = split_each(np.array([amount]), np.zeros(len(weights), dtype=np.int64), np.array(weights))
    result: list[int] = parts.tolist()
    return result


def rebased(shares: Sequence[int]) -> list[int]:
    """Stated shares as they are counted: in proportion, so that they total WHOLE. Those that do stay as they are."""
    return split(WHOLE, shares)


def merged_shares(shares: Mapping[_State, int], state: _State, into: _State) -> dict[_State, int]:
    """The shares of a project after one of its states became part of another.

    The shares of both are added. No share is above WHOLE, so if their sum is, all become smaller with it; one that is
    above nothing remains so.
    """
    total = shares.get(state, 0) + shares.get(into, 0)
    scale = max(total, WHOLE)
    others = {
        other: max(1, round(share * WHOLE / scale)) if share else 0
        for other, share in shares.items()
        if other not in (state, into)
    }
    return {**others, into: min(total, WHOLE)}


def split_each(amounts: IntegerArray, owners: IntegerArray, weights: IntegerArray) -> Int64Array:
    """Split many amounts at once: the parts are parallel to `weights`.

    `owners` says, rising, which of the amounts each weight belongs to; every amount has a weight above zero. Amounts
    are not negative and up to 10**14, weights up to WHOLE, so that their product fits into 64 bits.
    """
    amounts, weights = amounts.astype(np.int64), weights.astype(np.int64)
    whole = np.bincount(owners, weights, minlength=len(amounts)).astype(np.int64)
    parts, remainders = np.divmod(amounts[owners] * weights, whole[owners])
    left = amounts - np.bincount(owners, parts, minlength=len(amounts)).astype(np.int64)
    starts = np.searchsorted(owners, np.arange(len(amounts)))
    # Stable: among equal remainders the first one stays first.
    order = np.lexsort((-remainders, owners))
    ranks = np.arange(len(owners)) - starts[owners]
    parts[order] += ranks < left[owners]
    return parts


def share_text(share: int) -> str:
    """A share in hundredths of a per cent as a percentage: 3333 -> "33.33", 6000 -> "60"."""
    return f"{share // 100}.{share % 100:02}".rstrip("0").rstrip(".") if share % 100 else str(share // 100)
