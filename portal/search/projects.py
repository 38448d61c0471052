"""Published projects one by one: by address, the newest, and those near another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap
from sqlalchemy import Row, select

from portal.database.orm import db
from portal.errors import NotFound
from portal.models import Project, SlugHistory
from portal.search.index.current import current_snapshot, load_projects
from portal.search.read_models.project import ProjectView
from portal.search.read_models.terms import TermView
from portal.text.folding import trim_punctuation

_MAX_RELATED = 3


@dataclass(frozen=True)
class ProjectLocation:
    """Where a project is: `is_current` is false when the address was spelt otherwise or is a former one."""

    project_id: int
    slug: str
    is_current: bool


def locate(slug: str) -> ProjectLocation:
    """Find a published project by the last part of its address; raise NotFound.

    Case does not matter. Punctuation around a slug is dropped when no project has it: mail programs and sentences
    link "LM.0024." or "LM.0024)".
    """
    for reading in dict.fromkeys((slug, trim_punctuation(slug))):
        if project := _find_slug(reading.casefold()):
            project_id, present = project
            return ProjectLocation(project_id, present, present == slug)
    raise NotFound(slug)


def _find_slug(folded: str) -> Row[int, str] | None:
    """The id and present slug of the published project that has this case-folded slug, or had it once."""
    if "\0" in folded:
        # No slug contains it, and PostgreSQL refuses to be asked.
        return None
    session, published = db.session(), Project.published_at.is_not(None)
    is_current = Project.slug_folded == folded
    here = session.execute(select(Project.id, Project.slug).where(is_current, published)).one_or_none()
    if here is not None:
        return here
    return session.execute(
        select(Project.id, Project.slug)
        .join(SlugHistory, SlugHistory.project_id == Project.id)
        .where(SlugHistory.slug_folded == folded, published)
    ).one_or_none()


def get_project(project_id: int) -> ProjectView:
    """One published project; raise Missing."""
    found = load_projects(current_snapshot(), [project_id])
    if not found:
        raise NotFound(str(project_id))
    return found[0]


def newest_projects(count: int) -> tuple[ProjectView, ...]:
    """The newest projects."""
    snapshot = current_snapshot()
    ids = snapshot.index.page(snapshot.index.all_rows, "newest", 0, count)
    return load_projects(snapshot, ids)


@dataclass(frozen=True)
class RelatedProject:
    """A project near another one, and what the two share."""

    project: ProjectView
    countries: tuple[TermView, ...]
    theme: TermView | None


def related_projects(project: ProjectView) -> list[RelatedProject]:
    """Up to three projects that share the theme and the most countries, newest first among equals."""
    snapshot = current_snapshot()
    index = snapshot.index
    own = index.rows_of(np.array([project.id]))
    theme = index.bitmaps["theme"].get(project.theme.code, BitMap()) if project.theme else BitMap()
    near = [index.bitmaps["country"].get(word.code, BitMap()) for word in project.countries]
    neighbours = BitMap.union(*near) - own if near else BitMap()

    def distance(project_id: int) -> float:
        row = int(index.row_by_id[project_id])
        shared = sum(row in rows for rows in near)
        return -(shared / (len(near) or 1)) - 0.5 * (row in theme)

    # The newest few hundred are enough to choose from; a theme can hold a large part of the directory. Rows of projects
    # that changed since the index was built are out of order, so the index is asked for the order.
    recent = [*index.page(theme - own | neighbours, "newest", 0, 300), *index.page(neighbours, "newest", 0, 300)]
    ids = sorted(dict.fromkeys(recent), key=distance)[:_MAX_RELATED]
    return [
        RelatedProject(
            project=other,
            countries=tuple(word for word in other.countries if word in project.countries),
            theme=other.theme if other.theme and other.theme == project.theme else None,
        )
        for other in load_projects(snapshot, ids)
    ]
