"""What eligible member states have received: each of them, and those of each region together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from portal.search.directory import sums_of
from portal.search.index.caches import MAX_CACHED_STATISTICS, caches_for, put_bounded
from portal.search.index.current import current_snapshot
from portal.search.index.facet_index import Sums
from portal.search.query.filters import Filters
from portal.search.read_models.terms import TermView
from portal.vocabulary.term_lists import eligible_states


@dataclass(frozen=True)
class Received:
    """The projects that benefit some states: `filters` finds them, and `sums` has what the states receive of them."""

    filters: Filters
    sums: Sums


@dataclass(frozen=True)
class EligibleRegion:
    """A region with the states of it that are known to be eligible; `states` is how many there are.

    `is_whole`: all of them are known, so those without any project can be named.
    """

    term: TermView
    states: int
    listed: tuple[tuple[TermView, Received], ...]
    together: Received

    @property
    def is_whole(self) -> bool:
        return len(self.listed) == self.states

    @property
    def without_projects(self) -> tuple[TermView, ...]:
        """The known states that no record names."""
        return tuple(state for state, received in self.listed if not received.sums.projects)


def eligible_regions() -> tuple[EligibleRegion, ...]:
    """The regions of the dated list of eligible states, in its order."""
    snapshot = current_snapshot()
    cache, key = caches_for(snapshot).statistics, ("eligible states", "")
    counted: tuple[EligibleRegion, ...] | None = cache.get(key)
    if counted is None:
        counted = put_bounded(cache, key, tuple(_count()), MAX_CACHED_STATISTICS)
    return counted


def _count() -> list[EligibleRegion]:
    terms, regions = current_snapshot().terms, []
    for code, (states, listed) in eligible_states().items():
        known = [term for alpha3 in listed if (term := terms.get("country", alpha3))]
        if region := terms.get("region", code):
            together = _received([term.code for term in known])
            regions.append(
                EligibleRegion(region, states, tuple((term, _received([term.code])) for term in known), together)
            )
    return regions


def _received(codes: Collection[str]) -> Received:
    snapshot = current_snapshot()
    filters = Filters(selected=frozenset(("country", code) for code in codes))
    selection = snapshot.index.select(filters, None) if codes else snapshot.index.all_rows - snapshot.index.all_rows
    return Received(filters, sums_of(snapshot, filters, selection))
