"""Statistics of all published projects: by term, member state and goal; and the shares of regions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from portal.search.index.axis import Selected
from portal.search.index.caches import MAX_CACHED_STATISTICS, caches_for, places_of, remember
from portal.search.index.crosstab import cross
from portal.search.index.current import current_snapshot
from portal.search.index.snapshot import Snapshot
from portal.search.read_models.sums import Sums
from portal.search.read_models.terms import TermView
from portal.vocabulary.facets import NOT_STATED


@dataclass(frozen=True)
class CountryStats:
    """Statistics of one member state; budgets in US cents.

    `full_budget` counts each project in full, `shared_budget` is the part of the state (search.shares);
    `without_budget` projects state none.
    """

    term: TermView
    projects: int
    national_projects: int
    full_budget: int
    shared_budget: int
    latest_year: int | None
    without_budget: int

    @property
    def has_budget(self) -> bool:
        return self.without_budget < self.projects


def country_stats(region: str = "") -> tuple[CountryStats, ...]:
    """All benefiting member states, most projects first; with a region those of its projects."""
    snapshot = current_snapshot()
    counted: tuple[CountryStats, ...] = remember(
        caches_for(snapshot).statistics,
        ("states", region),
        MAX_CACHED_STATISTICS,
        lambda: tuple(_count_countries(snapshot, region)),
    )
    return counted


def _count_countries(snapshot: Snapshot, region: str) -> Iterator[CountryStats]:
    index, terms = snapshot.index, snapshot.terms
    selection = index.bitmaps["region"].get(region, BitMap()) if region else index.all_rows
    countries = {code: rows & selection for code, rows in index.bitmaps["country"].items() if code != NOT_STATED}
    arrays = {code: np.array(rows.to_array(), dtype=np.int64) for code, rows in countries.items() if rows}
    budgets, shared = np.maximum(index.row_columns.budgets, 0), shared_budgets(snapshot, selection)
    national = index.bitmaps["coverage"].get("national", BitMap())
    for code, rows in sorted(arrays.items(), key=lambda item: (-len(item[1]), item[0])):
        if term := terms.get("country", code):
            yield CountryStats(
                term=term,
                projects=len(rows),
                national_projects=countries[code].intersection_cardinality(national),
                full_budget=int(budgets[rows].sum()),
                shared_budget=shared[code],
                latest_year=int(index.row_columns.last_years[rows].max(initial=0)) or None,
                without_budget=int((index.row_columns.budgets[rows] < 0).sum()),
            )


def shared_budgets(snapshot: Snapshot, selection: BitMap) -> dict[str, int]:
    """The parts of each member state in the budgets of a selection, in cents; NOT_STATED for those without any."""
    selected = Selected.from_selection(snapshot.index, selection)
    table = cross(selected, places_of(snapshot, "country"), places_of(snapshot, ""), is_shared=True)
    return dict(zip(table.rows, table.row_totals.cents.tolist(), strict=True))


def sums_by_term(facet: str) -> list[tuple[TermView, Sums]]:
    """Sums of each term of a facet that has projects, in the order of its list."""
    snapshot = current_snapshot()
    index, bitmaps = snapshot.index, snapshot.index.bitmaps[facet]
    terms = [term for term in snapshot.terms.in_facet(facet) if bitmaps.get(term.code)]
    counted: list[tuple[TermView, Sums]] = remember(
        caches_for(snapshot).statistics,
        (facet, ""),
        MAX_CACHED_STATISTICS,
        lambda: [(term, index.sums(bitmaps[term.code])) for term in terms],
    )
    return counted


@dataclass(frozen=True)
class RegionShare:
    """A region's share of the projects and of the states on a dated eligibility list, in per cent."""

    term: TermView
    projects: int
    states: int
    project_share: float
    state_share: float


def region_shares(states: Mapping[str, int], projects: Mapping[str, int]) -> list[RegionShare]:
    """The shares of each region with eligible states; both count by region code. Ignores projects elsewhere."""
    terms = current_snapshot().terms
    counts = {code: projects.get(code, 0) for code in states}
    all_projects, all_states = sum(counts.values()) or 1, sum(states.values()) or 1
    return [
        RegionShare(term, counts[code], count, 100 * counts[code] / all_projects, 100 * count / all_states)
        for code, count in states.items()
        if (term := terms.get("region", code))
    ]
