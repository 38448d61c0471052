"""Published projects one by one: by address, the newest, and those near another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap
from sqlalchemy import select

from portal.database.orm import db
from portal.errors import Missing
from portal.models import FormerKey, Project
from portal.search.index.current import current, shown
from portal.search.read_models.project import Listing
from portal.search.read_models.terms import Word

_RELATED = 3


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
