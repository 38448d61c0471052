"""Locks that the processes of a user on one machine share: each is a file, and ends with whoever holds it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from portal.errors import ConfigurationError

_POLL_SECONDS = 0.05


def shared_folder(purpose: str = "exports") -> Path:
    """The folder that all portals of this user on this machine share for a purpose. Raises ConfigurationError."""
    folder = Path(tempfile.gettempdir()) / f"portal-{purpose}-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid != os.getuid():
        raise ConfigurationError(f"{folder} belongs to somebody else. Remove it, or set TMPDIR to another folder.")
    return folder


def lock_of_database(purpose: str, database_url: str) -> Path:
    """The lock of whichever process does something for a database: a machine may run several portals."""
    return shared_folder() / f"{purpose}-{hashlib.sha256(database_url.encode()).hexdigest()[:16]}"


def try_lock(path: Path) -> IO[bytes] | None:
    """The lock of this file, until it is closed; None if somebody else holds it. Raises OSError."""
    lock = path.open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def take_lock(paths: Sequence[Path], seconds: float, is_wanted: Callable[[], bool] = lambda: True) -> IO[bytes] | None:
    """The lock of the first of these files that is free; None if none is within this time, or once it is not wanted."""
    deadline = time.monotonic() + seconds
    while is_wanted():
        for path in paths:
            if lock := try_lock(path):
                return lock
        if time.monotonic() >= deadline:
            return None
        time.sleep(_POLL_SECONDS)
    return None
