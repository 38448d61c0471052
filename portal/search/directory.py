"""The directory: find(filters) answers a visitor from the current snapshot, which this module keeps.

What is kept serves everybody, so it is read as the public reads, whoever asks first.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyroaring import BitMap

from portal.database.public_reader import public_session
from portal.search.fulltext import text_index
from portal.search.index.caches import MAX_CACHED_AGGREGATES, MAX_CACHED_TEXTS, caches_for, put_bounded
from portal.search.index.current import current_snapshot, load_projects
from portal.search.index.facet_index import FacetCounts, FacetIndex, Sums
from portal.search.index.snapshot import Snapshot
from portal.search.query.filters import Filters
from portal.search.read_models.project import ProjectView


@dataclass(frozen=True)
class SearchResult:
    """What a search found. `order` is the sort in force."""

    filters: Filters
    projects: tuple[ProjectView, ...]
    sums: Sums
    facet_counts: FacetCounts
    sort: str
    snapshot: Snapshot

    @property
    def total(self) -> int:
        return self.sums.projects

    @property
    def last_page(self) -> int:
        return max(1, -(-self.total // self.filters.per_page))

    @property
    def is_past_last_page(self) -> bool:
        return self.filters.page > self.last_page


def text_hits(snapshot: Snapshot, filters: Filters) -> tuple[BitMap, BitMap] | None:
    """Rows that contain the search text, and those with it in title or identifiers; None without a text."""
    if not filters.text:
        return None
    cache, index = caches_for(snapshot).text_hits, snapshot.index
    if (cached := cache.get(filters.text)) is not None:
        return cached
    with public_session() as session:
        hits = text_index.match(session, filters.text)
    rows = index.rows_of(hits.all), index.rows_of(hits.title_matches)
    return put_bounded(cache, filters.text, rows, MAX_CACHED_TEXTS)


def aggregate(snapshot: Snapshot, filters: Filters, hits: BitMap | None, selection: BitMap) -> tuple[Sums, FacetCounts]:
    """The sums of a selection and the counts of every facet value."""
    cache, criteria = caches_for(snapshot).aggregates, filters.criteria
    if (cached := cache.get(criteria)) is not None:
        return cached
    computed = snapshot.index.sums(selection), snapshot.index.facet_counts(filters, hits, selection)
    return put_bounded(cache, criteria, computed, MAX_CACHED_AGGREGATES)


def find(filters: Filters) -> SearchResult:
    """Answer a search: one page of projects, counts of every facet value, sums of the whole selection."""
    snapshot = current_snapshot()
    index = snapshot.index
    hits, strong = text_hits(snapshot, filters) or (None, BitMap())
    selection = index.select(filters, hits)
    first, order = (filters.page - 1) * filters.per_page, filters.effective_sort
    if order == "relevance":
        ids = page_by_relevance(index, selection, strong, first, filters.per_page)
    else:
        ids = index.page(selection, order, first, filters.per_page)
    sums, counts = aggregate(snapshot, filters, hits, selection)
    return SearchResult(
        filters=filters,
        projects=load_projects(snapshot, ids),
        sums=sums,
        facet_counts=counts,
        sort=order,
        snapshot=snapshot,
    )


def page_by_relevance(index: FacetIndex, selection: BitMap, title_hits: BitMap, first: int, count: int) -> list[int]:
    """Database ids of a selection: those that have the text in title or identifiers, then the rest; newest first."""
    best = selection & title_hits
    page = index.page(best, "newest", first, count)
    return page + index.page(selection - title_hits, "newest", max(first - len(best), 0), count - len(page))


def count_matches(filters: Filters) -> int:
    """How many projects match."""
    snapshot = current_snapshot()
    hits, _ = text_hits(snapshot, filters) or (None, None)
    return len(snapshot.index.select(filters, hits))


def relaxations(filters: Filters) -> list[tuple[Filters, str, str, int]]:
    """For a search without result: each part taken off alone (rest, name, value, projects), most first."""
    parts = [(chip.remaining, chip.name, chip.value) for chip in filters.parts() if not chip.invalid]
    return sorted(((rest, name, value, count_matches(rest)) for rest, name, value in parts), key=lambda part: -part[3])
