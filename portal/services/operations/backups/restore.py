"""Restores a backup, or only verifies it: everything is tried in a scratch database before the live one is replaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.database.transactions import transaction
from portal.errors import RestoreFailed
from portal.models import AuditEvent, Project
from portal.search.consistency import find_inconsistencies
from portal.search.fulltext import text_index
from portal.search.index.snapshot import load_snapshot
from portal.services.accounts import disabled_accounts
from portal.services.accounts.disabled_accounts import ListedAccount
from portal.services.integrity import row_check
from portal.services.operations import migrations
from portal.services.operations.backups import after_restore, postgresql_dump, sqlite_file
from portal.services.operations.backups.after_restore import Restore
from portal.services.operations.backups.live_state import LiveState, read_live_state
from portal.services.operations.backups.manifest import read_manifest
from portal.services.operations.backups.postgresql_target import PostgresqlTarget
from portal.services.operations.backups.sqlite_target import SqliteTarget


@dataclass
class RestoreReport:
    """What is in a backup, and what was done with it.

    `taken_at` is the moment of the state, None without a manifest; `changed_at` that of the last recorded event in it.
    `problems` are sentences about damage; `steps` what was done to it; `replaced_state` is where the replaced state is.
    """

    taken_at: datetime | None = None
    changed_at: datetime | None = None
    is_counted: bool = False
    projects: int = 0
    documents: int = 0
    compared: int = 0
    uncompared: int = 0
    problems: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    replaced_state: str = ""


def verify(url: URL, backup: Path, make_engine: Callable[[URL], Engine]) -> RestoreReport:
    """Restore a backup into a scratch place, examine it there and remove it again. Raises RestoreFailed."""
    return _run(url, backup, make_engine)


def restore(
    url: URL, backup: Path, make_engine: Callable[[URL], Engine], *, own_list: Path | None, sends_mail: bool = False
) -> RestoreReport:
    """Replace the live database by a backup, after the steps of after_restore. Raises RestoreFailed.

    `own_list` is the list of disabled accounts; those beside the backups in its folder count too.
    """
    lists = [own_list] if own_list else []
    lists += sorted(backup.parent.glob(f"*{disabled_accounts.FILE_NAME}"))
    return _run(url, backup, make_engine, _Wish(tuple(dict.fromkeys(lists)), sends_mail))


@dataclass(frozen=True)
class _Wish:
    """That the live database be replaced: the lists of disabled accounts, and whether mail goes out at once."""

    lists: tuple[Path, ...]
    sends_mail: bool

    def read_lists(self) -> list[ListedAccount]:
        return [line for path in self.lists for line in disabled_accounts.read_list(path)]


def _run(url: URL, backup: Path, make_engine: Callable[[URL], Engine], wish: _Wish | None = None) -> RestoreReport:
    target = _target(url, backup, make_engine)
    manifest, report = read_manifest(backup), RestoreReport()
    if manifest:
        report.taken_at, report.is_counted = manifest.taken_at, True
    with target.scratch(backup, manifest, is_live=wish is not None) as (engine, replace):
        _migrate(engine, backup)
        _examine(engine, report)
        if wish:
            replaced = _live_state(target)
            if replaced is None:
                replaced = LiveState()
                report.steps.append("The replaced database could not be read: the lists alone say who is disabled.")
            prepared = Restore(backup.name, wish.read_lists(), replaced, wish.sends_mail)
            with Session(engine) as session, transaction(session):
                report.steps += after_restore.apply_steps(session, prepared)
            report.replaced_state = replace()
            # Somebody may have been disabled while the backup was examined.
            _disable_again(target, Restore(backup.name, wish.read_lists(), replaced))
    return report


def _target(url: URL, backup: Path, make_engine: Callable[[URL], Engine]) -> SqliteTarget | PostgresqlTarget:
    if not backup.is_file():
        raise RestoreFailed(f"There is no file {backup}: name one that portal backup wrote.")
    is_sqlite = url.drivername == "sqlite"
    if is_sqlite and postgresql_dump.is_dump(backup):
        raise RestoreFailed(
            f"{backup} is a dump of PostgreSQL, but DATABASE_URL names an SQLite file: correct one of them."
        )
    if not is_sqlite and sqlite_file.is_sqlite(backup):
        raise RestoreFailed(f"{backup} is an SQLite database, but DATABASE_URL names PostgreSQL: correct one of them.")
    return SqliteTarget(url, make_engine) if is_sqlite else PostgresqlTarget(url, make_engine)


def _migrate(engine: Engine, backup: Path) -> None:
    """Bring the tables of a backup of an earlier version up to date."""
    with engine.execution_options(writes=True).begin() as connection:
        if schema := migrations.newer_revision(connection):
            raise RestoreFailed(
                f"{backup} is of a newer version of the portal (tables {schema}, this version knows "
                f"{migrations.head_revision()}): install that version first."
            )
        migrations.migrate(connection)


def _examine(engine: Engine, report: RestoreReport) -> None:
    """Compare rows with their checksums, rebuild the text index, and compare the indexes with the tables."""
    with Session(engine) as session:
        found = row_check.check(session)
        report.compared, report.uncompared = found.compared, len(found.unstored)
        report.problems += map(str, found.damaged)
        report.projects = session.execute(select(func.count()).select_from(Project)).scalar_one()
        report.changed_at = session.execute(select(func.max(AuditEvent.at))).scalar_one()
        if session.get_bind().dialect.name == "sqlite":
            broken = session.execute(text("PRAGMA foreign_key_check")).all()
            report.problems += [f"{row[0]}: row {row[1]} refers to a row of {row[2]} that is missing" for row in broken]
    try:
        with Session(engine) as session, transaction(session):
            report.documents = text_index.rebuild(session)
        with Session(engine) as session:
            report.problems += find_inconsistencies(session, load_snapshot(session))
    except (DBAPIError, ValueError) as error:
        raise RestoreFailed(f"The index of this backup cannot be built ({error}). Take another backup.") from error


def _live_state(target: SqliteTarget | PostgresqlTarget) -> LiveState | None:
    engine = target.engine_of_live()
    if engine is None:
        return None if target.exists() else LiveState()
    try:
        return read_live_state(engine)
    finally:
        engine.dispose()


def _disable_again(target: SqliteTarget | PostgresqlTarget, prepared: Restore) -> None:
    """Disable in the live database whoever the lists name by now."""
    engine = target.engine_of_live()
    if engine is None:
        return
    try:
        with Session(engine) as session, transaction(session):
            if done := after_restore.disable_listed_accounts(session, prepared):
                after_restore.record_restore(session, prepared, [done])
    finally:
        engine.dispose()
