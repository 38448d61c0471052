"""Where projects stand by title. The index has that order, but no titles: the database is asked for a few of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import Project

_PROJECT = Project.__table__.c
# Of SQL. Equal titles stand by Projects ID, then by slug: what records state orders them, so that two portals of the
# same records agree.
TITLE_ORDER = "title_sort, number NULLS FIRST, key"
# How many projects one statement asks for where many are gone.
_MAX_WINDOW = 1_000
_SELECT_PLACES = select(
    _PROJECT.id, _PROJECT.sort_title, func.coalesce(_PROJECT.reference, "").label("reference"), _PROJECT.slug
)


class TitlePlace(NamedTuple):
    """What decides where a project stands: places compare as TITLE_ORDER has their projects."""

    sort_title: str
    reference: str
    slug: str


def read_places(session: Session, project_ids: Iterable[int]) -> dict[int, TitlePlace]:
    """The places of those of these projects that there are, by id."""
    rows = session.execute(_SELECT_PLACES.where(_PROJECT.id.in_(list(project_ids)))).all()
    return {project_id: TitlePlace(*place) for project_id, *place in rows}


def count_until(session: Session, places: Sequence[TitlePlace], count: int, id_at: Callable[[int], int]) -> list[int]:
    """How many of `count` projects in title order stand at each of these places or before it.

    `id_at` gives the database id of a position. Takes a statement for each halving, however many places are sought, and
    more only where projects are gone by now.
    """
    first, end = [0] * len(places), [count] * len(places)
    while sought := [at for at in range(len(places)) if first[at] < end[at]]:
        middles = {at: (first[at] + end[at]) // 2 for at in sought}
        known = read_places(session, {id_at(middle) for middle in middles.values()})
        for at, middle in middles.items():
            probe, place = middle, known.get(id_at(middle))
            if place is None:
                probe, place = _next_place(session, middle + 1, end[at], id_at)
            if place is not None and place <= places[at]:
                first[at] = probe + 1
            else:
                end[at] = middle
    return first


def _next_place(
    session: Session, position: int, end: int, id_at: Callable[[int], int]
) -> tuple[int, TitlePlace | None]:
    """The first position from this one on whose project is still there, and its place; `end` and None without one."""
    size = 1
    while position < end:
        window = range(position, min(position + size, end))
        known = read_places(session, map(id_at, window))
        for at in window:
            if place := known.get(id_at(at)):
                return at, place
        position, size = window.stop, min(2 * size, _MAX_WINDOW)
    return end, None
