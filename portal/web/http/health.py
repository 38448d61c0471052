"""Health checks: whether the process is alive (/healthz), and whether it can serve a visitor now (/readyz).

A proxy or container engine requests /healthz, which depends on the process alone, so that a database outage does not
restart every process. /readyz is for alerts, and for taking a node out of the pool.
"""

from __future__ import annotations

import logging

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.database.orm import db
from portal.search.index import current
from portal.services.operations import migrations
from portal.web.declarations import public
from portal.web.http.responses import no_store

_OK = "ok"

_log = logging.getLogger(__name__)

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> Response:
    """200 as long as the process responds."""
    return no_store(Response(_OK, mimetype="text/plain"))


@bp.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """{"database", "migrations", "index"}: each "ok" or a sentence; 200 if all are ok, else 503."""
    states = component_states()
    return no_store(jsonify(states)), 200 if set(states.values()) == {_OK} else 503


def component_states() -> dict[str, str]:
    """The state of each component, in sentences without SQL, paths or addresses; details are in the log."""
    try:
        connection = db.session.connection()
        connection.execute(text("SELECT 1"))
        mismatch = migrations.find_mismatch(connection)
    except SQLAlchemyError as error:
        _log.error("not ready: the database does not answer", exc_info=error)
        unknown = "Not known: the database does not answer."
        return {
            "database": "The database does not answer. See the log of the portal.",
            "migrations": unknown,
            "index": unknown,
        }
    if mismatch:
        return {
            "database": _OK,
            "migrations": mismatch,
            "index": "Not known: the tables are not those of this version.",
        }
    return {"database": _OK, "migrations": _OK, "index": current.index_status()}
