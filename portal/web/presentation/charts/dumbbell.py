"""Dumbbell charts: two shares on one line, and the distance between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from portal.web.presentation.charts.scale import ticks


@dataclass(frozen=True)
class Dumbbell:
    """Where a disc and a diamond stand on their line, in per cent of it."""

    disc: float
    diamond: float

    @property
    def start(self) -> float:
        return min(self.disc, self.diamond)

    @property
    def end(self) -> float:
        return max(self.disc, self.diamond)


def dumbbells(pairs: Sequence[tuple[float, float]]) -> tuple[tuple[Dumbbell, ...], int]:
    """The dumbbells of pairs of shares in per cent, and the share at which their lines end; they start at 0."""
    most = ceil(max((max(pair) for pair in pairs), default=0))
    step = ticks(most).step
    end = min(max(-(-most // step) * step, 1), 100)
    return tuple(Dumbbell(round(100 * disc / end, 1), round(100 * diamond / end, 1)) for disc, diamond in pairs), end
