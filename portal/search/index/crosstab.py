"""Crosstab: a selection of projects counted by one facet, or by two, with totals that count each project once. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from portal.search.arrays import Int64Array, IntegerArray
from portal.search.index.axis import OTHERS, Axis, Entries, FacetPlaces, Selected, axis_of

Limits = tuple[int | None, int | None]
# Up to this sum, float64 adds whole numbers exactly.
_MAX_EXACT_SUM = 2**53
_LOW_BITS = 24


@dataclass(frozen=True)
class CellTotals:
    """Parallel arrays of any one shape: projects, those of them that state a budget, and their cents."""

    projects: Int64Array
    stated: Int64Array
    cents: Int64Array

    def __add__(self, other: CellTotals) -> CellTotals:
        return CellTotals(self.projects + other.projects, self.stated + other.stated, self.cents + other.cents)

    def added(self, axis: int) -> CellTotals:
        """The sums along one axis."""
        return CellTotals(*(part.sum(axis=axis) for part in vars(self).values()))

    def folded(self, largest: Int64Array, rest: Int64Array, axis: int) -> CellTotals:
        """The places of the largest values along one axis, and then one for all the rest."""
        return CellTotals(
            *(
                np.concatenate([part.take(largest, axis), part.take(rest, axis).sum(axis, keepdims=True)], axis)
                for part in vars(self).values()
            )
        )

    def at(self, *places: Int64Array) -> CellTotals:
        """The rows, or rows and columns, at these places."""
        return CellTotals(*(part[np.ix_(*places)] for part in vars(self).values()))


@dataclass(frozen=True)
class Crosstab:
    """`cells` has a row for each of `rows` and a column for each of `columns`: the values of the facets that occur.

    The totals of rows and columns count each project once, with its whole budget, so cells of a facet of which a
    project may have several values add up to more. The parts of a shared table are the exception: they add up over
    member states. `repeats_rows` and `repeats_columns` say whether a project stands in several of them.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: CellTotals = field(repr=False)
    row_totals: CellTotals = field(repr=False)
    column_totals: CellTotals = field(repr=False)
    repeats_rows: bool
    repeats_columns: bool

    def limited(self, limits: Limits) -> Crosstab:
        """The table with at most so many rows and columns, if no project stands in several of them."""
        table = self
        if limits[0] is not None and len(table.rows) > limits[0] and not table.repeats_rows:
            largest, rest, values = _largest(table.rows, table.row_totals, limits[0])
            cells, totals = table.cells.folded(largest, rest, 0), table.row_totals.folded(largest, rest, 0)
            table = replace(table, rows=values, cells=cells, row_totals=totals)
        if limits[1] is not None and len(table.columns) > limits[1] and not table.repeats_columns:
            largest, rest, values = _largest(table.columns, table.column_totals, limits[1])
            cells, totals = table.cells.folded(largest, rest, 1), table.column_totals.folded(largest, rest, 0)
            table = replace(table, columns=values, cells=cells, column_totals=totals)
        return table

    def ordered(self, rows: Sequence[int], columns: Sequence[int]) -> Crosstab:
        """The table with its rows and columns in this order of their places."""
        row_places, column_places = np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)
        return replace(
            self,
            rows=tuple(self.rows[place] for place in rows),
            columns=tuple(self.columns[place] for place in columns),
            cells=self.cells.at(row_places, column_places),
            row_totals=self.row_totals.at(row_places),
            column_totals=self.column_totals.at(column_places),
        )


def _largest(values: tuple[str, ...], totals: CellTotals, limit: int) -> tuple[Int64Array, Int64Array, tuple[str, ...]]:
    """The places of the values with most projects, those of the rest, and the values with OTHERS for the rest."""
    by_size = sorted(range(len(values)), key=lambda place: (-totals.projects[place], values[place]))
    largest = sorted(by_size[: limit - 1])
    return (
        np.array(largest, dtype=np.int64),
        np.array(by_size[limit - 1 :]),
        (*(values[place] for place in largest), OTHERS),
    )


