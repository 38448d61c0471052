"""Pages of a search as database ids: by number, or after the project at which an earlier page ended."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from pyroaring import BitMap
from sqlalchemy.orm import Session

from portal.database.public_reader import public_session
from portal.search.directory import (
    aggregate,
    page_by_relevance,
    selected,
    split_by_relevance,
    text_hits,
    with_current_codes,
)
from portal.search.index.bitmaps import to_row_array
from portal.search.index.current import current_snapshot
from portal.search.index.facet_index import FacetCounts, FacetIndex
from portal.search.index.snapshot import Snapshot
from portal.search.index.sort_keys import SORT_KEYS, SortValues, row_key, values_of
from portal.search.query.cursor import MAX_TITLE_LENGTH, Cursor
from portal.search.query.filters import Filters
from portal.search.read_models.sums import Sums
from portal.search.title_places import TitlePlace, count_until, read_places


@dataclass(frozen=True)
class ResultPage:
    """A page of a search, whose `filters` have the current codes of terms.

    `ids` are database ids in order, `first` is the number of projects before them. `sums` and `facet_counts` are those
    of the whole selection. `next_cursor` is None on the last page.
    """

    filters: Filters
    ids: list[int]
    first: int
    sums: Sums
    facet_counts: FacetCounts = field(repr=False)
    snapshot: Snapshot = field(repr=False)
    next_cursor: Cursor | None

    @property
    def last_page(self) -> int:
        return max(1, -(-self.sums.projects // self.filters.per_page))


def find_page(filters: Filters, cursor: Cursor | None = None) -> ResultPage:
    """Answer a search with the page that it names, or with the one that follows a cursor."""
    snapshot = current_snapshot()
    index, filters = snapshot.index, with_current_codes(snapshot, filters)
    hits, tiers = text_hits(snapshot, filters) or (None, ())
    selection, order = selected(snapshot, filters, hits), filters.effective_sort
    if cursor is None:
        first = (filters.page - 1) * filters.per_page
    else:
        first = _position(index, selection, tiers, order, cursor)
    if order == "relevance":
        ids = page_by_relevance(index, selection, tiers, first, filters.per_page)
    else:
        ids = index.page(selection, order, first, filters.per_page)
    sums, counts = aggregate(snapshot, filters, hits, selection)
    has_next = bool(ids) and first + len(ids) < sums.projects
    next_cursor = cursor_at(index, selection, tiers, ids[-1]) if has_next else None
    return ResultPage(filters, ids, first, sums, counts, snapshot, next_cursor)


def cursor_at(index: FacetIndex, selection: BitMap, tiers: Sequence[BitMap], project_id: int) -> Cursor:
    """The cursor of a project that is in the index, for lists of these tiers."""
    row = int(index.row_by_id[project_id])
    parts = split_by_relevance(selection, tiers) if tiers else ()
    tier = next((number for number, part in enumerate(parts) if row in part), -1)
    with public_session() as session:
        place = _cursor_place(session, project_id)
    return Cursor(*values_of(index.row_columns, row), tier, *(place or ("", "", "")))


def _position(index: FacetIndex, selection: BitMap, tiers: Sequence[BitMap], order: str, cursor: Cursor) -> int:
    """How many projects of a list do not come after the one of a cursor."""
    if order == "title":
        return rows_before(index, selection, order, _title_position(index, cursor))
    values = SortValues(*cursor[:4])
    if order != "relevance":
        return rows_until(index, selection, order, values)
    parts = list(split_by_relevance(selection, tiers))
    # A cursor of another list has no tier that means something here: it stands in the last one.
    tier = cursor.tier if 0 <= cursor.tier < len(parts) else len(parts) - 1
    return sum(map(len, parts[:tier])) + rows_until(index, parts[tier], "newest", values)


def rows_until(index: FacetIndex, selection: BitMap, order: str, values: SortValues) -> int:
    """How many selected rows do not come after a project with these values; `order` is a key of SORT_KEYS.

    The project itself need not be in the index any more.
    """
    key, place = row_key(index.row_columns, order), SORT_KEYS[order](values)
    if order != "newest":
        return rows_before(index, selection, order, bisect_right(index.orders[order].rows, place, key=key))
    # Rows that were removed keep their values, so the built rows are still in order.
    built = bisect_right(range(index.built_count), place, key=key)
    appended = sum(row.row in selection and key(row.row) <= place for row in index.appended)
    return appended + (selection.rank(built - 1) if built else 0)


def rows_before(index: FacetIndex, selection: BitMap, order: str, position: int) -> int:
    """How many selected rows are among the first rows of an order, one of SORTS except newest and relevance."""
    sort_order = index.orders[order]
    if len(selection) == len(sort_order.rows):
        return position
    return int((sort_order.positions[to_row_array(selection)] < position).sum())


def _title_position(index: FacetIndex, cursor: Cursor) -> int:
    """How many rows of the title order do not come after the project of a cursor."""
    order = index.orders["title"]
    place = TitlePlace(cursor.title, cursor.reference, cursor.slug)
    with public_session() as session:
        row = _row(index, cursor.project_id)
        if row >= 0 and _cursor_place(session, cursor.project_id) == place:
            return int(order.positions[row]) + 1
        ids = index.row_columns.ids
        (position,) = count_until(session, [place], len(order.rows), lambda at: int(ids[order.rows[at]]))
    return position


def _row(index: FacetIndex, project_id: int) -> int:
    """The row of a project, -1 if the index does not have it."""
    return int(index.row_by_id[project_id]) if project_id < len(index.row_by_id) else -1


def _cursor_place(session: Session, project_id: int) -> TitlePlace | None:
    """The place of a published project as a cursor holds it, which is no longer than it must be."""
    if place := read_places(session, [project_id]).get(project_id):
        title, reference, slug = place
        return TitlePlace(title[:MAX_TITLE_LENGTH], reference, "" if reference else slug)
    return None
