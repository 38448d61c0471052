"""Index: an immutable snapshot of the published projects as bitmaps, one a facet value.

Row numbers are given in the default order (newest first), so the first page of that order is the
first bits of a selection. Pure: knows neither database nor language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from portal.search.filters import Filters
from portal.vocabulary import MANY, NOT_STATED, ONE

Ints = npt.NDArray[np.int64]
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Columns:
    """The published projects by column, all arrays of one length, in any order of rows.

    `ids` are database ids; `years`, `starts` and `ends` are years, 0 where not stated; `budgets` are cents, -1
    where not stated; `titles` is the rank of a row by title; `ones` holds a term id a row for each
    single-valued facet (0 where not stated); `manies` holds pairs (row, term id) for the others;
    `codes` maps a facet's term ids to the codes that stand in addresses.
    """

    ids: Ints
    years: Ints
    starts: Ints
    ends: Ints
    budgets: Ints
    titles: Ints
    ones: Mapping[str, Ints]
    manies: Mapping[str, tuple[Ints, Ints]]
    codes: Mapping[str, Mapping[int, str]]


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
class Index:
    """Answers every question about a selection; see `Index.of`."""

    ids: Ints
    rows: Ints = field(repr=False)
    budgets: Ints = field(repr=False)
    first_years: Ints = field(repr=False)
    last_years: Ints = field(repr=False)
    everything: BitMap = field(repr=False)
    undated: BitMap = field(repr=False)
    bits: Mapping[str, Mapping[str, BitMap]] = field(repr=False)
    by_year: tuple[Ints, Ints] = field(repr=False)
    by_budget: tuple[Ints, Ints] = field(repr=False)
    orders: Mapping[str, Ints] = field(repr=False)

    @classmethod
    def of(cls, columns: Columns) -> Index:
        """Build a snapshot: sorts the rows newest first (year of allocation, else start; undated last)."""
        known = np.where(columns.years > 0, columns.years, columns.starts)
        order = np.lexsort((-columns.ids, -columns.starts, -known))
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        ids, years, budgets = columns.ids[order], columns.years[order], columns.budgets[order]
        starts, ends = columns.starts[order], columns.ends[order]
        rows = np.full(int(ids.max(initial=0)) + 1, -1, dtype=np.int64)
        rows[ids] = np.arange(len(ids))
        everything = BitMap(range(len(ids)))
        bits: dict[str, dict[str, BitMap]] = {}
        for facet in ONE:
            if facet == "year":
                bits[facet] = grouped(np.arange(len(ids)), years, {int(y): str(y) for y in np.unique(years) if y})
            elif facet == "budget":
                bits[facet] = {}
            else:
                bits[facet] = grouped(np.arange(len(ids)), columns.ones[facet][order], columns.codes[facet])
        for facet in MANY:
            at, terms = columns.manies[facet]
            bits[facet] = grouped(place[at], terms, columns.codes[facet])
        for facet, values in bits.items():
            stated = BitMap.union(*values.values()) if values else BitMap()
            if facet == "budget":
                stated = bitmap(np.flatnonzero(budgets >= 0))
            values[NOT_STATED] = everything - stated
        known = known[order]
        title = np.argsort(columns.titles[order], kind="stable")
        return cls(
            ids=ids,
            rows=rows,
            budgets=budgets,
            first_years=np.where(starts > 0, starts, np.where(years > 0, years, ends)),
            last_years=np.where(ends > 0, ends, np.where(starts > 0, starts, years)),
            everything=everything,
            undated=bitmap(np.flatnonzero((starts == 0) | (ends == 0))),
            bits=bits,
            by_year=ascending(years, years > 0),
            by_budget=ascending(budgets, budgets >= 0),
            orders={
                "oldest": np.lexsort((np.arange(len(ids)), np.where(known > 0, known, 9999))),
                "budget": np.lexsort((np.arange(len(ids)), np.where(budgets < 0, np.iinfo(np.int64).max, budgets))),
                "-budget": np.lexsort((np.arange(len(ids)), -budgets)),
                "title": title,
            },
        )

    def rows_of(self, ids: Ints) -> BitMap:
        """The rows of those projects (database ids) that are published."""
        return bitmap(self.rows_of_each(ids))

    def rows_of_each(self, ids: Ints) -> Ints:
        """The same as an array, in the order given."""
        rows = self.rows[ids[(ids >= 0) & (ids < len(self.rows))]]
        return rows[rows >= 0]

    def select(self, filters: Filters, hits: BitMap | None, *, leave_out: str = "") -> BitMap:
        """Rows that match: OR within a facet, AND across; `hits` are the rows found by the text.

        `leave_out` names a facet whose picks are not applied.
        """
        chosen = self.everything.copy() if hits is None else hits.copy()
        for facet, values in self.bits.items():
            if facet == leave_out or not (picked := filters.values(facet)):
                continue
            found = [values.get(value, BitMap()) for value in picked]
            together = facet == "country" and filters.match_all_countries
            chosen &= BitMap.intersection(*found) if together else BitMap.union(*found)
        for bounds, low, high in (
            (self.by_year, filters.year_from, filters.year_to),
            (self.by_budget, cents(filters.budget_min), cents(filters.budget_max)),
        ):
            if low is not None or high is not None:
                chosen &= between(bounds, low, high)
        return chosen

    def counts(self, filters: Filters, hits: BitMap | None, selection: BitMap) -> Counts:
        """For each facet, how many rows each value has with the facet's own picks taken off."""
        result: Counts = {}
        for facet, values in self.bits.items():
            base = self.select(filters, hits, leave_out=facet) if filters.values(facet) else selection
            if len(base) == len(self.everything):
                result[facet] = {value: len(rows) for value, rows in values.items()}
            else:
                result[facet] = {value: base.intersection_cardinality(rows) for value, rows in values.items()}
        return result

    def page(self, selection: BitMap, order: str, first: int, count: int) -> list[int]:
        """Database ids of `count` rows from the `first`-th on (from 0), in one of SORTS but relevance."""
        if order == "newest":
            rows = np.array(selection[first : first + count], dtype=np.int64)
        else:
            chosen = np.zeros(len(self.ids), dtype=bool)
            chosen[numbers(selection)] = True
            permutation = self.orders[order]
            rows = permutation[chosen[permutation]][first : first + count]
        return [int(number) for number in self.ids[rows]]

    def sums(self, selection: BitMap) -> Sums:
        """Count, money and span of a selection."""
        rows = numbers(selection)
        budgets = self.budgets[rows]
        first, last = self.first_years[rows], self.last_years[rows]
        countries = (b for value, b in self.bits["country"].items() if value != NOT_STATED)
        return Sums(
            projects=len(rows),
            total=int(budgets[budgets > 0].sum()),
            unpriced=int((budgets < 0).sum()),
            countries=sum(selection.intersect(rows_) for rows_ in countries),
            first_year=int(first[first > 0].min()) if (first > 0).any() else None,
            last_year=int(last.max()) if (last > 0).any() else None,
        )


