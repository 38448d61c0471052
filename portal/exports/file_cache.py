"""A cache of one large file: it is made once for each state, beside the locks of the slots, and replaced as a whole.

A server that is restarted makes it again if the temporary folder is new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from portal.locks import shared_folder, take_lock

_LOCK, _PART = "lock", "part"


class FileCache:
    """The file of the newest state, under the name of that state; all workers of a portal share the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, name: str) -> IO[bytes] | None:
        """The file of this state, None if it is not made yet. It can be read to its end even if it is replaced."""
        try:
            return (self._folder / name).open("rb")
        except FileNotFoundError:
            return None

    def claim(self, seconds: float, *, is_wanted: Callable[[], bool] = lambda: True) -> Claim | None:
        """The right to make the file; None if another has it longer than this time, or once it is not wanted."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = take_lock([self._folder / _LOCK], seconds, is_wanted)
        return Claim(self._folder, lock) if lock else None


class Claim:
    """The right to make the file, until `release`."""

    def __init__(self, folder: Path, lock: IO[bytes]) -> None:
        self._folder = folder
        self._lock = lock

    def keep(self, name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Pass the pieces on, and keep them once the last one has been asked for; files of other states go."""
        part = self._folder / _PART
        with part.open("wb") as file:
            for piece in pieces:
                file.write(piece)
                yield piece
        part.replace(self._folder / name)
        for other in self._folder.iterdir():
            if other.name not in (name, _LOCK):
                other.unlink(missing_ok=True)

    def release(self) -> None:
        """Let others make the file; what is not finished goes."""
        (self._folder / _PART).unlink(missing_ok=True)
        # Closing the file ends the lock, as does the end of the process.
        self._lock.close()


def file_cache(*portal: str) -> FileCache:
    """The cache of the portal that these texts tell from others on this machine."""
    digest = hashlib.sha256("\n".join(portal).encode()).hexdigest()[:16]
    return FileCache(shared_folder() / f"kept-{digest}")
