"""Restoring an SQLite file: into a scratch file, and from there into the live one in a single write transaction.

The live file is overwritten by SQLite itself, so its write-ahead log and the processes that have it open see an
ordinary commit: they go on with the restored state, and there is never a log of another file beside it. Only a file
that SQLite cannot open is moved aside, and only while no process has it open.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pysqlite3
from sqlalchemy import URL, Engine

from portal.database.orm import now
from portal.errors import RestoreFailed
from portal.locks import shared_folder
from portal.services.operations.backups import sqlite_file
from portal.services.operations.backups.manifest import Manifest, differing_counts
from portal.services.operations.backups.unfinished import NewFile, finish, unfinished_files

_BLOCK = 1 << 20
_PAGES_A_STEP = 16
_BUSY_SECONDS = 60
# The copy, the state that is replaced, and the write-ahead log of replacing it; some more for the text index.
_COPIES_TO_RESTORE, _COPIES_TO_VERIFY = 3.3, 1.3
_NOT_OPENED = ("not a database", "malformed")
_SIDE_FILES = ("-wal", "-shm", "-journal")


class SqliteTarget:
    """The live SQLite file; `make_engine` connects to a scratch file as the portal does."""

    def __init__(self, url: URL, make_engine: Callable[[URL], Engine]) -> None:
        self._url, self._make_engine = url, make_engine
        self.live = Path(url.database or "").resolve()

    def engine_of_live(self) -> Engine | None:
        """A connection to the live database; None if there is none that SQLite can open."""
        return self._make_engine(self._url) if self.exists() and sqlite_file.is_sqlite(self.live) else None

    def exists(self) -> bool:
        """Whether there is a live database, whatever its state."""
        return self.live.is_file() and self.live.stat().st_size > 0

    @contextmanager
    def scratch(
        self, backup: Path, manifest: Manifest | None, *, is_live: bool
    ) -> Iterator[tuple[Engine, Callable[[], str]]]:
        """The backup as a database of its own, and what puts it in the place of the live one; gone after the block.

        Raises RestoreFailed if the backup is not whole.
        """
        self._check(backup)
        with self._folder(is_live=is_live) as new_file:
            path = new_file(f"{self.live.name}.restored")
            self._require_room(path.parent, backup, is_live=is_live)
            _copy_checked(backup, path, manifest)
            engine = self._make_engine(self._url.set(database=str(path)))
            try:
                yield engine, lambda: self._replace(engine, path, new_file)
            finally:
                engine.dispose()

    def _check(self, backup: Path) -> None:
        if not sqlite_file.is_sqlite(backup):
            raise RestoreFailed(f"{backup} is not an SQLite database: name a file that portal backup wrote.")
        if self.live.exists() and backup.samefile(self.live):
            raise RestoreFailed(f"{backup} is the live database itself: name a file that portal backup wrote.")
        log = backup.with_name(f"{backup.name}-wal")
        if log.exists() and log.stat().st_size:
            raise RestoreFailed(
                f"{log} lies beside it, so {backup} is not a finished copy. Make one of both first: "
                f"DATABASE_URL=sqlite:///{backup.resolve()} portal backup FILE."
            )

    @contextmanager
    def _folder(self, *, is_live: bool) -> Iterator[NewFile]:
        if is_live:
            self.live.parent.mkdir(parents=True, exist_ok=True)
            with unfinished_files(self.live.parent) as new_file:
                yield new_file
        else:
            # Always the same folder, so that the next run finds what a killed one left.
            with unfinished_files(shared_folder("verify")) as new_file:
                yield new_file

    def _require_room(self, folder: Path, backup: Path, *, is_live: bool) -> None:
        size = max(file.stat().st_size for file in (backup, self.live) if file.exists())
        needed, free = size * (_COPIES_TO_RESTORE if is_live else _COPIES_TO_VERIFY), shutil.disk_usage(folder).free
        if free < needed:
            where = "Make room there" if is_live else "Make room there, or set TMPDIR to another folder"
            raise RestoreFailed(
                f"There is no room in {folder}: {needed / 1e6:,.0f} MB are needed, {free / 1e6:,.0f} MB are free. "
                f"{where}."
            )

    def _replace(self, engine: Engine, scratch: Path, new_file: NewFile) -> str:
        """Put the scratch file in the place of the live one; returns where the replaced state is, "" for none."""
        engine.dispose()
        replaced = self.live.with_name(f"{self.live.name}.replaced-{now():%Y%m%dT%H%M%SZ}")
        existed = self.exists()
        # Opening anything else would let SQLite delete the log beside it, which may be worth keeping.
        if existed and sqlite_file.is_sqlite(self.live) and _overwrite(scratch, self.live, replaced, new_file):
            return str(replaced)
        self._refuse_while_open()
        for suffix in ("", *_SIDE_FILES):
            if (path := self.live.with_name(self.live.name + suffix)).exists():
                path.rename(replaced.with_name(replaced.name + suffix))
        _take_owner(scratch, replaced if replaced.exists() else self.live.parent)
        finish(scratch, self.live)
        with sqlite_file.opened(self.live) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        return str(replaced) if existed else ""

    def _refuse_while_open(self) -> None:
        if pids := processes_with_open(self.live):
            raise RestoreFailed(
                f"{self.live} cannot be opened, and processes {', '.join(map(str, pids))} still have it open: stop the "
                "portal (systemctl stop portal.socket portal.service) and run this again."
            )


def processes_with_open(path: Path) -> list[int]:
    """The ids of other processes that have this file open, also if it was deleted; root alone sees all users'."""
    names = {str(path), f"{path} (deleted)"}
    found = set()
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if str(descriptor.readlink()) in names:
                found.add(int(descriptor.parts[2]))
    return sorted(found - {os.getpid()})


