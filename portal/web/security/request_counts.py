"""RequestCounts: how many requests each client address has sent in this minute, for all processes together.

The counts are in a small file that the processes of a portal share. It holds no address: only a digest of each, with
the secret key, and nothing is read again once its minute is over.
"""

from __future__ import annotations

import hashlib
import logging
import os
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from portal.errors import ConfigurationError
from portal.text.ip_addresses import client_network

WINDOW_SECONDS = 60
# Digest of the client, number of the window, requests in it.
_ENTRY = struct.Struct("<8sII")
_ENTRIES, _PROBES = 65_536, 8

_log = logging.getLogger(__name__)


class Allowance(NamedTuple):
    """What a client may still send: `remaining` requests in `seconds`; `is_exceeded` if this one was too many."""

    limit: int
    remaining: int
    seconds: int
    is_exceeded: bool


class RequestCounts:
    """Up to `limit` requests a minute for each client; the processes with one `secret` count together in one file.

    `folder` returns the folder of the file, which is made at the first request.
    """

    def __init__(self, folder: Callable[[], Path], *, limit: int, secret: str) -> None:
        self.limit = limit
        self._folder = folder
        self._secret = hashlib.sha256(f"requests {secret}".encode()).digest()
        self._lock = threading.Lock()
        self._file: int | None = None

    def hit(self, address: str, *, moment: float | None = None) -> Allowance:
        """Count one request of a client; `moment` is the time in seconds, now unless given."""
        window, elapsed = divmod(time.time() if moment is None else moment, WINDOW_SECONDS)
        try:
            count = self._add(self._digest(address), int(window))
        except (OSError, ConfigurationError) as error:
            # Neither a full disk nor a folder of somebody else stops anybody from reading.
            _log.warning("requests are not counted: %s", error)
            count = 1
        seconds = max(1, WINDOW_SECONDS - int(elapsed))
        return Allowance(self.limit, max(0, self.limit - count), seconds, count > self.limit)

    def _digest(self, address: str) -> bytes:
        return hashlib.blake2b(client_network(address).encode(), digest_size=8, key=self._secret).digest()

    def _add(self, client: bytes, window: int) -> int:
        """The number of requests of a client in this window, with this one."""
        start = int.from_bytes(client[:4], "little") % _ENTRIES
        # Two processes that count one client at the same moment may count once; that harms nobody.
        with self._lock:
            file = self._open()
            place, count = self._find(file, start, client, window)
            os.pwrite(file, _ENTRY.pack(client, window, count + 1), place)
        return count + 1

    def _find(self, file: int, start: int, client: bytes, window: int) -> tuple[int, int]:
        """The place of a client's entry and its count: its own, else a free one, else the one with fewest requests."""
        best = (2**32, 0)
        for probe in range(_PROBES):
            place = (start + probe) % _ENTRIES * _ENTRY.size
            entry = os.pread(file, _ENTRY.size, place)
            known, its_window, count = _ENTRY.unpack(entry) if len(entry) == _ENTRY.size else (b"", 0, 0)
            if known == client and its_window == window:
                return place, count
            best = min(best, (count if its_window == window else -1, place))
        return best[1], 0

    def _open(self) -> int:
        if self._file is None:
            path = self._folder() / f"requests-{hashlib.sha256(self._secret).hexdigest()[:16]}"
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        return self._file
