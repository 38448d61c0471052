"""What all published projects add up to: per term, per year, per member state, per goal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from portal.search.index.current import current
from portal.search.index.facet_index import Sums
from portal.search.read_models.terms import Word
from portal.vocabulary.facets import FACETS, NOT_STATED


@dataclass(frozen=True)
class Place:
    """What one member state got; money in cents, `shared` splits each project equally among its states."""

    word: Word
    projects: int
    national: int
    full: int
    shared: int
    latest: int | None


def places() -> Iterator[Place]:
    """Yield every benefiting member state, most projects first."""
    index, terms = (kept := current()).index, kept.terms
    sizes = np.zeros(len(index.facts.ids), dtype=np.int64)
    countries = {code: rows for code, rows in index.bits["country"].items() if code != NOT_STATED}
    arrays = {code: np.array(rows.to_array(), dtype=np.int64) for code, rows in countries.items()}
    for rows in arrays.values():
        sizes[rows] += 1
    budgets = np.maximum(index.facts.budgets, 0)
    national = index.bits["coverage"].get("national", BitMap())
    for code, rows in sorted(arrays.items(), key=lambda item: (-len(item[1]), item[0])):
        if word := terms.get("country", code):
            yield Place(
                word=word,
                projects=len(rows),
                national=countries[code].intersection_cardinality(national),
                full=int(budgets[rows].sum()),
                shared=int((budgets[rows] / sizes[rows]).sum()),
                latest=int(index.facts.last_years[rows].max(initial=0)) or None,
            )


def sums_of(facet: str) -> list[tuple[Word, Sums]]:
    """Sums of every term of a facet that has projects, in the order of its list."""
    kept = current()
    bits = kept.index.bits[facet]
    return [(word, kept.index.sums(bits[word.code])) for word in kept.terms.of(facet) if bits.get(word.code)]


def sums_by_year() -> list[tuple[int, Sums]]:
    """Sums of every year of allocation, oldest first."""
    index = current().index
    return [(int(year), index.sums(rows)) for year, rows in sorted(index.bits["year"].items()) if year != NOT_STATED]


def not_stated() -> dict[str, int]:
    """How many projects leave a facet empty, for every facet that a record can state."""
    bits = current().index.bits
    return {facet: len(bits[facet][NOT_STATED]) for facet in FACETS if facet != "theme"}


def complete() -> int:
    """How many projects state region, country, status, coverage, type, year, budget, start and end."""
    index = current().index
    wanted = ("region", "country", "status", "coverage", "type", "year", "budget")
    gaps = BitMap.union(*(index.bits[facet][NOT_STATED] for facet in wanted))
    return len(index.everything - gaps - index.undated)


@dataclass(frozen=True)
class Aim:
    """A goal or objective: how many projects are tagged with it, and how many have a type that points to it.

    `types` are the codes of those types.
    """

    word: Word
    tagged: int
    pointed: int
    types: tuple[str, ...]


def aims(facet: str) -> list[Aim]:
    """All goals (sdg, without targets) or objectives (gcm), from tags and from the suggestions of the types."""
    kept = current()
    bits = kept.index.bits
    pointing: dict[str, list[str]] = {}
    for kind in kept.terms.of("type"):
        codes = kind.extra.get(f"suggested_{facet}", "").split("|")
        for code in {code.split(".")[0] for code in codes if code}:
            pointing.setdefault(code, []).append(kind.code)
    result = []
    for word in kept.terms.of(facet):
        if word.parent is None:
            types = tuple(code for code in pointing.get(word.code, ()) if bits["type"].get(code))
            rows = [bits["type"][code] for code in types]
            tagged = len(bits[facet].get(word.code, ()))
            result.append(Aim(word, tagged, len(BitMap.union(*rows)) if rows else 0, types))
    return result


@dataclass(frozen=True)
class Share:
    """A region's share of the projects beside its share of the states on a dated eligibility list, in per cent."""

    word: Word
    projects: int
    states: int
    project_share: float
    state_share: float


def shares(states: dict[str, int]) -> list[Share]:
    """Compare regions; `states` counts the eligible states by region code. Projects elsewhere are left out."""
    kept = current()
    counted = {code: len(kept.index.bits["region"].get(code, ())) for code in states}
    all_projects, all_states = sum(counted.values()) or 1, sum(states.values()) or 1
    return [
        Share(word, counted[code], number, 100 * counted[code] / all_projects, 100 * number / all_states)
        for code, number in states.items()
        if (word := kept.terms.get("region", code))
    ]
