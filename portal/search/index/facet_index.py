"""FacetIndex: the published projects as bitmaps, one per facet value; immutable.

Rows are numbered in the default order (newest first), so the first page in that order is the first bits of a
selection. Rows appended later have the highest numbers and are merged in when a page is read. Pure: knows neither
database nor language. Built by search.index.build.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from portal.search.arrays import Int64Array, IntegerArray
from portal.search.index.bitmaps import BitSlicedColumn, ValueBitmaps, gather_bitmap, to_bitmap, to_row_array, year_span
from portal.search.index.country_parts import CountryParts
from portal.search.index.row_columns import RowColumns
from portal.search.index.sort_order import SortOrder
from portal.search.index.value_table import ValueTable
from portal.search.query.filters import Filters
from portal.search.read_models.sums import PartSums, Sums
from portal.vocabulary.facets import NOT_STATED

FacetCounts = dict[str, dict[str, int]]
# Fewer than one row in this many are summed and counted row by row, which takes time for each row; for more of them set
# operations are faster, which take time for each value.
_SPARSE_RATIO = 30
# Fewer than one value in this many are written one by one into counts of nothing.
_FEW_RATIO = 4


@dataclass(frozen=True)
class AppendedRow:
    """A row added to a built index: in the default order it comes before the built row `insert_before`."""

    insert_before: int
    row: int


@dataclass(frozen=True)
class FacetIndex:
    """Answers every query about a selection.

    Rows below `built_count` are numbered in the default order; `appended` holds the others in that order.
    `row_by_id` is indexed by database id, -1 for none.
    """

    built_count: int
    row_columns: RowColumns = field(repr=False)
    row_by_id: npt.NDArray[np.int32] = field(repr=False)
    all_rows: BitMap = field(repr=False)
    bitmaps: Mapping[str, ValueBitmaps] = field(repr=False)
    first_years: ValueBitmaps = field(repr=False)
    last_years: ValueBitmaps = field(repr=False)
    budgets: BitSlicedColumn = field(repr=False)
    country_parts: CountryParts = field(repr=False)
    orders: Mapping[str, SortOrder] = field(repr=False)
    value_table: ValueTable = field(repr=False)
    appended: tuple[AppendedRow, ...] = field(default=(), repr=False)

    def rows_of(self, ids: IntegerArray) -> BitMap:
        """The rows of those projects (database ids, in any order) that are in the index."""
        rows = self.row_by_id[ids[(ids >= 0) & (ids < len(self.row_by_id))]]
        return gather_bitmap(rows[rows >= 0], len(self.row_columns.ids))

    def ids_of(self, rows: list[int]) -> list[int]:
        """Database ids of rows, in their order."""
        ids: list[int] = self.row_columns.ids[rows].tolist()
        return ids

    def select(self, filters: Filters, hits: BitMap | None, *, ignored_facet: str = "") -> BitMap:
        """Rows that match: OR within a facet (AND if it `matches_all_values`), AND across facets.

        `hits` are the rows that contain the search text, None without a text. The selected values of
        `ignored_facet` are not applied. The result is not to be changed: it may be that of everybody.
        """
        selection = self.all_rows if hits is None else hits & self.all_rows
        for facet, selected in filters.by_facet.items():
            if facet == ignored_facet or facet not in self.bitmaps:
                continue
            values = self.bitmaps[facet]
            rows = [values.get(value, BitMap()) for value in selected]
            if len(rows) == 1:
                # A union would copy it first.
                selection = selection & rows[0]
            elif matches_all_values(filters, facet):
                selection = selection & BitMap.intersection(*rows)
            else:
                selection = selection & BitMap.union(*rows)
        if filters.year_from is not None or filters.year_to is not None:
            selection = selection & self.rows_in_years(filters.year_from, filters.year_to)
        if filters.on is not None:
            selection = selection & self.rows_running_on(filters.on)
        if filters.budget_min is not None or filters.budget_max is not None:
            # The work depends on the rows that are left.
            selection = self.budgets.between(to_cents(filters.budget_min), to_cents(filters.budget_max), selection)
        return selection

    def rows_in_years(self, first: int | None, last: int | None) -> BitMap:
        """The rows whose year of allocation is in a closed range; None is no bound."""
        stated = {int(year): rows for year, rows in self.bitmaps["year"].items() if year != NOT_STATED}
        return BitMap.union(
            BitMap(),
            *(
                rows
                for year, rows in stated.items()
                if (first is None or year >= first) and (last is None or year <= last)
            ),
        )

    def rows_running_on(self, day: date) -> BitMap:
        """The rows that state a start and an end with this day between them, or in them."""
        number = day.year * 10_000 + day.month * 100 + day.day
        starts, ends = self.row_columns.start_days, self.row_columns.end_days
        return to_bitmap(np.flatnonzero((starts > 0) & (starts <= number) & (ends >= number)))

    def facet_counts(self, filters: Filters, hits: BitMap | None, selection: BitMap) -> FacetCounts:
        """For each facet and value, the number of matching rows if the facet's own selected values are ignored.

        Countries that are ANDed narrow the selection like any other facet, so theirs are applied: a count is then
        the number of rows that remain when that country is added.
        """
        result: FacetCounts = {}
        counts, whole, selected = self._counts_by_number(selection), len(self.all_rows), filters.by_facet
        for facet, values in self.bitmaps.items():
            base, known = selection, counts
            if facet in selected and not matches_all_values(filters, facet):
                base = self.select(filters, hits, ignored_facet=facet)
                if len(base) == whole:
                    result[facet] = self._counts_of_all[facet].copy()
                    continue
                known = self._counts_by_number(base, facet)
            if known is not None:
                result[facet] = self._by_value(facet, known)
            else:
                size = base.intersection_cardinality
                result[facet] = {value: size(rows) for value, rows in values.items()}
        return result

    def _by_value(self, facet: str, counts: Int64Array) -> dict[str, int]:
        """The counts of a facet by value, from counts by number."""
        counts, nothing = counts[self._value_numbers[facet]], self._no_counts[facet]
        found = counts.nonzero()[0]
        if len(found) * _FEW_RATIO > len(counts):
            return dict(zip(nothing, counts.tolist(), strict=True))
        # A copy takes a tenth of the time of filling a dict.
        result, values = nothing.copy(), self._values[facet]
        for at, count in zip(found.tolist(), counts[found].tolist(), strict=True):
            result[values[at]] = count
        return result

    def _counts_by_number(self, selection: BitMap, facet: str = "") -> Int64Array | None:
        """How many rows have each value, of one facet or of all, by its number; None if set operations are faster."""
        if self._is_sparse(len(selection)):
            return self._count_rows(selection, facet)
        if self._is_sparse(len(self.all_rows) - len(selection)):
            return self._all_counts - self._count_rows(self.all_rows - selection, facet)
        return None

    def _count_rows(self, selection: BitMap, facet: str = "") -> Int64Array:
        return self.value_table.count(to_row_array(selection), facet)

    def _is_sparse(self, count: int) -> bool:
        return count * _SPARSE_RATIO < len(self.row_columns.ids)

    @cached_property
    def _counts_of_all(self) -> FacetCounts:
        return {facet: {value: len(rows) for value, rows in values.items()} for facet, values in self.bitmaps.items()}

    @cached_property
    def _no_counts(self) -> FacetCounts:
        return {facet: dict.fromkeys(values, 0) for facet, values in self.bitmaps.items()}

    @cached_property
    def _values(self) -> Mapping[str, tuple[str, ...]]:
        return {facet: tuple(values) for facet, values in self.bitmaps.items()}

    @cached_property
    def _all_counts(self) -> Int64Array:
        """How many rows of the index have each value, by its number."""
        counts = np.zeros_like(self._count_rows(BitMap()))
        for facet, values in self._counts_of_all.items():
            counts[self._value_numbers[facet]] = list(values.values())
        return counts

    @cached_property
    def _value_numbers(self) -> Mapping[str, slice | Int64Array]:
        return self.value_table.numbers_of(self.bitmaps)

    def page(self, selection: BitMap, order: str, first: int, count: int) -> list[int]:
        """Database ids of up to `count` rows from the `first`-th (from 0); `order` is one of SORTS except relevance."""
        if order != "newest":
            return self.ids_of(self.orders[order].page(selection, first, count))
        appended = [row for row in self.appended if row.row in selection]
        if not appended:
            return self.ids_of(list(selection[first : first + count]))
        # The position of an appended row in the selection: after the built rows and the appended ones before it.
        positions = {
            number + (selection.rank(row.insert_before - 1) if row.insert_before else 0): row.row
            for number, row in enumerate(appended)
        }
        skipped = sum(position < first for position in positions)
        last = min(first + count, len(selection))
        built = iter(selection[first - skipped : max(first - skipped, last - skipped)])
        return self.ids_of([positions[at] if at in positions else next(built) for at in range(first, last)])

    def ordered_ids(self, selection: BitMap, order: str) -> IntegerArray:
        """Database ids of all rows of a selection; `order` is one of SORTS except relevance."""
        if order != "newest":
            rows = self.orders[order].selected(selection)
        elif any(row.row in selection for row in self.appended):
            return np.array(self.page(selection, order, 0, len(selection)), dtype=self.row_columns.ids.dtype)
        else:
            rows = to_row_array(selection)
        ids: IntegerArray = self.row_columns.ids[rows]
        return ids

    def sums(self, selection: BitMap) -> Sums:
        """Count, budgets and span of years of a selection."""
        years = self._years(selection)
        return Sums(
            projects=len(selection),
            total_cents=self._total(selection),
            without_budget=self._count_without_budget(selection),
            countries=self._count_countries(selection),
            first_year=years[0],
            last_year=years[1],
        )

    def _count_countries(self, selection: BitMap) -> int:
        if self._is_sparse(len(selection)):
            counts = self._count_rows(selection, "country")
            not_stated = counts[self.value_table.numbers["country"][NOT_STATED]]
            return int(np.count_nonzero(counts[self._value_numbers["country"]])) - bool(not_stated)
        return sum(selection.intersect(rows) for value, rows in self.bitmaps["country"].items() if value != NOT_STATED)

    def _years(self, selection: BitMap) -> tuple[int | None, int | None]:
        """The first and the last year of a selection; None if it has none."""
        if self._is_sparse(len(selection)):
            rows = to_row_array(selection)
            first, last = self.row_columns.first_years[rows], self.row_columns.last_years[rows]
            first = first[first > 0]
            return int(first.min()) if len(first) else None, int(last.max(initial=0)) or None
        return year_span(self.first_years, self.last_years, selection)

    def with_status(self, selection: BitMap, counts_as: str, statuses: Iterable[str]) -> PartSums | None:
        """The sums of the projects of a selection that have one of these statuses; None if there are none."""
        bitmaps = self.bitmaps["status"]
        present = tuple(code for code in statuses if code in bitmaps and selection.intersect(bitmaps[code]))
        if not present:
            return None
        rows = selection & BitMap.union(*(bitmaps[code] for code in present))
        return PartSums(counts_as, present, len(rows), self._total(rows), self._count_without_budget(rows))

    def _total(self, selection: BitMap) -> int:
        """The full value in US cents."""
        if self._is_sparse(len(selection)):
            budgets = self.row_columns.budgets[to_row_array(selection)]
            return int(budgets[budgets > 0].sum())
        return self.budgets.total(selection)

    def _count_without_budget(self, selection: BitMap) -> int:
        return len(selection) - selection.intersection_cardinality(self.budgets.known)


def matches_all_values(filters: Filters, facet: str) -> bool:
    """Whether a row must have all selected values of a facet, not just one of them."""
    return facet == "country" and filters.match_all_countries


def to_cents(dollars: int | None) -> int | None:
    return None if dollars is None else dollars * 100
