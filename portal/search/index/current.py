"""The current snapshot of the application's database, and projects read through it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from portal.database.orm import PublicSession, db
from portal.database.public_reader import public_session, statement_connection
from portal.search.index import refresh
from portal.search.index.caches import MAX_CACHED_PROJECTS, caches_for, put_bounded
from portal.search.index.facet_index import FacetIndex
from portal.search.index.snapshot import CatalogueVersion, Snapshot, read_catalogue_version
from portal.search.read_models.project import ProjectView, load_project_views
from portal.vocabulary.facets import DEFAULT_PAGE_SIZE

_WAIT_STEP_SECONDS = 0.02
# How many projects are read ahead of their first visitor, how many of them are the newest of all, and how many are read
# at once. A full cache that has dropped its oldest entries still holds more; otherwise they would be read for ever, in
# place of what visitors read.
_READY_PROJECTS, _READY_NEWEST, _READY_BATCH = 3_500, 1_000, 200
# After a change all processes renew their pages; so long the file leaves the processor to them.
_SECONDS_FOR_VISITORS = 1.0


def store() -> refresh.SnapshotStore:
    """The store of the application's database. To look it up costs more than what it is asked for."""
    return refresh.store_for(db.engine.engine)


def current_snapshot(*, at_once: bool = False) -> Snapshot:
    """The snapshot, at most `max_staleness` old (see refresh.load_current); raises what the database raises."""
    if not at_once and (snapshot := store().fresh_snapshot()):
        return snapshot
    with public_session() as session:
        return refresh.load_current(db.engine.engine, session, at_once=at_once)


def visible_version() -> CatalogueVersion | None:
    """The version that the session of this request reads at this moment; None if it has read nothing."""
    # A session is made when something is read.
    if not db.session.registry.has():
        return None
    with public_session() as session:
        return read_catalogue_version(session) if session.in_transaction() else None


def wait_until_readable(seconds: float) -> None:
    """Wait until the public reader sees the catalogue version of the ordinary session, at most `seconds`."""
    deadline = time.monotonic() + seconds
    with suppress(SQLAlchemyError), PublicSession(db) as session:
        written = read_catalogue_version(db.session())
        while read_catalogue_version(session).version < written.version and time.monotonic() < deadline:
            time.sleep(_WAIT_STEP_SECONDS)


def outage() -> datetime | None:
    """While the database does not answer: the time of the state that is shown, UTC; None if all is well."""
    return store().outage


def index_status() -> str:
    """ "ok", or a sentence that describes what is wrong with the index."""
    held = store()
    try:
        current_snapshot()
    except Exception:
        db.session.rollback()
        return held.failure or "The index cannot be built."
    if held.behind_since:
        return "The replica that is read is behind what this node has shown: look at its replication if this stays."
    return held.failure or "ok"


def load_projects(snapshot: Snapshot, ids: Sequence[int], *, may_miss: bool = False) -> tuple[ProjectView, ...]:
    """The published projects with these database ids, in their order; other ids are left out.

    With `may_miss`, while the database does not answer, so are projects that are not in memory.
    """
    cache = caches_for(snapshot).projects
    projects = {project_id: project for project_id in ids if (project := cache.get(project_id))}
    if len(projects) == len(ids):
        return tuple(projects.values())
    if missing_ids := [project_id for project_id in ids if project_id not in projects]:
        found, is_same_state = read_projects(snapshot, missing_ids, may_miss=may_miss)
        for project in found:
            # Of another state they are for this request alone, which finds that out (see web.http.conditional_get).
            projects[project.id] = (
                put_bounded(cache, project.id, project, MAX_CACHED_PROJECTS) if is_same_state else project
            )
    return tuple(projects[project_id] for project_id in ids if project_id in projects)


def read_projects(snapshot: Snapshot, ids: Sequence[int], *, may_miss: bool) -> tuple[Sequence[ProjectView], bool]:
    """The projects as the database shows them, and whether it still shows the state of the snapshot."""
    version = (snapshot.catalogue_version.version, snapshot.catalogue_version.stamp)
    try:
        with statement_connection() as connection:
            found, state = load_project_views(connection, snapshot.terms, ids)
        if state == version:
            return found, True
        # What this request reads further shall be of the state of these, whichever it is (see visible_version).
        with public_session() as session:
            found, state = load_project_views(session.connection(), snapshot.terms, ids)
            return found, state == version
    except OperationalError:
        db.session.rollback()
        if may_miss and outage():
            return (), False
        raise


def share_snapshot() -> None:
    """Hold the snapshot in memory that the processes of this machine share; see refresh.share."""
    held, moment = store(), time.monotonic()
    if not held.snapshot or held.snapshot.is_stored:
        held.unshared_since = 0.0
        return
    held.unshared_since = held.unshared_since or moment
    if moment - held.unshared_since >= _SECONDS_FOR_VISITORS:
        with public_session() as session:
            refresh.share(held, session)


def keep_projects_ready() -> None:
    """Read some projects that are not in memory yet, so that the pages most asked for need no database later."""
    snapshot = current_snapshot()
    cache, index = caches_for(snapshot).projects, snapshot.index
    if outage() or len(cache) >= min(_READY_PROJECTS, len(index.all_rows)):
        return
    with public_session() as session:
        is_same_state = read_catalogue_version(session) == snapshot.catalogue_version
    if is_same_state:
        missing = [project_id for project_id in ready_ids(index) if project_id not in cache]
        load_projects(snapshot, missing[:_READY_BATCH])


def ready_ids(index: FacetIndex) -> list[int]:
    """Database ids of the projects to read ahead: the newest, and the first page of each value, most frequent first.

    Visitors choose a value far more often than they turn fifty pages.
    """
    ids = dict.fromkeys(index.page(index.all_rows, "newest", 0, _READY_NEWEST))
    values = (rows for facet in index.bitmaps.values() for rows in facet.values())
    for rows in sorted(values, key=len, reverse=True):
        if len(ids) >= _READY_PROJECTS:
            break
        ids |= dict.fromkeys(index.page(rows, "newest", 0, DEFAULT_PAGE_SIZE))
    if len(ids) < _READY_PROJECTS:
        ids |= dict.fromkeys(index.page(index.all_rows, "newest", 0, _READY_PROJECTS))
    return list(ids)[:_READY_PROJECTS]


def known_project(slug: str) -> ProjectView | None:
    """The project in memory with this slug, in any case; for when the database does not answer."""
    folded = slug.casefold()
    known = list(caches_for(current_snapshot()).projects.values())
    return next((project for project in known if project.slug.casefold() == folded), None)
