"""What eligible member states have received: each of them, and those of each region together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from portal.search.directory import sums_of
from portal.search.index.caches import MAX_CACHED_STATISTICS, caches_for, remember
from portal.search.index.current import current_snapshot
from portal.search.index.snapshot import Snapshot
from portal.search.query.filters import Filters
from portal.search.read_models.sums import Sums
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
    counted: tuple[EligibleRegion, ...] = remember(
        caches_for(snapshot).statistics,
        ("eligible states", ""),
        MAX_CACHED_STATISTICS,
        lambda: tuple(_count(snapshot)),
    )
    return counted


def _count(snapshot: Snapshot) -> Iterator[EligibleRegion]:
    terms = snapshot.terms
    for code, (states, listed) in eligible_states().items():
        known = [term for alpha3 in listed if (term := terms.get("country", alpha3))]
        if region := terms.get("region", code):
            each = tuple((term, _received(snapshot, [term])) for term in known)
            yield EligibleRegion(region, states, each, _received(snapshot, known))


def _received(snapshot: Snapshot, states: Sequence[TermView]) -> Received:
    filters = Filters(selected=frozenset(("country", state.code) for state in states))
    # Without any state the search would find everything.
    selection = snapshot.index.select(filters, None) if states else BitMap()
    return Received(filters, sums_of(snapshot, filters, selection))
