"""Whether this version may run on the tables that it finds; a database out of reach is no reason against it."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from portal.database.orm import READER_BIND, db
from portal.services.operations import migrations

# The key in `app.extensions` of the sentence by which a running process refuses requests; empty as a rule.
MISMATCH = "mismatch of tables"


def mismatch_at_start() -> str:
    """Why this process must not start, in a sentence; empty if it may, or if no database answers.

    A replica may be a moment behind the migration that has just been run, so it is asked only if the other is away.
    """
    found = (_mismatch(engine) for engine in _engines())
    return next((mismatch for mismatch in found if mismatch is not None), "")


def mismatch_now() -> str:
    """Why this process must serve nothing at the moment: of the database, or of the replica that it reads."""
    return next(filter(None, map(_mismatch, _engines())), "")


def _engines() -> list[Engine]:
    reader = db.engines.get(READER_BIND)
    if db.engine.dialect.name == "sqlite":
        # The reader alone, because the ordinary engine would create a missing file.
        return [reader or db.engine]
    return [db.engine, *([reader] if reader else [])]


def _mismatch(engine: Engine) -> str | None:
    try:
        with engine.connect() as connection:
            return migrations.find_mismatch(connection)
    except SQLAlchemyError:
        return None
