"""Backups: when one was made last, and whether its file is still there and whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from portal.services.operations import job_runs
from portal.services.operations.checks.finding import Finding, Surroundings, in_words, ok, problem, warning

_MAKE_ONE = "Run systemctl start portal-backup, and look at journalctl -u portal-backup (docs/deploying.md, 6)."
# One night and what a timer is late; after two nights, nobody has noticed the first.
_LATE, _VERY_LATE = timedelta(hours=26), timedelta(hours=50)


def check(surroundings: Surroundings) -> Iterator[Finding]:
    if not surroundings.settings.is_production:
        yield ok("A development portal: no backup is expected.")
        return
    try:
        yield from _last_run(surroundings)
    except SQLAlchemyError:
        # Whoever restores looks for the files while the database is away.
        surroundings.session.rollback()
    folder = Path(surroundings.settings.backup_folder)
    # PostgreSQL may be copied by a program of its own, which records its runs.
    if surroundings.dialect == "sqlite" or folder.is_dir():
        yield from _files(folder, surroundings.moment)


def _last_run(surroundings: Surroundings) -> Iterator[Finding]:
    states = job_runs.job_states(surroundings.session, surroundings.moment)
    state = next(state for state in states if state.job.name == "backup")
    if state.outcome == job_runs.FAILED:
        yield problem(f"The last backup failed: {state.message}", _MAKE_ONE)
    if state.age is None:
        yield problem("No backup has ever been made to its end.", _MAKE_ONE)
    elif state.age > _LATE:
        judge = problem if state.age > _VERY_LATE else warning
        yield judge(f"The last backup was made {in_words(state.age)} ago.", _MAKE_ONE)
    else:
        yield ok(f"The last backup was made {in_words(state.age)} ago.")


def _files(folder: Path, moment: datetime) -> Iterator[Finding]:
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        yield warning(f"There are no backups to read in {folder}.", f"Set PORTAL_BACKUPS to their folder. {_MAKE_ONE}")
        return
    files = [path for path in folder.iterdir() if path.is_file()]
    if unfinished := [path.name for path in files if path.name.endswith(".unfinished")]:
        yield warning(
            f"Unfinished backups in {folder}: {len(unfinished)}, such as {unfinished[0]}. A run was killed.",
            "The next backup removes them; else delete them by hand.",
        )
    copies = sorted((path for path in files if path.suffix == ".db"), key=lambda path: path.stat().st_mtime)
    if not copies:
        yield problem(f"There is no backup in {folder}.", _MAKE_ONE)
        return
    newest = copies[-1]
    age = moment - datetime.fromtimestamp(newest.stat().st_mtime, UTC)
    if age > _VERY_LATE:
        yield problem(f"The newest of {len(copies)} backups, {newest}, is {in_words(age)} old.", _MAKE_ONE)
    elif len(copies) > 1 and newest.stat().st_size < copies[-2].stat().st_size / 2:
        yield warning(
            f"The newest backup, {newest}, is less than half as large as the one before.",
            "Look whether records are missing before the older copies are deleted.",
        )
    else:
        yield ok(f"Backups in {folder}: {len(copies)}; the newest has {newest.stat().st_size / 1e6:.1f} MB.")
