"""Axis: one facet as the rows or the columns of a table, and which of its values each project has. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from portal.search.arrays import Int64Array, RowArray
from portal.search.index.bitmaps import to_bitmap, to_row_array
from portal.search.index.facet_index import FacetIndex
from portal.vocabulary.facets import MULTI_VALUED_FACETS

# The value of the row or column that stands for all those beyond a limit. No term has an empty code.
OTHERS = ""
_SEVERAL, NO_BUDGET = -1, -1


@dataclass(frozen=True)
class Entries:
    """A project may stand in several rows of a table: one entry for each, by project.

    Parallel arrays: the place of the project in its selection, the place of the value on the axis, and the cents that
    count there, -1 for a project without a budget.
    """

    projects: Int64Array
    values: Int64Array
    cents: Int64Array


@dataclass(frozen=True)
class Axis:
    """The values of a facet that a selection has, in `values`; each project of the selection has at least one.

    `places` is the place of its value for each selected project, -1 if it has several; those stand in `several`.
    """

    values: tuple[str, ...]
    places: npt.NDArray[np.int32] = field(repr=False)
    several: Entries = field(repr=False)

    @property
    def has_several(self) -> bool:
        """Whether any project has several values, so that the table counts it several times."""
        return len(self.several.projects) > 0

    def entries_of(self, projects: Int64Array, budgets: Int64Array) -> Entries:
        """The entries of these projects (places in the selection, rising) by project, numbered from 0 in their order.

        `budgets` are those of the selection.
        """
        places = self.places[projects]
        alone = np.flatnonzero(places != _SEVERAL)
        found = np.searchsorted(projects, self.several.projects)
        is_wanted = found < len(projects)
        is_wanted[is_wanted] = projects[found[is_wanted]] == self.several.projects[is_wanted]
        order = np.argsort(numbers := np.concatenate([alone, found[is_wanted]]), kind="stable")
        values = np.concatenate([places[alone], self.several.values[is_wanted]])
        cents = np.concatenate([budgets[projects[alone]], self.several.cents[is_wanted]])
        return Entries(numbers[order], values[order], cents[order])


@dataclass(frozen=True)
class Selected:
    """The projects of a table: their rows in the index, rising, and their budgets in cents, -1 if not stated."""

    index: FacetIndex = field(repr=False)
    bitmap: BitMap
    rows: RowArray = field(repr=False)
    budgets: Int64Array = field(repr=False)

    @classmethod
    def of(cls, index: FacetIndex, bitmap: BitMap) -> Selected:
        rows = to_row_array(bitmap)
        return cls(index, bitmap, rows, index.row_columns.budgets[rows].astype(np.int64, copy=False))

    def places(self, rows: RowArray) -> Int64Array:
        """The place in this selection of rows that are in it."""
        return np.searchsorted(self.rows, rows).astype(np.int64, copy=False)


def single_axis(selected: Selected) -> Axis:
    """The axis of a table without columns: one value, which every project has."""
    return Axis((OTHERS,), np.zeros(len(selected.rows), dtype=np.int32), _no_entries())


def facet_axis(selected: Selected, facet: str, *, is_shared: bool, limit: int | None) -> Axis:
    """The axis of a facet, with NOT_STATED as a value like any other.

    With `is_shared`, a project of several member states counts with its parts, else everywhere in full. Beyond `limit`
    values, those with fewest projects are one, OTHERS.
    """
    bitmaps = _limited(_present(selected, facet), limit)
    places = _places_by_row(selected, bitmaps, facet)
    find_several = _shared_entries if facet == "country" and is_shared else _several_entries
    several = find_several(selected, bitmaps, places) if facet in MULTI_VALUED_FACETS else _no_entries()
    return Axis(tuple(bitmaps), places, several)


def _no_entries() -> Entries:
    nothing = np.empty(0, dtype=np.int64)
    return Entries(nothing, nothing, nothing)


def _present(selected: Selected, facet: str) -> dict[str, BitMap]:
    """The selected rows of each value that has any."""
    values = selected.index.bitmaps[facet]
    if len(selected.bitmap) == len(selected.index.all_rows):
        return {value: rows for value, rows in values.items() if rows}
    return {value: common for value, rows in values.items() if (common := rows & selected.bitmap)}


def _limited(bitmaps: dict[str, BitMap], limit: int | None) -> dict[str, BitMap]:
    if limit is None or len(bitmaps) <= limit:
        return bitmaps
    by_size = sorted(bitmaps, key=lambda value: (-len(bitmaps[value]), value))
    kept, folded = set(by_size[: limit - 1]), by_size[limit - 1 :]
    others = BitMap.union(*(bitmaps[value] for value in folded))
    return {value: rows for value, rows in bitmaps.items() if value in kept} | {OTHERS: others}


def _places_by_row(selected: Selected, bitmaps: Mapping[str, BitMap], facet: str) -> npt.NDArray[np.int32]:
    """The place of its value for each selected project, _SEVERAL if it has several."""
    size = len(selected.index.row_columns.ids)
    places = np.full(size, _SEVERAL, dtype=np.int32)
    arrays = [to_row_array(rows) for rows in bitmaps.values()]
    for place, rows in enumerate(arrays):
        places[rows] = place
    if facet in MULTI_VALUED_FACETS:
        counts = np.zeros(size, dtype=np.uint16)
        for rows in arrays:
            counts[rows] += 1
        places[counts > 1] = _SEVERAL
    return places[selected.rows]


def _several_entries(selected: Selected, bitmaps: Mapping[str, BitMap], places: npt.NDArray[np.int32]) -> Entries:
    """The entries of the projects that have several values, each with its whole budget."""
    rows = to_bitmap(selected.rows[places == _SEVERAL])
    if not rows:
        return _no_entries()
    parts = [(place, to_row_array(common)) for place, values in enumerate(bitmaps.values()) if (common := values & rows)]
    projects = selected.places(np.concatenate([part for _, part in parts]))
    values = np.repeat([place for place, _ in parts], [len(part) for _, part in parts])
    order = np.lexsort((values, projects))
    return Entries(projects[order], values[order], selected.budgets[projects[order]])


def _shared_entries(selected: Selected, bitmaps: Mapping[str, BitMap], places: npt.NDArray[np.int32]) -> Entries:
    """The entries of the projects of several states, each with its part of the budget."""
    parts = selected.index.country_parts
    projects = selected.places(parts.rows)
    is_wanted = projects < len(selected.rows)
    is_wanted[is_wanted] = selected.rows[projects[is_wanted]] == parts.rows[is_wanted]
    # A project whose states are all among the others has one entry, and so its whole budget there.
    is_wanted[is_wanted] = places[projects[is_wanted]] == _SEVERAL
    place_by_code = {code: place for place, code in enumerate(bitmaps)}
    terms, positions = np.unique(parts.terms[is_wanted], return_inverse=True)
    others = place_by_code.get(OTHERS, _SEVERAL)
    known = np.array([place_by_code.get(parts.codes[int(term)], others) for term in terms], dtype=np.int64)
    # Several states among the others are one entry.
    keys = projects[is_wanted] * len(bitmaps) + known[positions]
    keys, owners = np.unique(keys, return_inverse=True)
    cents = np.zeros(len(keys), dtype=np.int64)
    np.add.at(cents, owners, parts.cents[is_wanted])
    return Entries(keys // len(bitmaps), keys % len(bitmaps), np.maximum(cents, NO_BUDGET))
