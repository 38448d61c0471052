"""A backup of the live database: complete, compared with what it was made of, and readable by its owner alone."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.errors import BackupFailed
from portal.services.accounts import disabled_accounts
from portal.services.operations import migrations
from portal.services.operations.backups import postgresql_dump, sqlite_file
from portal.services.operations.backups.manifest import Counts, Manifest, differing_counts, digest, manifest_path
from portal.services.operations.backups.unfinished import finish, unfinished_files


def back_up(engine: Engine, target: Path) -> Manifest:
    """Write a backup to a new file, compare it with the database, and return its manifest. Raises BackupFailed.

    Readers and writers are not blocked. The file gets its name only when it is complete; beside it are its manifest
    and the list of disabled accounts.
    """
    if target.exists():
        raise BackupFailed(f"{target} already exists. Choose a new file.")
    if engine.dialect.name == "sqlite":
        source = Path(engine.url.database or "")
        if not source.is_file() or not source.stat().st_size:
            raise BackupFailed("There is no database yet. Run portal migrate first.")
    try:
        with unfinished_files(target.parent) as new_file:
            copied, note = new_file(target.name), new_file(manifest_path(target).name)
            manifest = _write_sqlite(engine, copied) if engine.dialect.name == "sqlite" else _dump(engine, copied)
            note.write_text(manifest.as_text(), encoding="utf-8")
            disabled = new_file(disabled_accounts.path_beside(target).name)
            with Session(engine) as session:
                disabled_accounts.save_all(session, disabled)
            finish(disabled, disabled_accounts.path_beside(target))
            finish(note, manifest_path(target))
            finish(copied, target)
    except (OSError, SQLAlchemyError, engine.dialect.loaded_dbapi.Error, postgresql_dump.ProgramFailed) as error:
        raise BackupFailed(f"The database could not be copied: {error}") from error
    return manifest


def _write_sqlite(engine: Engine, target: Path) -> Manifest:
    taken_at = now()
    # The driver of the engine: another SQLite version must not open the file.
    source = engine.raw_connection()
    try:
        counts = sqlite_file.copy(source.driver_connection, target)
    finally:
        source.close()
    with sqlite_file.opened(target) as copied:
        if damage := sqlite_file.find_damage(copied):
            raise BackupFailed(f"The copy is damaged, and the database may be too: {damage}")
        _compare(counts, sqlite_file.count_rows(copied))
        schema = sqlite_file.schema_of(copied)
    return Manifest("sqlite", taken_at, schema, counts, target.stat().st_size, digest(target))


def _dump(engine: Engine, target: Path) -> Manifest:
    taken_at = now()
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        schema = migrations.current_revision(connection)
        if not schema:
            raise BackupFailed("There is no database yet. Run portal migrate first.")
        counts = postgresql_dump.dump(engine.url, connection, target)
    _compare(counts, postgresql_dump.count_dumped_rows(target))
    return Manifest("postgresql", taken_at, schema, counts, target.stat().st_size, digest(target))


def _compare(expected: Counts, found: Counts) -> None:
    if differing := differing_counts(expected, found):
        raise BackupFailed(f"The copy is not complete: {differing}. Run portal backup again.")
