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

from portal.search.arrays import Int64Array, IntegerArray
from portal.search.index.bitmaps import BitSlicedColumn, ValueBitmaps, to_bitmap, to_row_array
from portal.search.index.sort_order import SortOrder
from portal.search.query.filters import Filters
from portal.vocabulary.facets import NOT_STATED

FacetCounts = dict[str, dict[str, int]]
# Fewer than one row in so many are looked at one by one; more are quicker met by sets.
_SPARSE_SUM_RATIO = 30


@dataclass(frozen=True)
class AppendedRow:
    """A row added to a built index: in the default order it comes before the built row `place`."""

    insert_before: int
    row: int


@dataclass(frozen=True)
class Sums:
    """Of a selection: `total` is in cents; `unpriced` counts projects without a budget."""

    projects: int
    total_cents: int
    without_budget: int
    countries: int
    first_year: int | None
    last_year: int | None

    @property
    def has_budget(self) -> bool:
        """Whether any project states a budget; a total of nothing is not USD 0."""
        return self.without_budget < self.projects


@dataclass(frozen=True)
class RowColumns:
    """What single rows say, as arrays by row; rows that are gone keep what they said.

    `budgets` are cents, -1 where not stated; years are 0 where not stated; `known` is the year of allocation,
    else that of the start.
    """

    ids: IntegerArray
    budgets: IntegerArray
    known_years: npt.NDArray[np.int16]
    start_years: npt.NDArray[np.int16]
    first_years: npt.NDArray[np.int16]
    last_years: npt.NDArray[np.int16]


@dataclass(frozen=True)
class FacetIndex:
    """Answers every question about a selection. `rows` gives the row of a project by its id, -1 for none."""

    built_count: int
    row_columns: RowColumns = field(repr=False)
    row_by_id: npt.NDArray[np.int32] = field(repr=False)
    all_rows: BitMap = field(repr=False)
    undated: BitMap = field(repr=False)
    bitmaps: Mapping[str, ValueBitmaps] = field(repr=False)
    first_years: ValueBitmaps = field(repr=False)
    last_years: ValueBitmaps = field(repr=False)
    budgets: BitSlicedColumn = field(repr=False)
    orders: Mapping[str, SortOrder] = field(repr=False)
    appended: tuple[AppendedRow, ...] = field(default=(), repr=False)

    def rows_of(self, ids: Int64Array) -> BitMap:
        """The rows of those projects (database ids) that are published."""
        rows = self.row_by_id[ids[(ids >= 0) & (ids < len(self.row_by_id))]]
        return to_bitmap(np.sort(rows[rows >= 0]))

    def ids_of(self, rows: list[int]) -> list[int]:
        """Database ids of rows, in their order."""
        ids: list[int] = self.row_columns.ids[rows].tolist()
        return ids

    def select(self, filters: Filters, hits: BitMap | None, *, ignored_facet: str = "") -> BitMap:
        """Rows that match: OR within a facet (AND where it `needs_all`), AND across.

        `hits` are the rows found by the text; `leave_out` names a facet whose picks are not applied.
        """
        chosen = self.all_rows.copy() if hits is None else hits & self.all_rows
        for facet, values in self.bitmaps.items():
            if facet == ignored_facet or not (picked := filters.values(facet)):
                continue
            found = [values.get(value, BitMap()) for value in picked]
            chosen &= BitMap.intersection(*found) if matches_all_values(filters, facet) else BitMap.union(*found)
        if filters.year_from is not None or filters.year_to is not None:
            chosen &= self.rows_in_years(filters.year_from, filters.year_to)
        if filters.budget_min is not None or filters.budget_max is not None:
            chosen &= self.budgets.between(to_cents(filters.budget_min), to_cents(filters.budget_max))
        return chosen

    def rows_in_years(self, first: int | None, last: int | None) -> BitMap:
        """The rows whose year of allocation lies in a closed range; a missing bound is no bound."""
        stated = {int(year): rows for year, rows in self.bitmaps["year"].items() if year != NOT_STATED}
        return BitMap.union(
            BitMap(),
            *(
                rows
                for year, rows in stated.items()
                if (first is None or year >= first) and (last is None or year <= last)
            ),
        )

    def facet_counts(self, filters: Filters, hits: BitMap | None, selection: BitMap) -> FacetCounts:
        """For each facet, how many rows each value has with the facet's own picks taken off.

        Countries that must come together narrow the selection like any other facet, so their picks stay on: a
        count says how many rows are left when that country is added.
        """
        result: FacetCounts = {}
        for facet, values in self.bitmaps.items():
            widens = bool(filters.values(facet)) and not matches_all_values(filters, facet)
            base = self.select(filters, hits, ignored_facet=facet) if widens else selection
            if len(base) == len(self.all_rows):
                result[facet] = {value: len(rows) for value, rows in values.items()}
            else:
                size = base.intersection_cardinality
                result[facet] = {value: size(rows) for value, rows in values.items()}
        return result

    def page(self, selection: BitMap, order: str, first: int, count: int) -> list[int]:
        """Database ids of `count` rows from the `first`-th on (from 0), in one of SORTS but relevance."""
        if order != "newest":
            return self.ids_of(self.orders[order].page(selection, first, count))
        late = [one for one in self.appended if one.row in selection]
        if not late:
            return self.ids_of(list(selection[first : first + count]))
        # Where each late row stands in the selection: after the built rows before it, and the late ones before it.
        places = {
            number + (selection.rank(one.insert_before - 1) if one.insert_before else 0): one.row
            for number, one in enumerate(late)
        }
        passed = sum(place < first for place in places)
        last = min(first + count, len(selection))
        built = iter(selection[first - passed : max(first - passed, last - passed)])
        return self.ids_of([places[at] if at in places else next(built) for at in range(first, last)])

    def sums(self, selection: BitMap) -> Sums:
        """Count, money and span of a selection."""
        if len(selection) * _SPARSE_SUM_RATIO < len(self.row_columns.ids):
            amounts = self.row_columns.budgets[to_row_array(selection)]
            total = int(amounts[amounts > 0].sum())
        else:
            total = self.budgets.total(selection)
        return Sums(
            projects=len(selection),
            total_cents=total,
            without_budget=len(selection) - selection.intersection_cardinality(self.budgets.known),
            countries=sum(
                selection.intersect(rows) for value, rows in self.bitmaps["country"].items() if value != NOT_STATED
            ),
            first_year=boundary_year(self.first_years, selection, from_last=False),
            last_year=boundary_year(self.last_years, selection, from_last=True),
        )


def matches_all_values(filters: Filters, facet: str) -> bool:
    """Whether a row must have all picked values of a facet, not just one of them."""
    return facet == "country" and filters.match_all_countries


def boundary_year(years: ValueBitmaps, selection: BitMap, *, from_last: bool) -> int | None:
    """The lowest or highest year that a selection holds."""
    met = (int(year) for year in sorted(years, reverse=from_last) if selection.intersect(years[year]))
    return next(met, None)


def to_cents(dollars: int | None) -> int | None:
    return None if dollars is None else dollars * 100
