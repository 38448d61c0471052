"""How an Index is made: whole from columns, or from the one before and the few projects that changed. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from pyroaring import BitMap

from portal.search.arrays import Ints, Whole
from portal.search.index.bitmaps import Amounts, Bits, bitmap, changed, grouped
from portal.search.index.facet_index import Facts, Index, Late
from portal.search.index.sort_order import Order
from portal.vocabulary.facets import MANY, NOT_STATED, ONE

_NO_YEAR, _NO_BUDGET = 9999, np.iinfo(np.int64).max


@dataclass(frozen=True)
class Columns:
    """Published projects by column, all arrays of one length, in the order of their titles.

    `ids` are database ids; `years`, `starts` and `ends` are years, 0 where not stated; `budgets` are cents, -1
    where not stated; `ones` holds a term id a row for each single-valued facet (0 where not stated); `manies`
    holds pairs (row, term id) for the others; `codes` maps a facet's term ids to the codes that stand in addresses.
    """

    ids: Whole
    years: Whole
    starts: Whole
    ends: Whole
    budgets: Whole
    ones: Mapping[str, Whole]
    manies: Mapping[str, tuple[Ints, Whole]]
    codes: Mapping[str, Mapping[int, str]]


def build(columns: Columns) -> Index:
    """An index of all projects: the rows newest first (year of allocation, else start; undated last)."""
    known = known_years(columns)
    order = np.lexsort((-columns.ids, -columns.starts, -known))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    facts = facts_of(columns, order)
    parts = parts_of(columns, order, place, facts, first=0)
    numbers = np.arange(len(order))
    rows = np.full(int(facts.ids.max(initial=0)) + 1, -1, dtype=np.int32)
    rows[facts.ids] = numbers
    oldest = np.where(facts.known > 0, facts.known, _NO_YEAR)
    cheapest = np.where(facts.budgets < 0, _NO_BUDGET, facts.budgets)
    return Index(
        built=len(order),
        facts=facts,
        rows=rows,
        everything=bitmap(numbers),
        undated=parts.undated,
        bits=parts.bits,
        first_years=parts.first_years,
        last_years=parts.last_years,
        budgets=parts.budgets,
        orders={
            "oldest": sorted_by(oldest),
            "budget": sorted_by(cheapest),
            "-budget": sorted_by(-facts.budgets),
            "title": Order(place.astype(np.uint32)),
        },
    )


def patch(index: Index, gone_ids: Sequence[int], columns: Columns, followers: Ints) -> Index:
    """The index without some projects (by database id) and with others: a changed project is in both.

    `followers` holds for each row of `columns` the database id of the project that comes next by title
    among those that stay, 0 for none. Costs a few milliseconds, so a request may wait for it.
    """
    gone_rows = sorted({int(index.rows[one]) for one in gone_ids if one < len(index.rows) and index.rows[one] >= 0})
    gone = BitMap(gone_rows)
    first = len(index.facts.ids)
    order = np.arange(len(columns.ids))
    added_facts = facts_of(columns, order)
    added = parts_of(columns, order, order, added_facts, first=first)
    facts = joined(index.facts, added_facts)
    rows = np.full(max(len(index.rows), int(columns.ids.max(initial=0)) + 1), -1, dtype=np.int32)
    rows[: len(index.rows)] = index.rows
    rows[index.facts.ids[gone_rows]] = -1
    rows[columns.ids] = first + order
    fresh = [int(row) for row in first + order]
    late = [one for one in index.late if one.row not in gone] + [Late(newest_place(index, facts, r), r) for r in fresh]
    key = newest_key(facts)
    return Index(
        built=index.built,
        facts=facts,
        rows=rows,
        everything=index.everything - gone | bitmap(first + order),
        undated=index.undated - gone | added.undated,
        bits={facet: changed(values, gone, added.bits[facet]) for facet, values in index.bits.items()},
        first_years=changed(index.first_years, gone, added.first_years),
        last_years=changed(index.last_years, gone, added.last_years),
        budgets=index.budgets.changed(gone, added.budgets),
        orders={
            name: reordered(index.orders[name], sort_key, gone_rows, fresh)
            for name, sort_key in sort_keys(facts, key).items()
        }
        | {"title": retitled(index, gone_rows, fresh, followers)},
        late=tuple(sorted(late, key=lambda one: key(one.row))),
    )


@dataclass(frozen=True)
class Parts:
    """The bitmaps of some rows."""

    undated: BitMap
    bits: Mapping[str, Bits]
    first_years: Bits
    last_years: Bits
    budgets: Amounts


def parts_of(columns: Columns, order: Ints, place: Ints, facts: Facts, *, first: int) -> Parts:
    """Bitmaps of the columns in this order; the rows are numbered from `first` on."""
    numbers = first + np.arange(len(order))
    bits: dict[str, dict[str, BitMap]] = {}
    for facet in ONE:
        if facet == "year":
            bits[facet] = by_year(numbers, columns.years[order])
        elif facet == "budget":
            bits[facet] = {}
        else:
            bits[facet] = grouped(numbers, columns.ones[facet][order], columns.codes[facet])
    for facet in MANY:
        at, terms = columns.manies[facet]
        bits[facet] = grouped(first + place[at], terms, columns.codes[facet])
    budgets = Amounts.of(numbers, facts.budgets)
    everything = bitmap(numbers)
    for facet, values in bits.items():
        stated = budgets.known if facet == "budget" else BitMap.union(BitMap(), *values.values())
        values[NOT_STATED] = everything - stated
    starts, ends = columns.starts[order], columns.ends[order]
    return Parts(
        undated=bitmap(numbers[(starts == 0) | (ends == 0)]),
        bits=bits,
        first_years=by_year(numbers, facts.first_years),
        last_years=by_year(numbers, facts.last_years),
        budgets=budgets,
    )


def facts_of(columns: Columns, order: Ints) -> Facts:
    years, starts, ends = columns.years[order], columns.starts[order], columns.ends[order]
    return Facts(
        ids=columns.ids[order],
        budgets=columns.budgets[order],
        known=known_years(columns)[order].astype(np.int16),
        starts=starts.astype(np.int16),
        first_years=np.where(starts > 0, starts, np.where(years > 0, years, ends)).astype(np.int16),
        last_years=np.where(ends > 0, ends, np.where(starts > 0, starts, years)).astype(np.int16),
    )


def joined(facts: Facts, added: Facts) -> Facts:
    return replace(
        facts, **{name: np.concatenate([getattr(facts, name), getattr(added, name)]) for name in vars(facts)}
    )


def known_years(columns: Columns) -> Whole:
    return np.where(columns.years > 0, columns.years, columns.starts)


def by_year(numbers: Ints, years: Whole) -> dict[str, BitMap]:
    return grouped(numbers, years, {int(year): str(year) for year in np.unique(years) if year > 0})


def sorted_by(values: Whole) -> Order:
    """Rows by a value, newest first among equals: their numbers are in that order already."""
    return Order(np.argsort(values, kind="stable").astype(np.uint32))


Key = tuple[int, ...]


def newest_key(facts: Facts) -> Callable[[int], Key]:
    """The default order as something to compare rows by, rising."""
    return lambda row: (-int(facts.known[row]), -int(facts.starts[row]), -int(facts.ids[row]))


def newest_place(index: Index, facts: Facts, row: int) -> int:
    """The first of the built rows that comes after a row in the default order."""
    key = newest_key(facts)
    return bisect_left(range(index.built), key(row), key=key)


def sort_keys(facts: Facts, newest: Callable[[int], Key]) -> dict[str, Callable[[int], Key]]:
    """The other orders in the same way."""
    return {
        "oldest": lambda row: (int(facts.known[row]) or _NO_YEAR, *newest(row)),
        "budget": lambda row: (int(facts.budgets[row]) if facts.budgets[row] >= 0 else _NO_BUDGET, *newest(row)),
        "-budget": lambda row: (-int(facts.budgets[row]), *newest(row)),
    }


def reordered(order: Order, key: Callable[[int], Key], gone: list[int], fresh: list[int]) -> Order:
    """An order by `key` without the rows `gone` and with `fresh` ones in their places."""

    def place(row: int) -> int:
        return bisect_left(order.rows, key(row), key=lambda other: key(int(other)))

    fresh = sorted(fresh, key=key)
    return order.inserted([place(row) for row in gone], [place(row) for row in fresh], fresh)


def retitled(index: Index, gone: list[int], fresh: list[int], followers: Ints) -> Order:
    """The order by title, where the texts are not at hand: each fresh row goes before the row that follows it."""
    order = index.orders["title"]
    at = [int(order.places[index.rows[one]]) if one else len(order.rows) for one in followers]
    return order.inserted([int(order.places[row]) for row in gone], at, fresh)
