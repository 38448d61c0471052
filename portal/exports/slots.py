"""How many files a machine makes at once: each maker holds the lock of one slot, whatever process it runs in.

One client has one file made at a time, so that a slot is left for the others.
"""

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

# Making rows keeps a core busy, and pages need one too.
MAX_MAKERS = 2
_POLL_SECONDS = 0.05
# How long a file waits for another one of the same client.
_SECONDS_FOR_OWN = 0.8
# Clients whose digests agree modulo this number wait for each other.
_CLIENT_LOCKS = 1_024


def slots_folder() -> Path:
    """The folder of the lock files, which all portals of this user on this machine share. Raises ConfigurationError."""
    folder = Path(tempfile.gettempdir()) / f"portal-exports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid != os.getuid():
        raise ConfigurationError(f"{folder} belongs to somebody else. Remove it, or set TMPDIR to another folder.")
    return folder


class Slot:
    """The right to make one file, until `release`."""

    def __init__(self, locks: tuple[IO[bytes], ...]) -> None:
        self._locks = locks

    def release(self) -> None:
        for lock in self._locks:
            # Closing the file ends the lock, as does the end of the process.
            lock.close()


def take_slot(seconds: float, *, client: str, is_wanted: Callable[[], bool] = lambda: True) -> Slot | None:
    """A free slot; None if there is none within this time, or once it is not wanted any more.

    `client` is the network of the client; while another file of the same client is being made, None comes sooner.
    """
    digest = int.from_bytes(hashlib.blake2b(client.encode(), digest_size=4).digest())
    own = _take_lock((f"client-{digest % _CLIENT_LOCKS}",), min(seconds, _SECONDS_FOR_OWN), is_wanted)
    if own is None:
        return None
    lock = _take_lock([f"slot-{number}" for number in range(MAX_MAKERS)], seconds, is_wanted)
    if lock is None:
        own.close()
        return None
    return Slot((lock, own))


def _take_lock(names: Sequence[str], seconds: float, is_wanted: Callable[[], bool]) -> IO[bytes] | None:
    """The lock of the first of these files that is free, within this time."""
    deadline = time.monotonic() + seconds
    while is_wanted():
        for name in names:
            if lock := try_lock(name):
                return lock
        if time.monotonic() >= deadline:
            return None
        time.sleep(_POLL_SECONDS)
    return None


def try_lock(name: str) -> IO[bytes] | None:
    """The lock of this name, until it is closed; None if another process of this user holds it. Raises OSError."""
    lock = (slots_folder() / name).open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock
