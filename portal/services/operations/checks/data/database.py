"""The database: whether it answers, and is sound."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError

from portal.database.diagnostics import describe_error
from portal.services.operations.checks.finding import Finding, Surroundings, ok, problem

_SLOW_SECONDS = 1.0


def check(surroundings: Surroundings) -> Iterator[Finding]:
    """The first finding says whether the database answers."""
    began = monotonic()
    file = surroundings.database_file
    if file is not None and not file.exists():
        yield problem(f"There is no database at {file}.", "Run portal migrate, or correct DATABASE_URL.")
        return
    try:
        surroundings.session.execute(sql("SELECT 1"))
    except SQLAlchemyError as error:
        yield problem(
            describe_error(error) or f"The database does not answer: {type(error).__name__}.",
            "See the lines about the disk and permissions."
            if file is not None
            else "Look at systemctl status postgresql, and whether DATABASE_URL is right.",
        )
        return
    name = "SQLite" if surroundings.dialect == "sqlite" else "PostgreSQL"
    yield ok(f"{name} answers in {(monotonic() - began) * 1000:.0f} ms.")
    if surroundings.dialect == "sqlite":
        yield from _damage(surroundings)


def _damage(surroundings: Surroundings) -> Iterator[Finding]:
    result = str(surroundings.session.execute(sql("PRAGMA quick_check(1)")).scalar())
    if result != "ok":
        yield problem(
            f"The database file is damaged: {result}.",
            "Stop the portal, keep a copy of the file and its -wal, and restore the newest sound backup "
            "(docs/deploying.md, 6).",
        )
        return
    yield ok("The database file is sound (quick check).")
