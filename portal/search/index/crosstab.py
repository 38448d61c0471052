"""Crosstab: a selection of projects counted by one facet, or by two, with totals that count each project once. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from pyroaring import BitMap

from portal.search.arrays import Int64Array
from portal.search.index.axis import Axis, Entries, Selected, facet_axis, single_axis
from portal.search.index.facet_index import FacetIndex

# Up to this sum, float64 adds whole numbers exactly.
_MAX_EXACT_SUM = 2**53
_LOW_BITS = 24


@dataclass(frozen=True)
class Tally:
    """Parallel arrays of any one shape: projects, those of them that state a budget, and their cents."""

    projects: Int64Array
    stated: Int64Array
    cents: Int64Array

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.projects + other.projects, self.stated + other.stated, self.cents + other.cents)


@dataclass(frozen=True)
class Crosstab:
    """`cells` has a row for each of `rows` and a column for each of `columns`: the values of the facets that occur.

    The totals of a row, of a column and of everything count each project once, with its whole budget; so cells of a
    facet with several values add up to more. Shared value is the exception: it adds up over member states.
    `has_several` says whether any project stands in several rows or columns.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Tally = field(repr=False)
    row_totals: Tally = field(repr=False)
    column_totals: Tally = field(repr=False)
    total: Tally
    has_several: bool


def cross(
    index: FacetIndex,
    selection: BitMap,
    by: str,
    across: str,
    *,
    is_shared: bool = False,
    limits: tuple[int | None, int | None] = (None, None),
) -> Crosstab:
    """Count a selection by one facet (across is "") or by two; `limits` are the most rows and columns."""
    selected = Selected.of(index, selection)
    rows = facet_axis(selected, by, is_shared=is_shared, limit=limits[0])
    everything = single_axis(selected)
    columns = facet_axis(selected, across, is_shared=is_shared, limit=limits[1]) if across else everything
    cells = tally_cells(selected, rows, columns)
    return Crosstab(
        rows=rows.values,
        columns=columns.values,
        cells=cells,
        row_totals=_totals(selected, cells, rows, columns, everything, axis=1),
        column_totals=_totals(selected, cells, columns, rows, everything, axis=0),
        total=_flat(tally_cells(selected, everything, everything)),
        has_several=rows.has_several or columns.has_several,
    )


def _totals(selected: Selected, cells: Tally, own: Axis, other: Axis, everything: Axis, *, axis: int) -> Tally:
    """The totals of the values of one axis. Each project counts once where the other axis counts it once."""
    if not other.has_several:
        return Tally(*(part.sum(axis=axis) for part in vars(cells).values()))
    return _flat(tally_cells(selected, own, everything))


def _flat(tally: Tally) -> Tally:
    return Tally(*(part.ravel() for part in vars(tally).values()))


def tally_cells(selected: Selected, rows: Axis, columns: Axis) -> Tally:
    """The table of two axes."""
    shape = len(rows.values), len(columns.values)
    is_plain = np.ones(len(selected.rows), dtype=bool)
    for axis in (rows, columns):
        is_plain[axis.several.projects] = False
    if is_plain.all():
        return tally(rows.places.astype(np.int64) * shape[1] + columns.places, selected.budgets, shape)
    keys = rows.places[is_plain].astype(np.int64) * shape[1] + columns.places[is_plain]
    plain = tally(keys, selected.budgets[is_plain], shape)
    rest = np.flatnonzero(~is_plain)
    first, second = (axis.entries_of(rest, selected.budgets) for axis in (rows, columns))
    return plain + tally(*joined(first, second, selected.budgets[rest], shape[1]), shape)


def joined(rows: Entries, columns: Entries, budgets: Int64Array, width: int) -> tuple[Int64Array, Int64Array]:
    """The number of the cell and the cents of every pair of entries that one project has.

    An entry with a part of the budget counts in each of its cells with that part.
    """
    counts = np.bincount(columns.projects, minlength=len(budgets))
    repeats = counts[rows.projects]
    starts = np.cumsum(counts) - counts
    within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    second = np.repeat(starts[rows.projects], repeats) + within
    first = np.repeat(np.arange(len(repeats)), repeats)
    # One of the two is the whole budget, the other may be a part.
    cents = np.minimum(rows.cents[first], columns.cents[second])
    return rows.values[first] * width + columns.values[second], cents


def tally(keys: Int64Array, cents: Int64Array, shape: tuple[int, int]) -> Tally:
    """Count projects and add cents by the number of their cell."""
    size = shape[0] * shape[1]
    is_stated = cents >= 0
    if is_stated.all():
        projects = stated = np.bincount(keys, minlength=size)
    else:
        projects = np.bincount(keys, minlength=size)
        keys, cents = keys[is_stated], cents[is_stated]
        stated = np.bincount(keys, minlength=size)
    return Tally(*(part.reshape(shape) for part in (projects, stated, exact_sums(keys, cents, size))))


def exact_sums(keys: Int64Array, cents: Int64Array, size: int) -> Int64Array:
    """The sum of the cents of each key; numpy adds weights as float64, so large amounts are added in two parts."""
    if not len(cents) or int(cents.max()) * len(cents) < _MAX_EXACT_SUM or float(cents.sum(dtype=float)) < _MAX_EXACT_SUM:
        return np.bincount(keys, cents, size).astype(np.int64)
    high, low = np.divmod(cents, 1 << _LOW_BITS)
    sums: Int64Array = (np.bincount(keys, high, size).astype(np.int64) << _LOW_BITS) + np.bincount(
        keys, low, size
    ).astype(np.int64)
    return sums
