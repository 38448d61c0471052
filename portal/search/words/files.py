"""The files of words of one portal on one machine: a process beside the workers makes each, and the workers map it."""

from __future__ import annotations

import hashlib
import json
import mmap
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import create_engine, make_url
from sqlalchemy.orm import Session

from portal.locks import try_lock
from portal.processes import environment_beside_server
from portal.search.index.snapshot import CatalogueVersion, read_catalogue_version
from portal.search.index.storage import array_file, checked_once
from portal.search.index.storage.array_file import ArrayFile, UnusableFileError
from portal.search.index.storage.snapshot_file import code_digest
from portal.search.words.build import make_sections
from portal.search.words.postings import WORDS, Postings
from portal.search.words.word_index import WordIndex

_FOLDER, _SUFFIX, _LOCK = "words", ".words", "lock"
_MAX_FILES = 2
_PRIVATE_MODE = 0o700


@dataclass(frozen=True)
class WordFiles:
    """The files below the folder of the snapshots."""

    snapshots: Path

    @property
    def folder(self) -> Path:
        return self.snapshots / _FOLDER

    def newest(self) -> WordIndex | None:
        """The words of the state whose file was written last; the database may be newer, or another one by now."""
        with suppress(OSError):
            for path in self._own():
                with suppress(UnusableFileError, OSError, KeyError):
                    return _read(path)
        return None

    def start_making(self, database_url: str) -> subprocess.Popen[bytes] | None:
        """Start a process that writes the file of the current state; None if there is one. Raises OSError."""
        if not (lock := self.lock()):
            return None
        lock.close()
        # A thread would take the time of requests, and its memory would stay with the worker.
        command, environment = [sys.executable, "-m", __package__], environment_beside_server()
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)  # noqa: S603 # no input
        # Not as arguments, which everybody on the machine may read.
        if process.stdin:
            with process.stdin as told:
                told.write(json.dumps([str(self.snapshots), database_url]).encode())
        return process

    def lock(self) -> IO[bytes] | None:
        """The right to write, until it is closed; None if another process has it. Raises OSError."""
        self.folder.mkdir(mode=_PRIVATE_MODE, parents=True, exist_ok=True)
        return try_lock(self.folder / _LOCK)

    def write(self, session: Session) -> None:
        """Write the file of the current state and remove old ones; for who holds the lock. Raises OSError."""
        # What is committed while the documents are read is in the journal after this version.
        version = read_catalogue_version(session)
        sections = make_sections(session)
        stamp = hashlib.sha256(version.stamp.encode()).hexdigest()
        name = f"{code_digest()[:16]}-{version.version:015d}-{stamp[:16]}{_SUFFIX}"
        about: dict[str, str | int | None] = {"code": code_digest(), "version": version.version, "stamp": version.stamp}
        array_file.write(self.folder / name, about, sections)
        checked_once.accept(self.folder / name)
        own = self._own()
        for path in self.folder.glob(f"*{_SUFFIX}"):
            if path not in own[:_MAX_FILES]:
                checked_once.remove(path)

    def _own(self) -> list[Path]:
        """Those of this version of the code, the newest first."""
        found = self.folder.glob(f"{code_digest()[:16]}-*{_SUFFIX}")
        return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def make(snapshots: Path, database_url: str) -> None:
    """Write the file of the current state, unless another process does: see __main__."""
    files, engine = WordFiles(snapshots), create_engine(make_url(database_url), **_engine_options(database_url))
    if lock := files.lock():
        with lock, Session(engine) as session:
            files.write(session)
    engine.dispose()


def _engine_options(database_url: str) -> dict[str, Any]:
    if make_url(database_url).get_backend_name() == "sqlite":
        import pysqlite3

        return {"module": pysqlite3}
    # PgBouncer may stand in between.
    return {"hide_parameters": True, "connect_args": {"prepare_threshold": None}}


def _read(path: Path) -> WordIndex:
    file = checked_once.read(path)
    if file.about.get("code") != code_digest():
        raise UnusableFileError("it is of another version of the portal")
    _release(file)
    version = CatalogueVersion(int(file.about["version"]), str(file.about["stamp"]))
    return WordIndex(Postings.of_sections(file.sections), version)


def _release(file: ArrayFile) -> None:
    """Give back the memory into which the checksums have read all of a file; what is needed is read again."""
    mapped = file.content(WORDS).obj
    if isinstance(mapped, mmap.mmap):
        mapped.madvise(mmap.MADV_DONTNEED)
