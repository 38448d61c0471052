"""Health checks of a process that serves: whether it is alive (/healthz), and whether it can serve and store (/readyz).

The health listener (portal.health) answers the same for the whole portal, and does so whatever hangs; nginx asks that
one. These are for a portal that runs without it. A proxy or container engine requests /healthz, which depends on the
process alone, so that a database outage does not restart every process. /readyz is for alerts.
"""

from __future__ import annotations

import time
from threading import Lock

from flask import Blueprint, Response, jsonify
from sqlalchemy.orm import Session

from portal.database.orm import db
from portal.search.fulltext import text_index
from portal.search.index import current
from portal.services.operations import readiness
from portal.services.operations.readiness import OK
from portal.web.declarations import one_address, public
from portal.web.http.request_context import settings
from portal.web.http.responses import no_store

# For how long a trial write and a comparison of the text index hold: they cost something, and anybody may ask.
_MAX_AGE_SECONDS = 10.0
_PATIENCE_SECONDS = 1.0

bp = Blueprint("health", __name__)


class _CostlyStates:
    """The last states that cost something, and when they were found."""

    states: tuple[str, str] = OK, OK
    found_at = 0.0
    lock = Lock()


@bp.get("/healthz")
@public
@one_address
def alive() -> Response:
    """200 as long as the process responds."""
    return no_store(Response(OK, mimetype="text/plain"))


@bp.get("/readyz")
@public
@one_address
def ready() -> tuple[Response, int]:
    """{"database", "migrations", "index"}: each "ok" or a sentence; 200 if all are ok, else 503."""
    states = component_states()
    return no_store(jsonify(states)), 200 if set(states.values()) == {OK} else 503


def component_states() -> dict[str, str]:
    """The state of each component, in sentences without SQL, paths or addresses; details are in the log."""
    states = readiness.database_states(db.session())
    if states["database"] != OK:
        return states | {"index": readiness.UNKNOWN}
    if states["migrations"] != OK:
        return states | {"index": "Not known: the tables are not those of this version."}
    index = current.index_status()
    if index == OK:
        states["database"], index = costly_states()
    return states | {"index": index}


def costly_states() -> tuple[str, str]:
    """The states of writing and of the text index, a few seconds old at most."""
    if not _CostlyStates.lock.acquire(timeout=_PATIENCE_SECONDS):
        # Somebody else is asking, and is not answered.
        return _CostlyStates.states
    try:
        max_age = _MAX_AGE_SECONDS if settings().max_staleness else 0.0
        if not _CostlyStates.found_at or time.monotonic() - _CostlyStates.found_at >= max_age:
            # Not the session of the request, which may only read.
            with Session(db.engine, join_transaction_mode="create_savepoint") as session:
                # A busy database has been written just now.
                writing = readiness.write_state(session) or OK
                index = readiness.UNKNOWN
                if writing == OK:
                    index = readiness.text_index_state(text_index.compare_counts(session))
                _CostlyStates.states = writing, index
            _CostlyStates.found_at = time.monotonic()
        return _CostlyStates.states
    finally:
        _CostlyStates.lock.release()
