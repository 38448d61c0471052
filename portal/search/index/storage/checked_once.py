"""Files that one process of this machine has compared with their checksums, so that the others need not.

Beside such a file stands a note: which file it was, and in which run of the machine. A file that was written since, or
was on a disk when the power was cut, is compared again.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

from portal.search.index.storage import array_file
from portal.search.index.storage.array_file import ArrayFile

_SUFFIX = ".checked"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PRIVATE_MODE = 0o600


def read(path: Path, *, is_writable: bool = False) -> ArrayFile:
    """Map a file as array_file.read does, and compare its sections unless a process of this machine has."""
    note, identity = _read_note(path), ""

    def is_checked(status: os.stat_result) -> bool:
        nonlocal identity
        identity = _identity(status)
        return bool(identity) and identity == note

    file = array_file.read(path, is_checked, is_writable=is_writable)
    if identity != note:
        _write_note(path, identity)
    return file


def accept(path: Path) -> None:
    """Note that the content of a file is right, for who has just written it."""
    with suppress(OSError):
        _write_note(path, _identity(path.stat()))


def remove(path: Path) -> None:
    """Remove a file with its note. Raises OSError."""
    _note(path).unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}{_SUFFIX}")


def _read_note(path: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        return _note(path).read_text()
    return ""


def _write_note(path: Path, identity: str) -> None:
    part = path.with_name(f"{path.name}{_SUFFIX}.{os.getpid()}")
    # Without a note the next reader compares, which is only slower.
    with suppress(OSError):
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_MODE), "w") as file:
            file.write(identity)
        part.replace(_note(path))


def _identity(status: os.stat_result) -> str:
    """The file in this run of the machine; "" where that cannot be told."""
    boot = _boot_id()
    return boot and f"{boot} {status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"


@cache
def _boot_id() -> str:
    with suppress(OSError):
        return _BOOT_ID.read_text().strip()
    return ""
