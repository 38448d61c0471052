"""Single published projects: by slug, the newest, and related ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from pyroaring import BitMap
from sqlalchemy import Row, select
from sqlalchemy.exc import OperationalError

from portal.database.orm import db
from portal.errors import NotFound
from portal.models import Project, SlugHistory
from portal.search.arrays import IntegerArray
from portal.search.index.current import current_snapshot, known_project, load_projects, outage
from portal.search.read_models.project import ProjectView
from portal.search.read_models.terms import TermView
from portal.text.folding import trim_punctuation

_MAX_RELATED = 3


@dataclass(frozen=True)
class ProjectLocation:
    """The project of a slug; `is_current` is false if the slug is a former one or differs in case."""

    project_id: int
    slug: str
    is_current: bool


def locate(slug: str) -> ProjectLocation:
    """Find a published project by the last part of its address; raise NotFound.

    Case does not matter. Punctuation around a slug is dropped when no project has it: mail programs and sentences
    link "LM.0024." or "LM.0024)".
    """
    for candidate in dict.fromkeys((slug, trim_punctuation(slug))):
        if project := _find_slug_or_remember(candidate):
            project_id, current_slug = project
            return ProjectLocation(project_id, current_slug, current_slug == slug)
    raise NotFound(slug)


def _find_slug_or_remember(slug: str) -> Row[int, str] | tuple[int, str] | None:
    try:
        return _find_slug(slug.casefold())
    except OperationalError:
        db.session.rollback()
        if outage() and (known := known_project(slug)):
            return known.id, known.slug
        # Whether there is such a project is not known.
        raise


def _find_slug(folded: str) -> Row[int, str] | None:
    """The id and current slug of the published project with this current or former slug, which is case-folded."""
    if "\0" in folded:
        # No slug contains NUL, and PostgreSQL does not accept it in a parameter.
        return None
    session, published = db.session(), Project.published_at.is_not(None)
    is_current = Project.slug_folded == folded
    project = session.execute(select(Project.id, Project.slug).where(is_current, published)).one_or_none()
    if project is not None:
        return project
    return session.execute(
        select(Project.id, Project.slug)
        .join(SlugHistory, SlugHistory.project_id == Project.id)
        .where(SlugHistory.slug_folded == folded, published)
    ).one_or_none()


def get_project(project_id: int) -> ProjectView:
    """One published project; raises NotFound."""
    projects = load_projects(current_snapshot(), [project_id])
    if not projects:
        raise NotFound(str(project_id))
    return projects[0]


def newest_projects(count: int) -> tuple[ProjectView, ...]:
    """Up to `count` projects in the default order, newest first."""
    snapshot = current_snapshot()
    ids = snapshot.index.page(snapshot.index.all_rows, "newest", 0, count)
    return load_projects(snapshot, ids, may_miss=True)


def public_ids() -> IntegerArray:
    """The database ids of all published projects, ascending."""
    snapshot = current_snapshot()
    return np.sort(snapshot.index.ordered_ids(snapshot.index.all_rows, "newest"))


def read_addresses(first_id: int, last_id: int) -> Sequence[Row[str, datetime]]:
    """The slug and the last change (UTC) of the published projects within these database ids, ascending."""
    published = Project.published_at.is_not(None), Project.id.between(first_id, last_id)
    return db.session().execute(select(Project.slug, Project.changed_at).where(*published).order_by(Project.id)).all()


@dataclass(frozen=True)
class RelatedProject:
    """A related project, with the countries and the theme that both have."""

    project: ProjectView
    countries: tuple[TermView, ...]
    theme: TermView | None


def related_projects(project: ProjectView) -> list[RelatedProject]:
    """Up to three projects, those with most countries and the theme in common first; newest first among equals."""
    snapshot = current_snapshot()
    index = snapshot.index
    own = index.rows_of(np.array([project.id]))
    theme = index.bitmaps["theme"].get(project.theme.code, BitMap()) if project.theme else BitMap()
    by_country = [index.bitmaps["country"].get(country.code, BitMap()) for country in project.countries]
    neighbours = BitMap.union(*by_country) - own if by_country else BitMap()

    def distance(project_id: int) -> float:
        row = int(index.row_by_id[project_id])
        shared = sum(row in rows for rows in by_country)
        return -(shared / (len(by_country) or 1)) - 0.5 * (row in theme)

    # A theme can contain a large part of the directory, so compare the newest few hundred only. Row numbers are not in
    # the default order for projects that changed since the index was built, so use the index's own paging.
    recent = [*index.page(theme - own | neighbours, "newest", 0, 300), *index.page(neighbours, "newest", 0, 300)]
    ids = sorted(dict.fromkeys(recent), key=distance)[:_MAX_RELATED]
    return [
        RelatedProject(
            project=other,
            countries=tuple(country for country in other.countries if country in project.countries),
            theme=other.theme if other.theme and other.theme == project.theme else None,
        )
        for other in load_projects(snapshot, ids, may_miss=True)
    ]