def cross(
    selected: Selected, by: FacetPlaces, across: FacetPlaces, *, is_shared: bool = False, limits: Limits = (None, None)
) -> Crosstab:
    """Count a selection by two facets; `limits` are the most rows and columns."""
    rows, columns = (
        axis_of(column, selected, is_shared=is_shared, limit=limit)
        for column, limit in zip((by, across), limits, strict=True)
    )
    cells = _plain_cells(selected, rows, columns)
    row_totals, column_totals = cells.added(1), cells.added(0)
    rest = np.union1d(rows.several.projects, columns.several.projects)
    if len(rest):
        budgets = selected.budgets[rest]
        first, second = rows.entries_of(rest, budgets), columns.entries_of(rest, budgets)
        shape = len(rows.values), len(columns.values)
        cells += CellTotals(
            *(part.reshape(shape) for part in vars(_pair_totals(first, second, budgets, shape)).values())
        )
        row_totals += cell_totals(first.values, first.cents, shape[0])
        column_totals += cell_totals(second.values, second.cents, shape[1])
    occurring = np.flatnonzero(row_totals.projects), np.flatnonzero(column_totals.projects)
    return Crosstab(
        rows=tuple(rows.values[place] for place in occurring[0]),
        columns=tuple(columns.values[place] for place in occurring[1]),
        cells=cells.at(*occurring),
        row_totals=row_totals.at(occurring[0]),
        column_totals=column_totals.at(occurring[1]),
        repeats_rows=rows.repeats,
        repeats_columns=columns.repeats,
    ).limited(limits)


def _plain_cells(selected: Selected, rows: Axis, columns: Axis) -> CellTotals:
    """The cells of the projects that have one value of either facet."""
    # One more row and column take those that have several, and are then cut off.
    shape = len(rows.values) + 1, len(columns.values) + 1
    keys = rows.places.astype(np.int64)
    keys *= shape[1]
    keys += columns.places
    counted = cell_totals(keys, selected.budgets, shape[0] * shape[1])
    return CellTotals(*(part.reshape(shape)[:-1, :-1] for part in vars(counted).values()))


def _pair_totals(rows: Entries, columns: Entries, budgets: IntegerArray, shape: tuple[int, int]) -> CellTotals:
    """Count every pair of entries that one project has."""
    counts = np.bincount(columns.projects, minlength=len(budgets))
    repeats = counts[rows.projects]
    starts = np.cumsum(counts) - counts
    within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    second = np.repeat(starts[rows.projects], repeats) + within
    first = np.repeat(np.arange(len(repeats)), repeats)
    # One of the two is the whole budget, the other may be a part of it.
    cents = np.minimum(rows.cents[first], columns.cents[second])
    return cell_totals(rows.values[first] * shape[1] + columns.values[second], cents, shape[0] * shape[1])


def cell_totals(keys: Int64Array, cents: IntegerArray, size: int) -> CellTotals:
    """Count projects and add cents by the number of their cell; negative cents are not stated."""
    projects = np.bincount(keys, minlength=size)
    is_unstated = cents < 0
    if not is_unstated.any():
        return CellTotals(projects, projects, exact_sums(keys, cents, size))
    unstated = np.bincount(keys[is_unstated], minlength=size)
    return CellTotals(projects, projects - unstated, exact_sums(keys, np.maximum(cents, 0), size))


def exact_sums(keys: Int64Array, cents: IntegerArray, size: int) -> Int64Array:
    """The sum of the cents of each key; numpy adds weights as float64, so large amounts are added in two parts."""
    if not cents.any():
        return np.zeros(size, dtype=np.int64)
    if cents.sum(dtype=float) < _MAX_EXACT_SUM:
        return np.bincount(keys, cents, size).astype(np.int64)
    high, low = np.divmod(cents, 1 << _LOW_BITS)
    sums: Int64Array = np.bincount(keys, high, size).astype(np.int64) << _LOW_BITS
    sums += np.bincount(keys, low, size).astype(np.int64)
    return sums
