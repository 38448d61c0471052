"""A copy of a live SQLite database, made by the engine itself, which alone knows what is committed."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from portal.errors import BackupFailed


def back_up(engine: Engine, target: Path) -> int:
    """Copy the database to a new file, check the copy, and return its size in bytes; raise CannotBackUp.

    Readers and writers go on meanwhile. The copy is one file without a write-ahead log; it appears under its
    name only when it is complete.
    """
    if engine.dialect.name != "sqlite":
        raise BackupFailed("This is not an SQLite database: back up PostgreSQL with pg_dump or pg_basebackup.")
    if target.exists():
        raise BackupFailed(f"{target} is there already: name a new file.")
    source = Path(engine.url.database or "")
    if not source.is_file() or not source.stat().st_size:
        raise BackupFailed("There is no database yet: run portal migrate.")
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        fault = copy_database(engine, unfinished)
        if fault != "ok":
            raise BackupFailed(f"The copy is damaged, and so may be the database: {fault}")
        with unfinished.open("rb+") as written:
            os.fsync(written.fileno())
        unfinished.rename(target)
    except (OSError, SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as why:
        raise BackupFailed(f"The database could not be copied: {why}") from why
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def copy_database(engine: Engine, target: Path) -> str:
    """Copy page by page inside one read transaction; return what the engine finds wrong with the copy, or "ok"."""
    # The driver of the portal's own engine: another version must not touch the file.
    copied = engine.dialect.loaded_dbapi.connect(target)
    source = engine.raw_connection()
    try:
        source.driver_connection.backup(copied)  # type: ignore[union-attr]  # pysqlite3 has no types
        copied.execute("PRAGMA journal_mode=DELETE")
        return str(copied.execute("PRAGMA integrity_check(1)").fetchone()[0])
    finally:
        source.close()
        copied.close()
