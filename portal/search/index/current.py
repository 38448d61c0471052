"""The current snapshot of the application's database, and projects read through it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from portal.database.orm import PublicSession, db
from portal.database.public_reader import public_session
from portal.search.index import refresh
from portal.search.index.caches import MAX_CACHED_PROJECTS, caches_for, put_bounded
from portal.search.index.snapshot import CatalogueVersion, Snapshot, read_catalogue_version
from portal.search.read_models.project import ProjectView, load_project_views

_WAIT_STEP_SECONDS = 0.02


def current_snapshot(*, at_once: bool = False) -> Snapshot:
    """The snapshot, at most `max_staleness` old (see refresh.load_current); raises what the database raises."""
    engine = db.engine.engine
    if not at_once and (snapshot := refresh.store_for(engine).fresh_snapshot()):
        return snapshot
    with public_session() as session:
        return refresh.load_current(engine, session, at_once=at_once)


def visible_version() -> CatalogueVersion | None:
    """The version that the session of this request reads at this moment; None if it has read nothing."""
    with public_session() as session:
        return read_catalogue_version(session) if session.in_transaction() else None


def wait_until_readable(seconds: float) -> None:
    """Wait until the public reader sees the catalogue version of the ordinary session, at most `seconds`."""
    deadline = time.monotonic() + seconds
    with suppress(SQLAlchemyError), PublicSession(db) as session:
        written = read_catalogue_version(db.session())
        while read_catalogue_version(session).version < written.version and time.monotonic() < deadline:
            time.sleep(_WAIT_STEP_SECONDS)


def index_status() -> str:
    """ "ok", or a sentence that describes what is wrong with the index."""
    store = refresh.store_for(db.engine.engine)
    try:
        current_snapshot()
    except Exception:
        db.session.rollback()
        return store.failure or "The index cannot be built."
    if store.behind_since:
        return "The replica that is read is behind what this node has shown: look at its replication if this stays."
    return store.failure or "ok"


def load_projects(snapshot: Snapshot, ids: Sequence[int]) -> tuple[ProjectView, ...]:
    """The published projects with these database ids, in their order; other ids are left out."""
    cache = caches_for(snapshot).projects
    projects = {project_id: project for project_id in ids if (project := cache.get(project_id))}
    missing_ids = [project_id for project_id in ids if project_id not in projects]
    if missing_ids:
        with public_session() as session:
            loaded = load_project_views(session, snapshot.terms, missing_ids)
        for project in loaded:
            projects[project.id] = put_bounded(cache, project.id, project, MAX_CACHED_PROJECTS)
    return tuple(projects[project_id] for project_id in ids if project_id in projects)
