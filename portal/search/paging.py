"""Pages of a search as database ids: by number, or after the project at which an earlier page ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pyroaring import BitMap
from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.orm import Session

from portal.database.public_reader import public_session
from portal.models import Project
from portal.search.directory import (
    aggregate,
    page_by_relevance,
    selected,
    split_by_relevance,
    text_hits,
    with_current_codes,
)
from portal.search.index.current import current_snapshot
from portal.search.index.facet_index import FacetCounts, FacetIndex
from portal.search.index.keyset import rows_before, rows_until
from portal.search.index.snapshot import Snapshot
from portal.search.index.sort_keys import SortValues, values_of
from portal.search.query.cursor import MAX_TITLE_LENGTH, Cursor
from portal.search.query.filters import Filters
from portal.search.read_models.sums import Sums

_PROJECT = Project.__table__.c
# A project that another process has just published may not be in the index yet.
_MAX_SUCCESSORS = 100


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
        place = _place_by_title(session, project_id) or ("", "", "")
    return Cursor(*values_of(index.row_columns, row), tier, *place)


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


def _title_position(index: FacetIndex, cursor: Cursor) -> int:
    """How many rows of the title order do not come after the project of a cursor."""
    order = index.orders["title"]
    with public_session() as session:
        row = _row(index, cursor.project_id)
        place = (cursor.title, cursor.reference, cursor.slug)
        if row >= 0 and _place_by_title(session, cursor.project_id) == place:
            return int(order.positions[row]) + 1
        for project_id in _successors(session, cursor):
            if (row := _row(index, project_id)) >= 0:
                return int(order.positions[row])
    return len(order.rows)


def _row(index: FacetIndex, project_id: int) -> int:
    """The row of a project, -1 if the index does not have it."""
    return int(index.row_by_id[project_id]) if project_id < len(index.row_by_id) else -1


def _place_by_title(session: Session, project_id: int) -> tuple[str, str, str] | None:
    """What decides where a published project stands by title, as a cursor holds it."""
    columns = select(_PROJECT.sort_title, _PROJECT.reference, _PROJECT.slug)
    found = session.execute(columns.where(_PROJECT.id == project_id, _PROJECT.published_at.is_not(None))).one_or_none()
    if found is None:
        return None
    title, reference, slug = found
    return title[:MAX_TITLE_LENGTH], reference or "", "" if reference else slug


def _successors(session: Session, cursor: Cursor) -> list[int]:
    """Database ids of the published projects that come next by title, in the order of snapshot.TITLE_ORDER."""
    place = tuple_(_PROJECT.sort_title, func.coalesce(_PROJECT.reference, ""), _PROJECT.slug)
    later = place > tuple_(literal(cursor.title), literal(cursor.reference), literal(cursor.slug))
    # The index finds the first condition, not the second.
    query = select(_PROJECT.id).where(_PROJECT.sort_title >= cursor.title, later, _PROJECT.published_at.is_not(None))
    ordered = query.order_by(_PROJECT.sort_title, _PROJECT.reference.nulls_first(), _PROJECT.slug)
    return list(session.execute(ordered.limit(_MAX_SUCCESSORS)).scalars())
