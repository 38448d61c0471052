"""Backup of a live SQLite database with SQLite's own backup API, which copies a committed state."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from portal.errors import BackupFailed


def back_up(engine: Engine, target: Path) -> int:
    """Copy the database to a new file, check the copy, and return its size in bytes. Raises BackupFailed.

    Readers and writers are not blocked. The copy is one file without a write-ahead log; it gets its name only when it
    is complete.
    """
    if engine.dialect.name != "sqlite":
        raise BackupFailed("This is not an SQLite database. Back up PostgreSQL with pg_dump or pg_basebackup.")
    if target.exists():
        raise BackupFailed(f"{target} already exists. Choose a new file.")
    source = Path(engine.url.database or "")
    if not source.is_file() or not source.stat().st_size:
        raise BackupFailed("There is no database yet. Run portal migrate first.")
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        integrity = copy_database(engine, unfinished)
        if integrity != "ok":
            raise BackupFailed(f"The copy is damaged, and the database may be too: {integrity}")
        with unfinished.open("rb+") as copy:
            os.fsync(copy.fileno())
        unfinished.rename(target)
    except (OSError, SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        raise BackupFailed(f"The database could not be copied: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def copy_database(engine: Engine, target: Path) -> str:
    """Copy page by page in one read transaction; return the result of the copy's integrity check, "ok" if sound."""
    # Uses the driver of the engine: another SQLite version must not open the file.
    copied = engine.dialect.loaded_dbapi.connect(target)
    source = engine.raw_connection()
    try:
        source.driver_connection.backup(copied)  # type: ignore[union-attr]  # pysqlite3 has no types
        copied.execute("PRAGMA journal_mode=DELETE")
        return str(copied.execute("PRAGMA integrity_check(1)").fetchone()[0])
    finally:
        source.close()
        copied.close()
