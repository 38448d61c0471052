"""Axis: one facet as the rows or the columns of a table, and which of its values each project has. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from pyroaring import BitMap

from portal.search.arrays import Int64Array, IntegerArray, RowArray
from portal.search.index.bitmaps import to_row_array
from portal.search.index.facet_index import FacetIndex
from portal.vocabulary.facets import MULTI_VALUED_FACETS

# The value of the row or column that stands for all those beyond a limit. No term has an empty code.
OTHERS = ""
_MAX_SMALL_PLACES = np.iinfo(np.int16).max


@dataclass(frozen=True)
class FacetPlaces:
    """One facet of an index by row, NOT_STATED among its values like any other.

    `places` is the place of its value for each row, len(values) for a row with several. `rows` and `several` are
    parallel, by row: one entry for each value of those. `parts` are their parts of the budget in cents, -1 if it is not
    stated; None for a facet over which no money is split.
    """

    values: tuple[str, ...]
    places: IntegerArray = field(repr=False)
    rows: RowArray = field(repr=False)
    several: IntegerArray = field(repr=False)
    parts: Int64Array | None = field(default=None, repr=False)


def facet_places(index: FacetIndex, facet: str) -> FacetPlaces:
    """The places of all rows; the facet "" has one value, which every row has."""
    bitmaps = index.bitmaps[facet] if facet else {OTHERS: index.all_rows}
    size, values = len(bitmaps), tuple(bitmaps)
    arrays = [to_row_array(rows) for rows in bitmaps.values()]
    dtype: type[np.int16] | type[np.int32] = np.int16 if size < _MAX_SMALL_PLACES else np.int32
    places: IntegerArray = np.full(len(index.row_columns.ids), size, dtype=dtype)
    for place, rows in enumerate(arrays):
        places[rows] = place
    if facet not in MULTI_VALUED_FACETS:
        nothing = np.empty(0, dtype=np.uint32)
        return FacetPlaces(values, places, nothing, nothing)
    # Of a row with several values, the last one overwrote the others.
    overwritten = [rows[places[rows] != place] for place, rows in enumerate(arrays)]
    has_several = np.zeros(len(places), dtype=bool)
    has_several[np.concatenate(overwritten)] = True
    places[has_several] = size
    if facet == "country":
        return FacetPlaces(values, places, *_country_entries(index, values, has_several))
    entries = [rows[has_several[rows]] for rows in arrays]
    several = np.repeat(np.arange(size), [len(rows) for rows in entries])
    order = np.argsort(rows := np.concatenate(entries), kind="stable")
    return FacetPlaces(values, places, rows[order], several[order])


def _country_entries(
    index: FacetIndex, values: tuple[str, ...], has_several: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> tuple[RowArray, IntegerArray, Int64Array]:
    parts = index.country_parts
    is_current = has_several[parts.rows]
    place_by_code = {code: place for place, code in enumerate(values)}
    terms, positions = np.unique(parts.terms[is_current], return_inverse=True)
    places = np.array([place_by_code[parts.codes[int(term)]] for term in terms], dtype=np.int64)
    return parts.rows[is_current], places[positions], parts.cents[is_current]


@dataclass(frozen=True)
class Selected:
    """The projects of a table: their rows in the index, rising, and their budgets in cents, -1 if not stated.

    Where projects alone are counted, all budgets are 0. `is_everything`: these are all rows that the index has.
    """

    rows: RowArray = field(repr=False)
    budgets: IntegerArray = field(repr=False)
    is_everything: bool = False

    @classmethod
    def from_selection(cls, index: FacetIndex, selection: BitMap, *, counts_only: bool = False) -> Selected:
        rows, budgets = to_row_array(selection), index.row_columns.budgets
        is_everything = len(rows) == len(budgets)
        if counts_only:
            budgets = np.zeros(len(rows), dtype=np.int64)
        elif not is_everything:
            budgets = budgets[rows]
        return cls(rows, budgets, is_everything)


@dataclass(frozen=True)
class Entries:
    """A project may stand in several rows of a table: one entry for each, by project.

    Parallel arrays: the number of the project, the place of the value on the axis, and the cents that count there.
    """

    projects: Int64Array
    values: Int64Array
    cents: IntegerArray


@dataclass(frozen=True)
class Axis:
    """A facet for the projects of a selection, numbered in its order; as FacetPlaces, but with their entries."""

    values: tuple[str, ...]
    places: IntegerArray = field(repr=False)
    several: Entries = field(repr=False)

    @property
    def repeats(self) -> bool:
        """Whether any project has several values."""
        return len(self.several.projects) > 0

    def entries_of(self, projects: Int64Array, budgets: IntegerArray) -> Entries:
        """The entries of these projects, rising, now numbered from 0 in their order; `budgets` are theirs."""
        places = self.places[projects]
        alone = np.flatnonzero(places < len(self.values))
        numbers, is_wanted = _find(projects, self.several.projects)
        numbers = np.concatenate([alone, numbers])
        values = np.concatenate([places[alone], self.several.values[is_wanted]])
        cents = np.concatenate([budgets[alone], self.several.cents[is_wanted]])
        order = np.argsort(numbers, kind="stable")
        return Entries(numbers[order], values[order].astype(np.int64), cents[order])


def axis_of(column: FacetPlaces, selected: Selected, *, is_shared: bool, limit: int | None) -> Axis:
    """The axis of a facet for a selection.

    With `is_shared`, a project of several member states counts with its parts, else everywhere in full. Beyond `limit`
    values, those with fewest projects are one, OTHERS.
    """
    places = column.places if selected.is_everything else column.places[selected.rows]
    projects, is_wanted = _find(selected.rows, column.rows)
    values = column.several[is_wanted].astype(np.int64)
    is_split = is_shared and column.parts is not None
    cents = column.parts[is_wanted] if is_split and column.parts is not None else selected.budgets[projects]
    axis = Axis(column.values, places, Entries(projects, values, cents))
    # An axis of which each project has one value is folded when its cells are counted: that takes less time.
    is_folded = limit is not None and len(axis.values) > limit and axis.repeats
    return _limited(axis, limit or 0, is_split=is_split) if is_folded else axis


def _find(known: IntegerArray, wanted: IntegerArray) -> tuple[Int64Array, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Where those of the wanted numbers are that are known, and which they are; both arrays rise."""
    places = np.searchsorted(known, wanted)
    is_known = places < len(known)
    is_known[is_known] = known[places[is_known]] == wanted[is_known]
    return places[is_known].astype(np.int64), is_known


def _limited(axis: Axis, limit: int, *, is_split: bool) -> Axis:
    size, several = len(axis.values), axis.several
    counts = np.bincount(axis.places, minlength=size + 1)[:size] + np.bincount(several.values, minlength=size)
    if np.count_nonzero(counts) <= limit:
        return axis
    by_size = sorted(range(size), key=lambda place: (-counts[place], axis.values[place]))
    largest = sorted(by_size[: limit - 1])
    new_places = np.full(size + 1, limit - 1, dtype=axis.places.dtype)
    new_places[largest] = np.arange(limit - 1)
    new_places[size] = limit
    # A project with several of the others is one entry.
    keys, first, owners = np.unique(
        several.projects * limit + new_places[several.values].astype(np.int64), return_index=True, return_inverse=True
    )
    cents = several.cents[first]
    if is_split:
        cents = np.zeros(len(keys), dtype=np.int64)
        np.add.at(cents, owners, several.cents)
        cents = np.maximum(cents, -1)
    values = (*(axis.values[place] for place in largest), OTHERS)
    return Axis(values, new_places[axis.places], Entries(keys // limit, keys % limit, cents))
