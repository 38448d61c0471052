"""Files that are being written: readable by their owner alone from the first byte, and removed after a kill."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

_MAX_WAIT_SECONDS = 600
_SUFFIX = ".portal.unfinished"
NewFile = Callable[[str], Path]


@contextmanager
def unfinished_files(folder: Path) -> Iterator[NewFile]:
    """A function that makes an empty file for a name, with mode 0600 whatever the umask; `finish` gives it the name.

    What killed runs left in the folder is removed first, and what this one leaves, at its end. One run at a time works
    in a folder; the next one waits, at most ten minutes.
    """
    with _locked(folder):
        _remove(folder)
        try:
            yield partial(_create, folder)
        finally:
            _remove(folder)


def finish(path: Path, target: Path) -> None:
    """Give a whole file its name, so that a power cut leaves either all of it or nothing."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    path.rename(target)
    descriptor = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _create(folder: Path, name: str) -> Path:
    path = folder / f"{name}{_SUFFIX}"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return path


def _remove(folder: Path) -> None:
    # With their journals.
    for path in folder.glob(f"*{_SUFFIX}*"):
        path.unlink(missing_ok=True)


def _wait_for_lock(descriptor: int, folder: Path) -> None:
    deadline = time.monotonic() + _MAX_WAIT_SECONDS
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise OSError(error.errno, "Another backup or restore works there and does not end", folder) from error
            time.sleep(0.1)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _wait_for_lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)
