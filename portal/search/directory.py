"""The directory: find(filters) answers a visitor from the current snapshot, which this module keeps.

What is kept serves everybody, so it is read as the public reads, whoever asks first.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyroaring import BitMap

from portal.database.public_reader import reading
from portal.search.fulltext import text_index
from portal.search.index.current import current, shown
from portal.search.index.facet_index import Counts, Index, Sums
from portal.search.index.snapshot import Snapshot
from portal.search.query.filters import Filters
from portal.search.read_models.project import Listing


@dataclass(frozen=True)
class Found:
    """What a search found. `order` is the sort in force."""

    filters: Filters
    projects: tuple[Listing, ...]
    sums: Sums
    counts: Counts
    order: str
    snapshot: Snapshot

    @property
    def total(self) -> int:
        return self.sums.projects

    @property
    def last_page(self) -> int:
        return max(1, -(-self.total // self.filters.per_page))

    @property
    def is_past_the_end(self) -> bool:
        return self.filters.page > self.last_page


def hits_of(snapshot: Snapshot, filters: Filters) -> tuple[BitMap, BitMap] | None:
    """Rows found by the text, and which of them have it in title or identifiers; None without a text."""
    if not filters.text:
        return None
    if (kept := snapshot.texts.get(filters.text)) is not None:
        return kept
    with reading() as session:
        hits = text_index.match(session, filters.text)
    index = snapshot.index
    return snapshot.remember(filters.text, (index.rows_of(hits.all), index.rows_of(hits.strong)))


def find(filters: Filters) -> Found:
    """Answer a search: one page of projects, counts of every facet value, sums of the whole selection."""
    snapshot = current()
    index = snapshot.index
    hits, strong = hits_of(snapshot, filters) or (None, BitMap())
    selection = index.select(filters, hits)
    first, order = (filters.page - 1) * filters.per_page, filters.order
    if order == "relevance":
        ids = by_relevance(index, selection, strong, first, filters.per_page)
    else:
        ids = index.page(selection, order, first, filters.per_page)
    sums, counts = snapshot.tally(filters, hits, selection)
    return Found(
        filters=filters,
        projects=shown(snapshot, ids),
        sums=sums,
        counts=counts,
        order=order,
        snapshot=snapshot,
    )


def by_relevance(index: Index, selection: BitMap, strong: BitMap, first: int, count: int) -> list[int]:
    """Database ids of a selection: those that have the text in title or identifiers, then the rest; newest first."""
    best = selection & strong
    page = index.page(best, "newest", first, count)
    return page + index.page(selection - strong, "newest", max(first - len(best), 0), count - len(page))


def total(filters: Filters) -> int:
    """How many projects match."""
    snapshot = current()
    hits, _ = hits_of(snapshot, filters) or (None, None)
    return len(snapshot.index.select(filters, hits))


def rescue(filters: Filters) -> list[tuple[Filters, str, str, int]]:
    """For a search without result: each part taken off alone (rest, name, value, projects), most first."""
    parts = [(chip.rest, chip.name, chip.value) for chip in filters.chips() if not chip.odd]
    return sorted(((rest, name, value, total(rest)) for rest, name, value in parts), key=lambda part: -part[3])
