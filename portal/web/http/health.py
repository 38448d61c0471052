"""Two questions of those who watch: is the process alive, and could it serve a visitor now?

A proxy or container engine asks /healthz: its answer depends on nothing but the process, so a database
that is away never has all processes restarted. /readyz is for alerts, and for taking a node out.
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

_OK = "ok"

_log = logging.getLogger(__name__)

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> Response:
    """200 while the process answers at all."""
    return no_store(Response(_OK, mimetype="text/plain"))


@bp.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """{"database", "migrations", "index"}: each "ok" or a sentence; 200 if all are ok, else 503."""
    found = component_states()
    return no_store(jsonify(found)), 200 if set(found.values()) == {_OK} else 503


def no_store(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def component_states() -> dict[str, str]:
    """What is ok and what is not, in sentences that quote no statement, path or address; the log has the rest."""
    try:
        connection = db.session.connection()
        connection.execute(text("SELECT 1"))
        is_current = migrations.is_current(connection)
    except SQLAlchemyError as why:
        _log.error("not ready: the database does not answer", exc_info=why)
        unknown = "Not known: the database does not answer."
        return {
            "database": "The database does not answer; the log of the portal says why.",
            "migrations": unknown,
            "index": unknown,
        }
    if not is_current:
        return {
            "database": _OK,
            "migrations": "The tables are not those of this version: run portal migrate.",
            "index": "Not known: the tables are not those of this version.",
        }
    return {"database": _OK, "migrations": _OK, "index": current.index_status()}
