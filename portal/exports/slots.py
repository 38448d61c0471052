"""How many files a machine makes at once: each maker holds the lock of one slot, whatever process it runs in.

Other work that one process of a machine does has a lock of its own.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from portal.errors import ConfigurationError

# Making rows keeps a core busy, and pages need one too.
MAX_MAKERS = 2
_POLL_SECONDS = 0.05


def slots_folder() -> Path:
    """The folder of the lock files, which all portals of this user on this machine share. Raises ConfigurationError."""
    folder = Path(tempfile.gettempdir()) / f"portal-exports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid != os.getuid():
        raise ConfigurationError(f"{folder} belongs to somebody else. Remove it, or set TMPDIR to another folder.")
    return folder


class Slot:
    """The right to make one file, or to do what the lock is for, until `release`."""

    def __init__(self, lock: IO[bytes]) -> None:
        self._lock = lock

    def release(self) -> None:
        # Closing the file ends the lock, as does the end of the process.
        self._lock.close()


def take_slot(seconds: float, *, is_wanted: Callable[[], bool] = lambda: True) -> Slot | None:
    """A free slot; None if there is none within this time, or once it is not wanted any more."""
    deadline = time.monotonic() + seconds
    while is_wanted():
        for number in range(MAX_MAKERS):
            if slot := try_lock(f"slot-{number}"):
                return slot
        if time.monotonic() >= deadline:
            return None
        time.sleep(_POLL_SECONDS)
    return None


def try_lock(name: str) -> Slot | None:
    """The lock of this name if no other process of this machine and user holds it. Raises OSError."""
    lock = (slots_folder() / name).open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return Slot(lock)
