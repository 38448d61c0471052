"""Build a FacetIndex: complete from columns, or from the previous one and the few changed projects. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from portal.search.arrays import Int64Array, IntegerArray
from portal.search.index.bitmaps import BitSlicedColumn, ValueBitmaps, group_by_code, patch_bitmaps, to_bitmap
from portal.search.index.country_parts import CountryParts
from portal.search.index.facet_index import AppendedRow, FacetIndex
from portal.search.index.row_columns import RowColumns
from portal.search.index.sort_keys import NO_BUDGET, NO_YEAR, SortKey, row_key
from portal.search.index.sort_order import SortOrder
from portal.search.index.value_table import ValueTable
from portal.vocabulary.bands import BANDS
from portal.vocabulary.facets import MULTI_VALUED_FACETS, NOT_STATED, SINGLE_VALUED_FACETS

# The default order is that of the row numbers, and the title order is patched by successors.
_KEYED_ORDERS = ("oldest", "budget", "-budget")


@dataclass(frozen=True)
class ProjectColumns:
    """Published projects by column, in title order; all arrays have the same length.

    `ids` are database ids; `years` are years, `starts` and `ends` days (20240630; see RowColumns), 0 if not stated;
    `budgets` are cents, -1 if not stated. `single_valued` holds one term id per row (0 if not stated) for each facet;
    `multi_valued` holds two parallel arrays, rows and term ids. `country_shares` is parallel to those of the facet
    country: hundredths of a per cent, -1 where none is stated. `codes` maps a facet's term ids to the codes used in
    URLs.
    """

    ids: IntegerArray
    years: IntegerArray
    starts: IntegerArray
    ends: IntegerArray
    budgets: IntegerArray
    single_valued: Mapping[str, IntegerArray]
    multi_valued: Mapping[str, tuple[Int64Array, IntegerArray]]
    country_shares: IntegerArray
    codes: Mapping[str, Mapping[int, str]]


def build_index(columns: ProjectColumns) -> FacetIndex:
    """An index of all projects, its rows newest first: by year of allocation, else of start; undated ones last."""
    order = np.lexsort((-columns.ids, -years_of(columns.starts), -known_years(columns)))
    positions = np.empty_like(order)
    positions[order] = np.arange(len(order))
    row_columns = build_row_columns(columns, order)
    parts = build_parts(columns, order, positions, row_columns, first_row=0)
    rows = np.arange(len(order))
    row_by_id = np.full(int(row_columns.ids.max(initial=0)) + 1, -1, dtype=np.int32)
    row_by_id[row_columns.ids] = rows
    years = np.where(row_columns.known_years > 0, row_columns.known_years, NO_YEAR)
    budgets = np.where(row_columns.budgets < 0, NO_BUDGET, row_columns.budgets)
    return FacetIndex(
        built_count=len(order),
        row_columns=row_columns,
        row_by_id=row_by_id,
        all_rows=to_bitmap(rows),
        bitmaps=parts.bitmaps,
        first_years=parts.first_years,
        last_years=parts.last_years,
        budgets=parts.budgets,
        country_parts=parts.country_parts,
        orders={
            "oldest": sort_rows_by(years),
            "budget": sort_rows_by(budgets),
            "-budget": sort_rows_by(-row_columns.budgets),
            "title": SortOrder(positions.astype(np.uint32)),
        },
        value_table=ValueTable.from_bitmaps(parts.bitmaps, len(order)),
    )


def patch_index(
    index: FacetIndex, removed_ids: Sequence[int], columns: ProjectColumns, successors: Int64Array
) -> FacetIndex:
    """The index without the projects `removed_ids` (database ids) and with those of `columns`.

    A changed project is in both. `successors` holds for each row of `columns` the database id of the next unchanged
    project by title, 0 for none. Takes a few milliseconds, so a request may wait for it.
    """
    removed_rows = rows_of_known_ids(index, removed_ids)
    removed = BitMap(removed_rows)
    order = np.arange(len(columns.ids))
    new_rows = len(index.row_columns.ids) + order
    new_row_columns = build_row_columns(columns, order)
    added = build_parts(columns, order, order, new_row_columns, first_row=len(index.row_columns.ids))
    row_columns = index.row_columns.extended(new_row_columns)
    added_rows: list[int] = new_rows.tolist()
    return FacetIndex(
        built_count=index.built_count,
        row_columns=row_columns,
        row_by_id=patch_row_by_id(index, removed_rows, columns.ids, new_rows),
        all_rows=index.all_rows - removed | to_bitmap(new_rows),
        bitmaps={
            facet: patch_bitmaps(values, removed, added.bitmaps[facet]) for facet, values in index.bitmaps.items()
        },
        first_years=patch_bitmaps(index.first_years, removed, added.first_years),
        last_years=patch_bitmaps(index.last_years, removed, added.last_years),
        budgets=index.budgets.patched(removed, added.budgets),
        country_parts=index.country_parts.extended(added.country_parts),
        orders={
            name: patch_order(index.orders[name], row_key(row_columns, name), removed_rows, added_rows)
            for name in _KEYED_ORDERS
        }
        | {"title": patch_title_order(index, removed_rows, added_rows, successors)},
        value_table=index.value_table.with_rows(added.bitmaps, len(order)),
        appended=patch_appended(index, row_columns, removed, added_rows),
    )


def rows_of_known_ids(index: FacetIndex, ids: Sequence[int]) -> list[int]:
    """The rows of those of the projects that are in the index, rising."""
    rows = {int(index.row_by_id[project_id]) for project_id in ids if project_id < len(index.row_by_id)}
    return sorted(row for row in rows if row >= 0)


def patch_row_by_id(
    index: FacetIndex, removed_rows: Sequence[int], added_ids: IntegerArray, added_rows: Int64Array
) -> npt.NDArray[np.int32]:
    size = max(len(index.row_by_id), int(added_ids.max(initial=0)) + 1)
    row_by_id = np.full(size, -1, dtype=np.int32)
    row_by_id[: len(index.row_by_id)] = index.row_by_id
    row_by_id[index.row_columns.ids[removed_rows]] = -1
    row_by_id[added_ids] = added_rows
    return row_by_id


def patch_appended(
    index: FacetIndex, row_columns: RowColumns, removed: BitMap, added_rows: Sequence[int]
) -> tuple[AppendedRow, ...]:
    """The appended rows in the default order."""
    remaining = [appended for appended in index.appended if appended.row not in removed]
    added = [AppendedRow(newest_insert_position(index, row_columns, row), row) for row in added_rows]
    key = row_key(row_columns, "newest")
    return tuple(sorted([*remaining, *added], key=lambda appended: key(appended.row)))


@dataclass(frozen=True)
class IndexParts:
    """The bitmaps of some rows; see FacetIndex."""

    bitmaps: Mapping[str, ValueBitmaps]
    first_years: ValueBitmaps
    last_years: ValueBitmaps
    budgets: BitSlicedColumn
    country_parts: CountryParts


def build_parts(
    columns: ProjectColumns, order: Int64Array, positions: Int64Array, row_columns: RowColumns, *, first_row: int
) -> IndexParts:
    """Bitmaps of the columns in this order, with rows numbered from `first_row`; `positions` is the inverse order."""
    rows = first_row + np.arange(len(order))
    bitmaps: dict[str, dict[str, BitMap]] = {}
    for facet in SINGLE_VALUED_FACETS:
        if facet == "year":
            bitmaps[facet] = group_by_year(rows, columns.years[order])
        elif facet in BANDS:
            bitmaps[facet] = group_by_band(rows, row_columns, facet)
        else:
            bitmaps[facet] = group_by_code(rows, columns.single_valued[facet][order], columns.codes[facet])
    for facet in MULTI_VALUED_FACETS:
        title_rows, terms = columns.multi_valued[facet]
        bitmaps[facet] = group_by_code(first_row + positions[title_rows], terms, columns.codes[facet])
    budgets = BitSlicedColumn.from_values(rows, row_columns.budgets)
    all_rows = to_bitmap(rows)
    for values in bitmaps.values():
        values[NOT_STATED] = all_rows - BitMap.union(BitMap(), *values.values())
    return IndexParts(
        bitmaps=bitmaps,
        first_years=group_by_year(rows, row_columns.first_years),
        last_years=group_by_year(rows, row_columns.last_years),
        budgets=budgets,
        country_parts=split_budgets(columns, positions, row_columns, first_row=first_row),
    )


def split_budgets(
    columns: ProjectColumns, positions: Int64Array, row_columns: RowColumns, *, first_row: int
) -> CountryParts:
    title_rows, terms = columns.multi_valued["country"]
    return CountryParts.split(
        positions[title_rows],
        terms,
        columns.country_shares,
        row_columns.budgets,
        columns.codes["country"],
        first_row=first_row,
    )


def build_row_columns(columns: ProjectColumns, order: Int64Array) -> RowColumns:
    years, start_days, end_days = columns.years[order], columns.starts[order], columns.ends[order]
    starts, ends = years_of(start_days), years_of(end_days)
    return RowColumns(
        ids=columns.ids[order],
        budgets=columns.budgets[order],
        known_years=known_years(columns)[order].astype(np.int16),
        start_years=starts.astype(np.int16),
        start_days=start_days.astype(np.int32),
        end_days=end_days.astype(np.int32),
        first_years=np.where(starts > 0, starts, np.where(years > 0, years, ends)).astype(np.int16),
        last_years=np.where(ends > 0, ends, np.where(starts > 0, starts, years)).astype(np.int16),
    )


def known_years(columns: ProjectColumns) -> IntegerArray:
    return np.where(columns.years > 0, columns.years, years_of(columns.starts))


def years_of(days: IntegerArray) -> IntegerArray:
    """The years of days that are whole numbers (20240630)."""
    return days // 10_000


def group_by_year(rows: Int64Array, years: IntegerArray) -> dict[str, BitMap]:
    return group_by_code(rows, years, {int(year): str(year) for year in np.unique(years) if year > 0})


def group_by_band(rows: Int64Array, row_columns: RowColumns, facet: str) -> dict[str, BitMap]:
    """Rows by the band of their budget, or of the number of calendar years that they touch."""
    if facet == "budget":
        numbers, is_stated = row_columns.budgets // 100, row_columns.budgets >= 0
    else:
        starts, ends = years_of(row_columns.start_days), years_of(row_columns.end_days)
        numbers, is_stated = ends - starts + 1, (starts > 0) & (ends > 0)
    lows = [band.low for band in BANDS[facet]]
    # An end before its start, which no check of today lets in, counts as a year.
    places = np.maximum(np.searchsorted(lows, numbers, side="right"), 1)
    codes = {place: band.code for place, band in enumerate(BANDS[facet], 1)}
    return group_by_code(rows, np.where(is_stated, places, 0), codes)


def sort_rows_by(values: IntegerArray) -> SortOrder:
    """Rows by value, newest first among equals: rows are numbered in that order, and the sort is stable."""
    return SortOrder(np.argsort(values, kind="stable").astype(np.uint32))


def newest_insert_position(index: FacetIndex, row_columns: RowColumns, row: int) -> int:
    """The first built row that comes after a row in the default order."""
    key = row_key(row_columns, "newest")
    return bisect_left(range(index.built_count), key(row), key=key)


def patch_order(order: SortOrder, key: Callable[[int], SortKey], removed: list[int], added: list[int]) -> SortOrder:
    """An order by `key` without the rows `removed` and with the rows `added`."""

    def position(row: int) -> int:
        return bisect_left(order.rows, key(row), key=lambda other: key(int(other)))

    added = sorted(added, key=key)
    return order.patched([position(row) for row in removed], [position(row) for row in added], added)


def patch_title_order(index: FacetIndex, removed: list[int], added: list[int], successors: Int64Array) -> SortOrder:
    """The title order, without access to the titles: each added row goes before its successor."""
    order = index.orders["title"]
    followed = [int(index.row_by_id[successor]) for successor in successors if successor]
    positions = order.positions_of(removed + followed)
    gone, followers = positions[: len(removed)], iter(positions[len(removed) :])
    insert_before = [next(followers) if successor else len(order.rows) for successor in successors]
    return order.patched(gone, insert_before, added)
