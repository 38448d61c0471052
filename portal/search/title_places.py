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

    `id_at` gives the database id of a position. Takes a query for each halving, however many places are sought.
    """
    first, end, gone = [0] * len(places), [count] * len(places), [0] * len(places)
    while sought := [at for at in range(len(places)) if first[at] < end[at]]:
        probes = {at: (first[at] + end[at]) // 2 + gone[at] for at in sought}
        ids = {at: id_at(probe) for at, probe in probes.items()}
        known = read_places(session, set(ids.values()))
        for at, probe in probes.items():
            place = known.get(ids[at])
            if place is None and probe + 1 < end[at]:
                # Another process has removed the project since: the one after it tells as much.
                gone[at] += 1
                continue
            if place is not None and place <= places[at]:
                first[at] = probe + 1
            else:
                end[at] = probe - gone[at]
            gone[at] = 0
    return first
