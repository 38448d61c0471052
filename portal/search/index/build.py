"""How an Index is made: whole from columns, or from the one before and the few projects that changed. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from portal.search.arrays import Int64Array, IntegerArray
from portal.search.index.bitmaps import BitSlicedColumn, ValueBitmaps, group_by_code, patch_bitmaps, to_bitmap
from portal.search.index.facet_index import AppendedRow, FacetIndex, RowColumns
from portal.search.index.sort_order import SortOrder
from portal.vocabulary.facets import MULTI_VALUED_FACETS, NOT_STATED, SINGLE_VALUED_FACETS

_NO_YEAR, _NO_BUDGET = 9999, np.iinfo(np.int64).max


@dataclass(frozen=True)
class ProjectColumns:
    """Published projects by column, all arrays of one length, in the order of their titles.

    `ids` are database ids; `years`, `starts` and `ends` are years, 0 where not stated; `budgets` are cents, -1
    where not stated; `ones` holds a term id a row for each single-valued facet (0 where not stated); `manies`
    holds pairs (row, term id) for the others; `codes` maps a facet's term ids to the codes that stand in addresses.
    """

    ids: IntegerArray
    years: IntegerArray
    starts: IntegerArray
    ends: IntegerArray
    budgets: IntegerArray
    single_valued: Mapping[str, IntegerArray]
    multi_valued: Mapping[str, tuple[Int64Array, IntegerArray]]
    codes: Mapping[str, Mapping[int, str]]


def build_index(columns: ProjectColumns) -> FacetIndex:
    """An index of all projects: the rows newest first (year of allocation, else start; undated last)."""
    known = known_years(columns)
    order = np.lexsort((-columns.ids, -columns.starts, -known))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    facts = build_row_columns(columns, order)
    parts = build_parts(columns, order, place, facts, first_row=0)
    numbers = np.arange(len(order))
    rows = np.full(int(facts.ids.max(initial=0)) + 1, -1, dtype=np.int32)
    rows[facts.ids] = numbers
    oldest = np.where(facts.known_years > 0, facts.known_years, _NO_YEAR)
    cheapest = np.where(facts.budgets < 0, _NO_BUDGET, facts.budgets)
    return FacetIndex(
        built_count=len(order),
        row_columns=facts,
        row_by_id=rows,
        all_rows=to_bitmap(numbers),
        undated=parts.undated,
        bitmaps=parts.bitmaps,
        first_years=parts.first_years,
        last_years=parts.last_years,
        budgets=parts.budgets,
        orders={
            "oldest": sort_rows_by(oldest),
            "budget": sort_rows_by(cheapest),
            "-budget": sort_rows_by(-facts.budgets),
            "title": SortOrder(place.astype(np.uint32)),
        },
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
    row_columns = concatenate_rows(index.row_columns, new_row_columns)
    added_rows: list[int] = new_rows.tolist()
    return FacetIndex(
        built_count=index.built_count,
        row_columns=row_columns,
        row_by_id=patch_row_by_id(index, removed_rows, columns.ids, new_rows),
        all_rows=index.all_rows - removed | to_bitmap(new_rows),
        undated=index.undated - removed | added.undated,
        bitmaps={
            facet: patch_bitmaps(values, removed, added.bitmaps[facet]) for facet, values in index.bitmaps.items()
        },
        first_years=patch_bitmaps(index.first_years, removed, added.first_years),
        last_years=patch_bitmaps(index.last_years, removed, added.last_years),
        budgets=index.budgets.patched(removed, added.budgets),
        orders={
            name: patch_order(index.orders[name], sort_key, removed_rows, added_rows)
            for name, sort_key in sort_keys(row_columns).items()
        }
        | {"title": patch_title_order(index, removed_rows, added_rows, successors)},
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
    key = newest_key(row_columns)
    return tuple(sorted([*remaining, *added], key=lambda appended: key(appended.row)))


@dataclass(frozen=True)
class IndexParts:
    """The bitmaps of some rows."""

    undated: BitMap
    bitmaps: Mapping[str, ValueBitmaps]
    first_years: ValueBitmaps
    last_years: ValueBitmaps
    budgets: BitSlicedColumn


def build_parts(
    columns: ProjectColumns, order: Int64Array, positions: Int64Array, row_columns: RowColumns, *, first_row: int
) -> IndexParts:
    """Bitmaps of the columns in this order; the rows are numbered from `first` on."""
    numbers = first_row + np.arange(len(order))
    bits: dict[str, dict[str, BitMap]] = {}
    for facet in SINGLE_VALUED_FACETS:
        if facet == "year":
            bits[facet] = group_by_year(numbers, columns.years[order])
        elif facet == "budget":
            bits[facet] = {}
        else:
            bits[facet] = group_by_code(numbers, columns.single_valued[facet][order], columns.codes[facet])
    for facet in MULTI_VALUED_FACETS:
        at, terms = columns.multi_valued[facet]
        bits[facet] = group_by_code(first_row + positions[at], terms, columns.codes[facet])
    budgets = BitSlicedColumn.from_values(numbers, row_columns.budgets)
    everything = to_bitmap(numbers)
    for facet, values in bits.items():
        stated = budgets.known if facet == "budget" else BitMap.union(BitMap(), *values.values())
        values[NOT_STATED] = everything - stated
    starts, ends = columns.starts[order], columns.ends[order]
    return IndexParts(
        undated=to_bitmap(numbers[(starts == 0) | (ends == 0)]),
        bitmaps=bits,
        first_years=group_by_year(numbers, row_columns.first_years),
        last_years=group_by_year(numbers, row_columns.last_years),
        budgets=budgets,
    )


def build_row_columns(columns: ProjectColumns, order: Int64Array) -> RowColumns:
    years, starts, ends = columns.years[order], columns.starts[order], columns.ends[order]
    return RowColumns(
        ids=columns.ids[order],
        budgets=columns.budgets[order],
        known_years=known_years(columns)[order].astype(np.int16),
        start_years=starts.astype(np.int16),
        first_years=np.where(starts > 0, starts, np.where(years > 0, years, ends)).astype(np.int16),
        last_years=np.where(ends > 0, ends, np.where(starts > 0, starts, years)).astype(np.int16),
    )


def concatenate_rows(row_columns: RowColumns, added: RowColumns) -> RowColumns:
    return replace(
        row_columns,
        **{name: np.concatenate([getattr(row_columns, name), getattr(added, name)]) for name in vars(row_columns)},
    )


def known_years(columns: ProjectColumns) -> IntegerArray:
    return np.where(columns.years > 0, columns.years, columns.starts)


def group_by_year(rows: Int64Array, years: IntegerArray) -> dict[str, BitMap]:
    return group_by_code(rows, years, {int(year): str(year) for year in np.unique(years) if year > 0})


def sort_rows_by(values: IntegerArray) -> SortOrder:
    """Rows by a value, newest first among equals: their numbers are in that order already."""
    return SortOrder(np.argsort(values, kind="stable").astype(np.uint32))


SortKey = tuple[int, ...]


def newest_key(row_columns: RowColumns) -> Callable[[int], SortKey]:
    """The default order as something to compare rows by, rising."""
    return lambda row: (
        -int(row_columns.known_years[row]),
        -int(row_columns.start_years[row]),
        -int(row_columns.ids[row]),
    )


def newest_insert_position(index: FacetIndex, row_columns: RowColumns, row: int) -> int:
    """The first of the built rows that comes after a row in the default order."""
    key = newest_key(row_columns)
    return bisect_left(range(index.built_count), key(row), key=key)


def sort_keys(row_columns: RowColumns) -> dict[str, Callable[[int], SortKey]]:
    """Sort keys of the other orders by row, ascending; the title order has none, as the index has no titles."""
    newest = newest_key(row_columns)
    return {
        "oldest": lambda row: (int(row_columns.known_years[row]) or _NO_YEAR, *newest(row)),
        "budget": lambda row: (
            int(row_columns.budgets[row]) if row_columns.budgets[row] >= 0 else _NO_BUDGET,
            *newest(row),
        ),
        "-budget": lambda row: (-int(row_columns.budgets[row]), *newest(row)),
    }


def patch_order(order: SortOrder, key: Callable[[int], SortKey], removed: list[int], added: list[int]) -> SortOrder:
    """An order by `key` without the rows `gone` and with `fresh` ones in their places."""

    def place(row: int) -> int:
        return bisect_left(order.rows, key(row), key=lambda other: key(int(other)))

    added = sorted(added, key=key)
    return order.patched([place(row) for row in removed], [place(row) for row in added], added)


def patch_title_order(index: FacetIndex, removed: list[int], added: list[int], successors: Int64Array) -> SortOrder:
    """The order by title, where the texts are not at hand: each fresh row goes before the row that follows it."""
    order = index.orders["title"]
    at = [int(order.positions[index.row_by_id[one]]) if one else len(order.rows) for one in successors]
    return order.patched([int(order.positions[row]) for row in removed], at, added)