def _copy_checked(backup: Path, target: Path, manifest: Manifest | None) -> None:
    """Copy the bytes of a backup and compare them with its manifest."""
    sha256 = hashlib.sha256()
    with backup.open("rb") as source, target.open("wb") as copied:
        while block := source.read(_BLOCK):
            sha256.update(block)
            copied.write(block)
    if manifest and sha256.hexdigest() != manifest.sha256:
        raise RestoreFailed(f"{backup} is damaged: its checksum is not that of its manifest. Take another backup.")
    try:
        with sqlite_file.opened(target) as connection:
            if damage := sqlite_file.find_damage(connection):
                raise RestoreFailed(f"{backup} is damaged ({damage}). Take another backup.")
            connection.execute("PRAGMA journal_mode=DELETE")
            if not sqlite_file.schema_of(connection):
                raise RestoreFailed(f"{backup} is not a database of the portal: it has none of its tables.")
            counts = sqlite_file.count_rows(connection)
    except pysqlite3.DatabaseError as error:
        raise RestoreFailed(f"{backup} is damaged ({error}). Take another backup.") from error
    if manifest and (differing := differing_counts(manifest.counts, counts)):
        raise RestoreFailed(f"{backup} is not what its manifest says: {differing}. Take another backup.")


def _overwrite(scratch: Path, live: Path, replaced: Path, new_file: NewFile) -> bool:
    """Replace the content of the live file in one transaction; what it was is kept first, while nobody can write.

    False if SQLite cannot open the live file, which is then as it was. Raises RestoreFailed.
    """
    copied: list[Path] = []
    deadline = time.monotonic() + _BUSY_SECONDS

    def keep(_status: int, _remaining: int, _total: int) -> None:
        # After the first step the live file is locked for others and still unchanged, which a reader sees.
        if not copied and _status == 0:
            copied.append(new_file(replaced.name))
            with sqlite_file.opened(live) as reader, sqlite_file.opened(copied[0]) as copy:
                reader.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
            finish(copied[0], replaced)
        if time.monotonic() > deadline and not copied:
            raise RestoreFailed(f"{live} was locked for {_BUSY_SECONDS} seconds: stop what writes it and try again.")

    try:
        with sqlite_file.opened(scratch) as source, sqlite_file.opened(live) as target:
            target.execute("PRAGMA journal_mode=WAL")
            target.execute("PRAGMA synchronous=FULL")
            # A step that finds the file locked tells `keep`.
            target.execute("PRAGMA busy_timeout=100")
            source.backup(target, pages=_PAGES_A_STEP, progress=keep, sleep=0.01)
            target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except pysqlite3.DatabaseError as error:
        if any(text in str(error) for text in _NOT_OPENED):
            return False
        raise RestoreFailed(f"{live} could not be written ({error}). It is as it was.") from error
    return True


def _take_owner(path: Path, model: Path) -> None:
    """Give a file the owner of another one, if we may, and its mode if that is a file."""
    status = model.stat()
    with suppress(PermissionError):
        os.chown(path, status.st_uid, status.st_gid)
    if model.is_file():
        path.chmod(status.st_mode & 0o777)
