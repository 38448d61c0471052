"""The directory: find(filters) answers a search from the current snapshot.

The snapshot is shared, so it is always loaded through the read-only public connection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from pyroaring import BitMap
from sqlalchemy.exc import OperationalError

from portal.database.public_reader import public_session
from portal.errors import TextSearchUnavailable
from portal.search.arrays import IntegerArray
from portal.search.fulltext import text_index
from portal.search.index.caches import (
    MAX_CACHED_AGGREGATES,
    MAX_CACHED_RANGES,
    MAX_CACHED_TEXTS,
    TextHits,
    caches_for,
    put_bounded,
    remember,
)
from portal.search.index.current import current_snapshot, load_projects, outage
from portal.search.index.facet_index import FacetCounts, FacetIndex
from portal.search.index.shared_value import shared_cents
from portal.search.index.snapshot import Snapshot
from portal.search.query.filters import Filters
from portal.search.read_models.project import ProjectView
from portal.search.read_models.sums import Sums
from portal.search.read_models.terms import Terms
from portal.search.words.word_index import WordHits
from portal.search.words.word_store import words_at
from portal.vocabulary.facets import NOT_STATED
from portal.vocabulary.status_rules import CANCELLED, PLANNED, status_rules, statuses_that_count_as


@dataclass(frozen=True)
class SearchResult:
    """One page of matching projects, with the sums and facet counts of the whole selection.

    `sort` is the sort order in use, one of SORTS; `snapshot` is the one that the search used. `missing` projects of the
    page are not in memory, while the database does not answer.
    """

    filters: Filters
    projects: tuple[ProjectView, ...]
    sums: Sums
    facet_counts: FacetCounts
    sort: str
    snapshot: Snapshot
    missing: int = 0

    @property
    def total(self) -> int:
        return self.sums.projects

    @property
    def last_page(self) -> int:
        return max(1, -(-self.total // self.filters.per_page))

    @property
    def is_past_last_page(self) -> bool:
        return self.filters.page > self.last_page


def is_known_text(text: str) -> bool:
    """Whether the rows of this text are known already, or there is no text, so that nobody needs to look for them."""
    return not text or text in caches_for(current_snapshot()).text_hits


def text_hits(snapshot: Snapshot, filters: Filters) -> TextHits | None:
    """The rows that contain the search text, and which of them are listed first; None without a text."""
    if not filters.text:
        return None
    cache, index = caches_for(snapshot).text_hits, snapshot.index
    if (cached := cache.get(filters.text)) is not None:
        return cached
    words = words_at(snapshot.catalogue_version)
    hits = (words and words.match(index, snapshot.terms, filters.text)) or _ask_database(index, filters.text)
    country = snapshot.terms.country_named(filters.text.strip('"'))
    of_country = index.bitmaps["country"].get(country, BitMap()) if country else BitMap()
    rows = TextHits(hits.all, (of_country, hits.whole_word_matches, hits.title_matches))
    return put_bounded(cache, filters.text, rows, MAX_CACHED_TEXTS)


def _ask_database(index: FacetIndex, text: str) -> WordHits:
    try:
        with public_session() as session:
            hits = text_index.match(session, text)
    except OperationalError as error:
        if outage():
            raise TextSearchUnavailable from error
        raise
    return WordHits(index.rows_of(hits.whole_word_matches), index.rows_of(hits.title_matches), index.rows_of(hits.all))


def aggregate(snapshot: Snapshot, filters: Filters, hits: BitMap | None, selection: BitMap) -> tuple[Sums, FacetCounts]:
    """The sums of a selection and the counts of every facet value."""
    return remember(
        caches_for(snapshot).aggregates,
        filters.criteria,
        MAX_CACHED_AGGREGATES,
        lambda: (sums_of(snapshot, filters, selection), snapshot.index.facet_counts(filters, hits, selection)),
    )


@dataclass(frozen=True)
class WholeSelection:
    """All matching projects, as database ids in the order of the search; `filters` have the current codes of terms."""

    filters: Filters
    ids: IntegerArray
    sums: Sums
    snapshot: Snapshot


def find_all(filters: Filters) -> WholeSelection:
    """Answer a search with all its projects, whatever page it names."""
    snapshot = current_snapshot()
    index, filters = snapshot.index, with_current_codes(snapshot, filters)
    hits, tiers = text_hits(snapshot, filters) or (None, ())
    selection = selected(snapshot, filters, hits)
    if filters.effective_sort == "relevance":
        parts = [index.ordered_ids(part, "newest") for part in split_by_relevance(selection, tiers)]
        ids = np.concatenate(parts)
    else:
        ids = index.ordered_ids(selection, filters.effective_sort)
    return WholeSelection(filters, ids, sums_of(snapshot, filters, selection), snapshot)


def sums_of(snapshot: Snapshot, filters: Filters, selection: BitMap) -> Sums:
    """The totals of a search; with member states chosen also what they receive."""
    index = snapshot.index
    parts = [
        index.with_status(selection, counts_as, statuses_of(snapshot.terms, counts_as))
        for counts_as in (PLANNED, CANCELLED)
    ]
    sums = replace(index.sums(selection), not_carried_out=tuple(part for part in parts if part))
    countries = [code for code in filters.values("country") if code != NOT_STATED]
    if not countries or not sums.has_budget:
        return sums
    return replace(sums, shared_cents=shared_cents(index, selection, countries))


def statuses_of(terms: Terms, counts_as: str) -> list[str]:
    """The codes of the statuses that count as this; a status keeps its rule when it becomes part of one without any."""
    ruled = {rule.status for rule in status_rules()}
    found = dict.fromkeys(statuses_that_count_as(counts_as))
    for status in tuple(found):
        term = terms.get("status", status)
        if term and term.code not in ruled:
            found[term.code] = None
    return list(found)


def find_one(project_id: int) -> WholeSelection:
    """The selection of one project, by its database id; empty if it is not published."""
    snapshot = current_snapshot()
    selection = snapshot.index.rows_of(np.array([project_id]))
    ids = snapshot.index.ordered_ids(selection, "newest")
    return WholeSelection(Filters(), ids, sums_of(snapshot, Filters(), selection), snapshot)


def with_current_codes(snapshot: Snapshot, filters: Filters) -> Filters:
    """The filters with the codes that terms have now, in place of those that were merged into them."""
    selected = snapshot.terms.current_values(filters.selected)
    return filters if selected is filters.selected else replace(filters, selected=selected)


def selected(snapshot: Snapshot, filters: Filters, hits: BitMap | None) -> BitMap:
    """The matching rows; not to be changed."""
    if filters.budget_min is None and filters.budget_max is None:
        return snapshot.index.select(filters, hits)
    # Amounts take most of the time of a search that has them; its next page and its files need the same rows.
    return remember(
        caches_for(snapshot).ranges,
        filters.criteria,
        MAX_CACHED_RANGES,
        lambda: snapshot.index.select(filters, hits),
    )


def find(filters: Filters, *, may_miss: bool = False) -> SearchResult:
    """Answer a search: one page of projects, counts of every facet value, sums of the whole selection.

    `may_miss`: see index.current.load_projects.
    """
    snapshot = current_snapshot()
    index, filters = snapshot.index, with_current_codes(snapshot, filters)
    hits, tiers = text_hits(snapshot, filters) or (None, ())
    selection = selected(snapshot, filters, hits)
    first, sort = (filters.page - 1) * filters.per_page, filters.effective_sort
    if sort == "relevance":
        ids = page_by_relevance(index, selection, tiers, first, filters.per_page)
    else:
        ids = index.page(selection, sort, first, filters.per_page)
    sums, counts = aggregate(snapshot, filters, hits, selection)
    projects = load_projects(snapshot, ids, may_miss=may_miss)
    return SearchResult(
        filters=filters,
        projects=projects,
        sums=sums,
        facet_counts=counts,
        sort=sort,
        snapshot=snapshot,
        missing=len(ids) - len(projects) if len(ids) > len(projects) and outage() else 0,
    )


def page_by_relevance(
    index: FacetIndex, selection: BitMap, tiers: Sequence[BitMap], first: int, count: int
) -> list[int]:
    """Database ids: the projects of each tier that no earlier one has, then the rest; each part newest first."""
    page: list[int] = []
    for part in split_by_relevance(selection, tiers):
        page += index.page(part, "newest", first, count - len(page))
        if len(page) == count:
            break
        first = max(first - len(part), 0)
    return page


def split_by_relevance(selection: BitMap, tiers: Sequence[BitMap]) -> Iterator[BitMap]:
    """Yield the rows of each tier that no earlier one has, then the rest."""
    rest = selection
    for tier in (*tiers, selection):
        part = rest & tier
        rest = rest - part
        yield part


def count_matches(filters: Filters) -> int:
    """The number of matching projects."""
    return len(_selection(current_snapshot(), filters))


def sums_for(filters: Filters) -> Sums:
    """The totals of a search alone."""
    snapshot = current_snapshot()
    filters = with_current_codes(snapshot, filters)
    return sums_of(snapshot, filters, _selection(snapshot, filters))


def _selection(snapshot: Snapshot, filters: Filters) -> BitMap:
    filters = with_current_codes(snapshot, filters)
    hits, _ = text_hits(snapshot, filters) or (None, None)
    return selected(snapshot, filters, hits)


def left_out_by_day(filters: Filters, snapshot: Snapshot | None = None) -> tuple[Filters, int] | None:
    """What a search for a day leaves out although it matches, as it states no start or no end.

    The search for those projects, and their number; None if there are none, or if the search names no day.
    """
    if not filters.on or (filters.values("length") and ("length", NOT_STATED) not in filters.selected):
        return None
    others = filters.replace(on=None, selected=filters.without("length").selected | {("length", NOT_STATED)})
    count = len(_selection(snapshot or current_snapshot(), others))
    return (others, count) if count else None


def relaxations(filters: Filters) -> list[tuple[Filters, str, str, int]]:
    """Suggestions for a search without results: what removing each single part would find.

    Tuples (remaining filters, name and value of the part, number of projects), most projects first.
    """
    parts = [(chip.remaining, chip.name, chip.value) for chip in filters.parts() if not chip.invalid]
    return sorted(
        ((remaining, name, value, count_matches(remaining)) for remaining, name, value in parts),
        key=lambda relaxation: -relaxation[3],
    )
