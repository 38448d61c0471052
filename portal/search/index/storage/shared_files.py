"""The snapshot files of one portal on one machine: one process makes each, the others map it, old ones are removed."""

from __future__ import annotations

import hashlib
import logging
import math
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from portal.errors import ConfigurationError
from portal.locks import shared_folder, take_lock
from portal.search.index.snapshot import CatalogueVersion, Snapshot
from portal.search.index.storage import checked_once, snapshot_file
from portal.search.index.storage.array_file import UnusableFileError
from portal.search.index.storage.snapshot_file import SnapshotFile

_log = logging.getLogger(__name__)

OFF = "off"
_SUFFIX, _PART_SUFFIX, _LOCK = ".snapshot", ".part", "lock"
# The newest ones of this code; of the others, which may still serve during a reload, those of the last hour.
_MAX_OWN_FILES, _MAX_OTHER_AGE_SECONDS = 2, 3_600
_RETRY_SECONDS = 60.0
_PRIVATE_MODE = 0o700


@dataclass
class SharedFiles:
    """The files in a folder; each has the name of its code and state. What fails is logged and never raised.

    A file may be removed at any time: who has mapped it keeps it until the mapping ends. `next_write_at` is a reading
    of time.monotonic(): a full disk is not tried again at once.
    """

    folder: Path
    next_write_at: float = 0.0

    def path(self, version: CatalogueVersion) -> Path:
        """The file of a state."""
        stamp = hashlib.sha256(version.stamp.encode()).hexdigest()
        return self.folder / f"{_code()}-{version.version:015d}-{stamp[:16]}{_SUFFIX}"

    def open(self, version: CatalogueVersion) -> SnapshotFile | None:
        """The file of this state, None if there is none that can be used."""
        return _read(self.path(version), version)

    def newest(self) -> SnapshotFile | None:
        """The file that was written last; the database may be older, newer, or another one by now."""
        with suppress(OSError):
            for path in self._own():
                if found := _read(path):
                    return found
        return None

    def write(self, snapshot: Snapshot) -> bool:
        """Write the file of a snapshot, and remove old ones; for who holds `lock`. False if that failed."""
        try:
            self._prepare()
            snapshot_file.write(self.path(snapshot.catalogue_version), snapshot)
            self._sweep()
        except OSError as error:
            self._note_failure(error)
            return False
        return True

    def lock(self, seconds: float) -> IO[bytes] | None:
        """The right to write, until it is closed; None if another process has it, or nothing can be written here."""
        if time.monotonic() < self.next_write_at:
            return None
        try:
            self._prepare()
            return take_lock([self.folder / _LOCK], seconds)
        except OSError as error:
            self._note_failure(error)
            return None

    def age(self) -> float:
        """How many seconds ago a file was written last; infinite if there is none."""
        return min((time.time() - _modified_at(path) for path in self._own()), default=math.inf)

    def _own(self) -> list[Path]:
        """The files of this code, the newest first. A restored database counts versions anew, so names do not tell."""
        return sorted(self.folder.glob(f"{_code()}-*{_SUFFIX}"), key=_modified_at, reverse=True)

    def _note_failure(self, error: OSError) -> None:
        _log.warning("no snapshot can be kept in %s, so each process holds its own: %s", self.folder, error)
        self.next_write_at = time.monotonic() + _RETRY_SECONDS

    def _prepare(self) -> None:
        """Make the folder. Raises OSError."""
        self.folder.mkdir(mode=_PRIVATE_MODE, parents=True, exist_ok=True)
        if self.folder.is_symlink() or self.folder.stat().st_uid != os.geteuid():
            raise PermissionError(f"{self.folder} belongs to somebody else")

    def _sweep(self) -> None:
        """Remove all but the newest files, and what a process left that was killed while it wrote."""
        own = self._own()
        oldest = time.time() - _MAX_OTHER_AGE_SECONDS
        others = [path for path in self.folder.glob(f"*{_SUFFIX}") if path not in own]
        abandoned = [path for path in others if _modified_at(path) < oldest]
        for path in (*own[_MAX_OWN_FILES:], *abandoned, *self.folder.glob(f"*{_PART_SUFFIX}")):
            checked_once.remove(path)


def shared_files(folder: str, database_url: str) -> SharedFiles | None:
    """The files of the portal with this database, below a folder of the setting PORTAL_SNAPSHOTS; None for "off".

    Without a folder, they are beside the locks of this machine.
    """
    if folder == OFF:
        return None
    try:
        within = Path(folder) if folder else shared_folder()
    except (OSError, ConfigurationError):
        return None
    return SharedFiles(within / f"snapshots-{hashlib.sha256(database_url.encode()).hexdigest()[:16]}")


def _code() -> str:
    return snapshot_file.code_digest()[:16]


def _read(path: Path, version: CatalogueVersion | None = None) -> SnapshotFile | None:
    try:
        return SnapshotFile.read(path, version)
    except FileNotFoundError:
        return None
    except OSError as error:
        _log.warning("the snapshot %s cannot be read: %s", path, error)
        return None
    except UnusableFileError as error:
        _log.warning("the snapshot %s cannot be used and is made anew: %s", path, error)
        # Otherwise each process would try it again; a writer may have replaced it meanwhile, and writes it once more.
        with suppress(OSError):
            checked_once.remove(path)
        return None


def _modified_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
