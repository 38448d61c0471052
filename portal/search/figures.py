"""Figures: what the charts of a search show, all of it counted from one snapshot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from pyroaring import BitMap

from portal.search import pivot
from portal.search.arrays import Int64Array, IntegerArray
from portal.search.directory import left_out_by_day, selected, text_hits, with_current_codes
from portal.search.index.bitmaps import to_row_array
from portal.search.index.caches import MAX_CACHED_FIGURES, caches_for, remember
from portal.search.index.crosstab import Crosstab
from portal.search.index.current import current_snapshot
from portal.search.index.facet_index import FacetIndex
from portal.search.index.snapshot import Snapshot
from portal.search.query.filters import Filters
from portal.search.query.table_options import TableOptions
from portal.search.read_models.sums import Sums
from portal.vocabulary.bands import BANDS
from portal.vocabulary.facets import FACETS, NOT_STATED

# More regions than these would fill a page; the six of the Fund and "not stated" are as many.
MAX_REGIONS = 7
_REQUIRED_FACETS = ("region", "country", "status", "coverage", "type", "year", "budget", "length")
# Days are whole numbers, 20240630.
_YEAR, _LAST_DAY = 10_000, 1231


@dataclass(frozen=True)
class Spread:
    """How some numbers spread: projects by band (vocabulary.bands), the first to the last that any has, and the median.

    `median` is in cents, or calendar years; None of nothing.
    """

    bands: Mapping[str, int]
    median: int | None


@dataclass(frozen=True)
class Running:
    """The number of projects that run at the end of each year; `undated` ones state no start or no end."""

    by_year: Mapping[int, int]
    undated: int


@dataclass(frozen=True)
class RowDetails:
    """What stands beside the full value of each value of a facet, by its code.

    `shared` is what the member states of the search receive, in cents, None for a search without any;
    `not_carried_out` counts the planned and cancelled projects, None if there are none at all.
    """

    shared: Mapping[str, int] | None
    not_carried_out: Mapping[str, int] | None


@dataclass(frozen=True)
class CountedFigures:
    """Everything that is counted of a search.

    It does not refer to the snapshot, whose cache holds it: no snapshot would ever be freed.

    `years` has a row for each year of allocation and a column for each region, those with fewest projects in one;
    `regions` counts the projects of each, by code. `budgets` and `lengths` are spread over their bands. `complete`
    projects state region, member states, status, coverage, type, year, budget, start and end; `not_stated` counts
    those without a value by facet. `details` are those of years and themes. `left_out_by_day` see search.directory.
    """

    sums: Sums
    years: Crosstab = field(repr=False)
    themes: Crosstab = field(repr=False)
    regions: Mapping[str, int]
    budgets: Spread
    lengths: Spread
    running: Running
    complete: int
    not_stated: Mapping[str, int]
    details: Mapping[str, RowDetails] = field(repr=False)
    left_out_by_day: tuple[Filters, int] | None

    @property
    def total(self) -> int:
        return self.sums.projects


@dataclass(frozen=True)
class Figures(CountedFigures):
    """The same with what was counted: the search, whose `filters` have the current codes of terms, in a snapshot."""

    filters: Filters
    snapshot: Snapshot = field(repr=False)


def figures_of(filters: Filters) -> Figures:
    """Count a search; its order, page and view do not matter."""
    snapshot = current_snapshot()
    filters = with_current_codes(snapshot, filters)
    cache, criteria = caches_for(snapshot).figures, filters.criteria
    counted: CountedFigures = remember(cache, criteria, MAX_CACHED_FIGURES, lambda: _count(snapshot, criteria))
    return Figures(**vars(counted), filters=filters, snapshot=snapshot)


def _count(snapshot: Snapshot, filters: Filters) -> CountedFigures:
    hits, _ = text_hits(snapshot, filters) or (None, None)
    index = snapshot.index
    selection = selected(snapshot, filters, hits)
    starts, ends = _dated(index, selection)
    by_year = TableOptions(by="year", across="region", measure="full")
    years = pivot.table_from(snapshot, filters, by_year, limits=(None, MAX_REGIONS))
    return CountedFigures(
        sums=years.sums,
        years=years.table,
        themes=pivot.table_from(snapshot, filters, TableOptions(by="theme", measure="full")).table,
        regions={code: count for code, rows in index.bitmaps["region"].items() if (count := _shared(rows, selection))},
        budgets=_spread(index, selection, "budget", _budgets(index, selection)),
        lengths=_spread(index, selection, "length", np.sort(ends // _YEAR - starts // _YEAR + 1)),
        running=Running(count_running(starts, ends), _shared(index.bitmaps["length"][NOT_STATED], selection)),
        complete=_count_complete(index, selection),
        not_stated={
            facet: _shared(index.bitmaps[facet][NOT_STATED], selection) for facet in FACETS if facet != "theme"
        },
        details={facet: _details(snapshot, filters, years.sums, facet) for facet in ("year", "theme")},
        left_out_by_day=left_out_by_day(filters, snapshot),
    )


def _details(snapshot: Snapshot, filters: Filters, sums: Sums, facet: str) -> RowDetails:
    shared = not_carried_out = None
    if sums.shared_cents is not None:
        table = pivot.table_from(snapshot, filters, TableOptions(facet, "country", "shared")).table
        states = {code for code in filters.values("country") if code != NOT_STATED}
        shared = _added(table, table.cells.cents, states)
    if statuses := {status for part in sums.not_carried_out for status in part.statuses}:
        table = pivot.table_from(snapshot, filters, TableOptions(facet, "status")).table
        not_carried_out = _added(table, table.cells.projects, statuses)
    return RowDetails(shared, not_carried_out)


def _added(table: Crosstab, numbers: Int64Array, columns: Collection[str]) -> dict[str, int]:
    """The numbers of each row of a table in some of its columns, added."""
    places = [place for place, value in enumerate(table.columns) if value in columns]
    return dict(zip(table.rows, numbers[:, places].sum(axis=1).tolist(), strict=True))


def _shared(rows: BitMap, selection: BitMap) -> int:
    return rows.intersection_cardinality(selection)


def _spread(index: FacetIndex, selection: BitMap, facet: str, values: IntegerArray) -> Spread:
    """How sorted values spread over the bands of a facet."""
    rows = index.bitmaps[facet]
    counts = [(band.code, _shared(rows.get(band.code, BitMap()), selection)) for band in BANDS[facet]]
    places = [place for place, (_, count) in enumerate(counts) if count]
    return Spread(dict(counts[places[0] : places[-1] + 1]) if places else {}, _median(values))


def _median(values: IntegerArray) -> int | None:
    """The middle of sorted numbers, of two the mean rounded down."""
    if not len(values):
        return None
    return (int(values[(len(values) - 1) // 2]) + int(values[len(values) // 2])) // 2


def _budgets(index: FacetIndex, selection: BitMap) -> IntegerArray:
    """The stated budgets in cents, lowest first."""
    # The index has all projects by budget, so nothing is sorted here.
    cents: IntegerArray = index.row_columns.budgets[index.orders["budget"].selected(selection & index.budgets.known)]
    return cents


def _dated(index: FacetIndex, selection: BitMap) -> tuple[IntegerArray, IntegerArray]:
    """The first and last days (index.facet_index.RowColumns) of the projects that state both."""
    rows = to_row_array(selection - index.bitmaps["length"][NOT_STATED])
    return index.row_columns.start_days[rows], index.row_columns.end_days[rows]


def count_running(start_days: IntegerArray, end_days: IntegerArray) -> dict[int, int]:
    """How many projects run on the last day of each year, from the first start to the last end."""
    starts, ends = start_days // _YEAR, end_days // _YEAR
    # One that ends before the last day of a year does not run on it.
    ends = np.where(end_days - ends * _YEAR >= _LAST_DAY, ends, ends - 1)
    starts, ends = starts[starts <= ends], ends[starts <= ends]
    if not len(starts):
        return {}
    first, size = int(starts.min()), int(ends.max()) - int(starts.min()) + 2
    changes = np.bincount(starts - first, minlength=size) - np.bincount(ends - first + 1, minlength=size)
    return {first + place: int(count) for place, count in enumerate(np.cumsum(changes)[:-1])}


def _count_complete(index: FacetIndex, selection: BitMap) -> int:
    incomplete = BitMap.union(*(index.bitmaps[facet][NOT_STATED] for facet in _REQUIRED_FACETS))
    return len(selection - incomplete)
