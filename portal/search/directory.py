"""The directory: find(filters) answers a visitor from the current snapshot, which this module keeps.

What is kept serves everybody, so it is read as the public reads, whoever asks first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap
from sqlalchemy import select

from portal.errors import Missing
from portal.models import FormerKey, Project, db, reading
from portal.search import shelf, text
from portal.search.filters import Filters
from portal.search.index import Counts, Index, Sums
from portal.search.listing import Listing
from portal.search.snapshot import Snapshot
from portal.search.terms import Word

_RELATED = 3


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


def current() -> Snapshot:
    """The snapshot of the present state of the database."""
    engine = db.engine.engine
    if fresh := shelf.of(engine).fresh():
        return fresh
    with reading() as session:
        return shelf.current(engine, session)


def state() -> str:
    """ "ok", or a sentence that says what is wrong with the index."""
    held = shelf.of(db.engine.engine)
    try:
        current()
    except Exception:
        db.session.rollback()
        return held.failure or "The index cannot be built."
    return held.failure or "ok"


def hits_of(snapshot: Snapshot, filters: Filters) -> tuple[BitMap, BitMap] | None:
    """Rows found by the text, and which of them have it in title or identifiers; None without a text."""
    if not filters.text:
        return None
    if (kept := snapshot.texts.get(filters.text)) is not None:
        return kept
    with reading() as session:
        hits = text.match(session, filters.text)
    index = snapshot.index
    return snapshot.remember(filters.text, (index.rows_of(hits.all), index.rows_of(hits.strong)))


def shown(snapshot: Snapshot, ids: Sequence[int]) -> tuple[Listing, ...]:
    """The published projects with these ids, in their order."""
    with reading() as session:
        return snapshot.shown(session, ids)


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


@dataclass(frozen=True)
class Address:
    """Where a project is: `is_current` is false when the address was spelt otherwise or is a former one."""

    project_id: int
    key: str
    is_current: bool


def locate(key: str) -> Address:
    """Find a published project by the last part of its address, in any case; raise Missing."""
    if "\0" in key:
        # No key holds it, and PostgreSQL refuses to be asked.
        raise Missing(key)
    session, folded = db.session(), key.casefold()
    published = Project.published_at.is_not(None)
    here = session.execute(select(Project.id, Project.key).where(Project.key_folded == folded, published)).one_or_none()
    if here is None:
        here = session.execute(
            select(Project.id, Project.key)
            .join(FormerKey, FormerKey.project_id == Project.id)
            .where(FormerKey.key_folded == folded, published)
        ).one_or_none()
    if here is None:
        raise Missing(key)
    project_id, present = here
    return Address(project_id, present, present == key)


def project(project_id: int) -> Listing:
    """One published project; raise Missing."""
    found = shown(current(), [project_id])
    if not found:
        raise Missing(str(project_id))
    return found[0]


def latest(count: int) -> tuple[Listing, ...]:
    """The newest projects."""
    snapshot = current()
    ids = snapshot.index.page(snapshot.index.everything, "newest", 0, count)
    return shown(snapshot, ids)


@dataclass(frozen=True)
class Related:
    """A project near another one, and what the two share."""

    project: Listing
    countries: tuple[Word, ...]
    theme: Word | None


def related(project: Listing) -> list[Related]:
    """Up to three projects that share the theme and the most countries, newest first among equals."""
    snapshot = current()
    index = snapshot.index
    own = index.rows_of(np.array([project.id]))
    theme = index.bits["theme"].get(project.theme.code, BitMap()) if project.theme else BitMap()
    near = [index.bits["country"].get(word.code, BitMap()) for word in project.countries]
    candidates = (BitMap.union(theme, *near) if near else theme) - own

    def closeness(row: int) -> tuple[float, int]:
        shared = sum(row in rows for rows in near)
        return (-(shared / (len(near) or 1)) - 0.5 * (row in theme), row)

    # The newest few hundred are enough to choose from; a theme can hold a large part of the directory.
    few = [*candidates[:300], *(BitMap.union(*near) - own if near else BitMap())[:300]]
    rows = sorted(set(few), key=closeness)[:_RELATED]
    ids = index.ids_of(rows)
    return [
        Related(
            project=other,
            countries=tuple(word for word in other.countries if word in project.countries),
            theme=other.theme if other.theme and other.theme == project.theme else None,
        )
        for other in shown(snapshot, ids)
    ]
