"""What the master of a server does before it forks, so that its workers share the memory: portal.app.start_serving
starts threads and connections in each of them afterwards.

deploy/gunicorn.conf.py calls it.
"""

from __future__ import annotations

import gc
import logging
import math
import os

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import configure_mappers
from werkzeug.test import create_environ, run_wsgi_app

from portal import logs
from portal.app import close_connections, index_files, refuse_other_tables
from portal.config import Settings
from portal.database.orm import db
from portal.database.public_reader import public_session
from portal.processes import bound_heap
from portal.search.index import current, refresh, snapshot_sources
from portal.search.index.snapshot import rehearse

_log = logging.getLogger(__name__)

# A first answer compiles templates and statements, which are then shared; so does a first change.
_PAGES = ("/projects/", "/projects/?region=none&sort=title", "/")
_READY_CALLS = 25


def prepare(app: Flask) -> None:
    """Make the snapshot file and map it, rehearse a change, answer a few pages, and close all connections again.

    Exits with a one-line message if this version must not run on the tables of the database. A database that does not
    answer is left to the workers.
    """
    bound_heap()
    configure_mappers()
    refuse_other_tables(app)
    try:
        if _make_file(app):
            _answer_pages(app)
    except Exception as error:
        _log.warning("nothing is shared by the processes of this server: %s", error)
    finally:
        close_connections(app)
    gc.collect()
    # What the garbage collector never looks at stays shared.
    gc.freeze()


def _make_file(app: Flask) -> bool:
    """Whether there is a file of the current state; if none is, it is made in a process that takes its memory along."""
    files = index_files(app)
    if files is None:
        return False
    if not (child := os.fork()):
        status = 1
        try:
            with app.app_context(), public_session() as session:
                snapshot = snapshot_sources.first(files, session)
                if not snapshot.is_stored:
                    snapshot_sources.stored(files, session, snapshot)
                status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] == 0 and files.newest() is not None


def _answer_pages(app: Flask) -> None:
    settings: Settings = app.extensions["settings"]
    with app.app_context():
        store = refresh.store_for(db.engine)
        store.files = index_files(app)
    # No thread is started here: it would be missing after the fork.
    store.next_rebuild_at = math.inf
    try:
        with app.app_context():
            _rehearse_change()
            for _ in range(_READY_CALLS):
                current.keep_projects_ready()
            db.session.remove()
        for page in _PAGES:
            environ = create_environ(page, settings.public_url, headers={"X-Forwarded-For": "127.0.0.1"})
            environ["REMOTE_ADDR"] = "127.0.0.1"
            answer, _, _ = run_wsgi_app(app, environ)
            for _ in answer:
                pass
    finally:
        store.next_rebuild_at = 0.0


def _rehearse_change() -> None:
    snapshot = current.current_snapshot()
    try:
        with public_session() as session:
            rehearse(session, snapshot)
    except SQLAlchemyError as error:
        db.session.rollback()
        _log.warning("no change could be rehearsed, so the first one takes longer: %s", logs.describe(error))
