"""Index: an immutable snapshot of the published projects as bitmaps, one a facet value.

Rows are numbered in the default order (newest first), so the first page of that order is the first bits of
a selection. Rows that came later (`late`) have the highest numbers and are put between the others when a
page is read. Pure: knows neither database nor language. Made by search.building.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from portal.search.arrays import Ints, Whole
from portal.search.index.bitmaps import Amounts, Bits, bitmap, numbers
from portal.search.index.sort_order import Order
from portal.search.query.filters import Filters
from portal.vocabulary.facets import NOT_STATED

Counts = dict[str, dict[str, int]]
# Fewer than one row in so many are looked at one by one; more are quicker met by sets.
_SPARSE = 30


@dataclass(frozen=True)
class Late:
    """A row added to a built index: in the default order it comes before the built row `place`."""

    place: int
    row: int


@dataclass(frozen=True)
class Sums:
    """Of a selection: `total` is in cents; `unpriced` counts projects without a budget."""

    projects: int
    total: int
    unpriced: int
    countries: int
    first_year: int | None
    last_year: int | None


@dataclass(frozen=True)
class Facts:
    """What single rows say, as arrays by row; rows that are gone keep what they said.

    `budgets` are cents, -1 where not stated; years are 0 where not stated; `known` is the year of allocation,
    else that of the start.
    """

    ids: Whole
    budgets: Whole
    known: npt.NDArray[np.int16]
    starts: npt.NDArray[np.int16]
    first_years: npt.NDArray[np.int16]
    last_years: npt.NDArray[np.int16]


@dataclass(frozen=True)
class Index:
    """Answers every question about a selection. `rows` gives the row of a project by its id, -1 for none."""

    built: int
    facts: Facts = field(repr=False)
    rows: npt.NDArray[np.int32] = field(repr=False)
    everything: BitMap = field(repr=False)
    undated: BitMap = field(repr=False)
    bits: Mapping[str, Bits] = field(repr=False)
    first_years: Bits = field(repr=False)
    last_years: Bits = field(repr=False)
    budgets: Amounts = field(repr=False)
    orders: Mapping[str, Order] = field(repr=False)
    late: tuple[Late, ...] = field(default=(), repr=False)

    def rows_of(self, ids: Ints) -> BitMap:
        """The rows of those projects (database ids) that are published."""
        rows = self.rows[ids[(ids >= 0) & (ids < len(self.rows))]]
        return bitmap(np.sort(rows[rows >= 0]))

    def ids_of(self, rows: list[int]) -> list[int]:
        """Database ids of rows, in their order."""
        ids: list[int] = self.facts.ids[rows].tolist()
        return ids

    def select(self, filters: Filters, hits: BitMap | None, *, leave_out: str = "") -> BitMap:
        """Rows that match: OR within a facet (AND where it `needs_all`), AND across.

        `hits` are the rows found by the text; `leave_out` names a facet whose picks are not applied.
        """
        chosen = self.everything.copy() if hits is None else hits & self.everything
        for facet, values in self.bits.items():
            if facet == leave_out or not (picked := filters.values(facet)):
                continue
            found = [values.get(value, BitMap()) for value in picked]
            chosen &= BitMap.intersection(*found) if needs_all(filters, facet) else BitMap.union(*found)
        if filters.year_from is not None or filters.year_to is not None:
            chosen &= self.years(filters.year_from, filters.year_to)
        if filters.budget_min is not None or filters.budget_max is not None:
            chosen &= self.budgets.between(cents(filters.budget_min), cents(filters.budget_max))
        return chosen

    def years(self, first: int | None, last: int | None) -> BitMap:
        """The rows whose year of allocation lies in a closed range; a missing bound is no bound."""
        stated = {int(year): rows for year, rows in self.bits["year"].items() if year != NOT_STATED}
        return BitMap.union(
            BitMap(),
            *(
                rows
                for year, rows in stated.items()
                if (first is None or year >= first) and (last is None or year <= last)
            ),
        )

    def counts(self, filters: Filters, hits: BitMap | None, selection: BitMap) -> Counts:
        """For each facet, how many rows each value has with the facet's own picks taken off.

        Countries that must come together narrow the selection like any other facet, so their picks stay on: a
        count says how many rows are left when that country is added.
        """
        result: Counts = {}
        for facet, values in self.bits.items():
            widens = bool(filters.values(facet)) and not needs_all(filters, facet)
            base = self.select(filters, hits, leave_out=facet) if widens else selection
            if len(base) == len(self.everything):
                result[facet] = {value: len(rows) for value, rows in values.items()}
            else:
                size = base.intersection_cardinality
                result[facet] = {value: size(rows) for value, rows in values.items()}
        return result

    def page(self, selection: BitMap, order: str, first: int, count: int) -> list[int]:
        """Database ids of `count` rows from the `first`-th on (from 0), in one of SORTS but relevance."""
        if order != "newest":
            return self.ids_of(self.orders[order].page(selection, first, count))
        late = [one for one in self.late if one.row in selection]
        if not late:
            return self.ids_of(list(selection[first : first + count]))
        # Where each late row stands in the selection: after the built rows before it, and the late ones before it.
        places = {
            number + (selection.rank(one.place - 1) if one.place else 0): one.row for number, one in enumerate(late)
        }
        passed = sum(place < first for place in places)
        last = min(first + count, len(selection))
        built = iter(selection[first - passed : max(first - passed, last - passed)])
        return self.ids_of([places[at] if at in places else next(built) for at in range(first, last)])

    def sums(self, selection: BitMap) -> Sums:
        """Count, money and span of a selection."""
        if len(selection) * _SPARSE < len(self.facts.ids):
            amounts = self.facts.budgets[numbers(selection)]
            total = int(amounts[amounts > 0].sum())
        else:
            total = self.budgets.total(selection)
        return Sums(
            projects=len(selection),
            total=total,
            unpriced=len(selection) - selection.intersection_cardinality(self.budgets.known),
            countries=sum(
                selection.intersect(rows) for value, rows in self.bits["country"].items() if value != NOT_STATED
            ),
            first_year=first_met(self.first_years, selection, from_last=False),
            last_year=first_met(self.last_years, selection, from_last=True),
        )


def needs_all(filters: Filters, facet: str) -> bool:
    """Whether a row must have all picked values of a facet, not just one of them."""
    return facet == "country" and filters.match_all_countries


def first_met(years: Bits, selection: BitMap, *, from_last: bool) -> int | None:
    """The lowest or highest year that a selection holds."""
    met = (int(year) for year in sorted(years, reverse=from_last) if selection.intersect(years[year]))
    return next(met, None)


def cents(dollars: int | None) -> int | None:
    return None if dollars is None else dollars * 100