def bitmap(rows: Ints) -> BitMap:
    return BitMap(rows.astype(np.uint32))


def numbers(rows: BitMap) -> Ints:
    return np.array(rows.to_array(), dtype=np.int64)


def cents(dollars: int | None) -> int | None:
    return None if dollars is None else dollars * 100


def grouped(rows: Ints, terms: Ints, codes: Mapping[int, str]) -> dict[str, BitMap]:
    """Rows by code; term ids without a code (0 is "not stated") are left out."""
    order = np.argsort(terms, kind="stable")
    rows, terms = rows[order], terms[order]
    values, begins = np.unique(terms, return_index=True)
    parts = np.split(rows, begins[1:])
    return {codes[int(v)]: bitmap(part) for v, part in zip(values, parts, strict=False) if int(v) in codes}


def ascending(values: Ints, known: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """The known values in rising order, and the row of each."""
    rows = np.flatnonzero(known)
    order = np.argsort(values[rows], kind="stable")
    return values[rows][order], rows[order]


def between(bounds: tuple[Ints, Ints], low: int | None, high: int | None) -> BitMap:
    """Rows whose value lies in a closed range; a missing bound is no bound."""
    values, rows = bounds
    begin = 0 if low is None else int(np.searchsorted(values, low, "left"))
    end = len(values) if high is None else int(np.searchsorted(values, high, "right"))
    return bitmap(rows[begin:end])
