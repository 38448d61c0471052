"""What all published projects add up to: per term, per year, per member state, per goal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from portal.search.index.current import current_snapshot
from portal.search.index.facet_index import Sums
from portal.search.read_models.terms import TermView
from portal.vocabulary.facets import FACETS, NOT_STATED


@dataclass(frozen=True)
class CountryStats:
    """What one member state got; money in cents, `shared` splits each project equally among its states."""

    term: TermView
    projects: int
    national_projects: int
    full_budget: int
    shared_budget: int
    latest_year: int | None
    has_budget: bool


def country_stats() -> Iterator[CountryStats]:
    """Yield every benefiting member state, most projects first."""
    index, terms = (kept := current_snapshot()).index, kept.terms
    sizes = np.zeros(len(index.row_columns.ids), dtype=np.int64)
    countries = {code: rows for code, rows in index.bitmaps["country"].items() if code != NOT_STATED}
    arrays = {code: np.array(rows.to_array(), dtype=np.int64) for code, rows in countries.items()}
    for rows in arrays.values():
        sizes[rows] += 1
    budgets = np.maximum(index.row_columns.budgets, 0)
    national = index.bitmaps["coverage"].get("national", BitMap())
    for code, rows in sorted(arrays.items(), key=lambda item: (-len(item[1]), item[0])):
        if word := terms.get("country", code):
            yield CountryStats(
                term=word,
                projects=len(rows),
                national_projects=countries[code].intersection_cardinality(national),
                full_budget=int(budgets[rows].sum()),
                shared_budget=int((budgets[rows] / sizes[rows]).sum()),
                latest_year=int(index.row_columns.last_years[rows].max(initial=0)) or None,
                has_budget=bool((index.row_columns.budgets[rows] >= 0).any()),
            )


def sums_by_term(facet: str) -> list[tuple[TermView, Sums]]:
    """Sums of every term of a facet that has projects, in the order of its list."""
    kept = current_snapshot()
    bits = kept.index.bitmaps[facet]
    return [(word, kept.index.sums(bits[word.code])) for word in kept.terms.in_facet(facet) if bits.get(word.code)]


def sums_by_year() -> list[tuple[int, Sums]]:
    """Sums of every year of allocation, oldest first."""
    index = current_snapshot().index
    return [(int(year), index.sums(rows)) for year, rows in sorted(index.bitmaps["year"].items()) if year != NOT_STATED]


def count_not_stated() -> dict[str, int]:
    """How many projects leave a facet empty, for every facet that a record can state."""
    bits = current_snapshot().index.bitmaps
    return {facet: len(bits[facet][NOT_STATED]) for facet in FACETS if facet != "theme"}


def count_complete() -> int:
    """How many projects state region, country, status, coverage, type, year, budget, start and end."""
    index = current_snapshot().index
    wanted = ("region", "country", "status", "coverage", "type", "year", "budget")
    gaps = BitMap.union(*(index.bitmaps[facet][NOT_STATED] for facet in wanted))
    return len(index.all_rows - gaps - index.undated)


@dataclass(frozen=True)
class GoalStats:
    """A goal or objective: how many projects are tagged with it, and how many have a type that points to it.

    `types` are the codes of those types.
    """

    term: TermView
    tagged_projects: int
    suggested_projects: int
    types: tuple[str, ...]


def goal_stats(facet: str) -> list[GoalStats]:
    """All goals (sdg, without targets) or objectives (gcm), from tags and from the suggestions of the types."""
    kept = current_snapshot()
    bits = kept.index.bitmaps
    pointing: dict[str, list[str]] = {}
    for kind in kept.terms.in_facet("type"):
        codes = kind.extra.get(f"suggested_{facet}", "").split("|")
        for code in {code.split(".")[0] for code in codes if code}:
            pointing.setdefault(code, []).append(kind.code)
    result = []
    for word in kept.terms.in_facet(facet):
        if word.parent is None:
            types = tuple(code for code in pointing.get(word.code, ()) if bits["type"].get(code))
            rows = [bits["type"][code] for code in types]
            tagged = len(bits[facet].get(word.code, ()))
            result.append(GoalStats(word, tagged, len(BitMap.union(*rows)) if rows else 0, types))
    return result


@dataclass(frozen=True)
class RegionShare:
    """A region's share of the projects beside its share of the states on a dated eligibility list, in per cent."""

    term: TermView
    projects: int
    states: int
    project_share: float
    state_share: float


def region_shares(states: dict[str, int]) -> list[RegionShare]:
    """Compare regions; `states` counts the eligible states by region code. Projects elsewhere are left out."""
    kept = current_snapshot()
    counted = {code: len(kept.index.bitmaps["region"].get(code, ())) for code in states}
    all_projects, all_states = sum(counted.values()) or 1, sum(states.values()) or 1
    return [
        RegionShare(word, counted[code], number, 100 * counted[code] / all_projects, 100 * number / all_states)
        for code, number in states.items()
        if (word := kept.terms.get("region", code))
    ]
