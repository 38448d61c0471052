"""Bands: values of the facets budget and length, which follow from numbers of a record instead of a list of terms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Band:
    """Numbers from `low` to under `high`; None for no end."""

    low: int
    high: int | None

    @property
    def code(self) -> str:
        """The value in URLs: "50000-100000", "10-" or "3"."""
        if self.high == self.low + 1:
            return str(self.low)
        return f"{self.low}-{'' if self.high is None else self.high}"


def _bands(*lows: int) -> tuple[Band, ...]:
    return tuple(Band(low, high) for low, high in zip(lows, (*lows[1:], None), strict=True))


# Budgets in whole US dollars.
BUDGET_BANDS = _bands(0, 50_000, 100_000, 200_000, 300_000, 500_000, 1_000_000, 10_000_000)
# Calendar years that a project touches, the first and the last included: 2 for one from 2019 to 2020. Most records
# state years alone, so months would be invented.
LENGTH_BANDS = _bands(*range(1, 11))
BANDS = {"budget": BUDGET_BANDS, "length": LENGTH_BANDS}
BAND_BY_CODE = {facet: {band.code: band for band in bands} for facet, bands in BANDS.items()}


def number_of(facet: str, value: str) -> int | None:
    """What puts the values of a year or a band in order; None for values of other facets."""
    if facet == "year" and value.isdigit():
        return int(value)
    band = BAND_BY_CODE.get(facet, {}).get(value)
    return band.low if band else None
