"""A spooled export: a thread makes a file at its own pace into a temporary file, which one reader follows.

So a slow client holds up nobody: rows are made as fast as the machine allows, and wait on disk. The temporary file has
no name, so nothing of it remains, even after a crash.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context

from portal.errors import PortalError
from portal.exports.pace import page_load

# The longest that making one file, and handing it out, may take.
MAX_MAKING_SECONDS, MAX_DELIVERY_SECONDS = 600, 3_600
MAX_FILE_BYTES = 4_000_000_000
_READ_BYTES = 64 * 1024
_CHECK_SECONDS = 0.25


class ExportInterrupted(PortalError):
    """The file ends early; whoever reads it must see that it is not whole."""


class SpooledExport:
    """Runs `pieces` in a thread; iterate over it to read them. `on_end` is called once nothing more is made.

    `is_wanted` is asked while there is nothing to read: false stops everything.
    """

    def __init__(
        self,
        pieces: Callable[[], Iterable[bytes]],
        *,
        on_end: Callable[[], None],
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._pieces = pieces
        self._on_end = on_end
        self._is_wanted = is_wanted
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 # closed by `close`
        self._changed = threading.Condition()
        self._size = 0
        self._is_finished = False
        self._is_cancelled = False
        self._error: Exception | None = None
        self._began = time.monotonic()
        # In the context of the request, which knows its language.
        run = copy_context().run
        self._thread = threading.Thread(target=run, args=(self._make,), name="export", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[bytes]:
        position = 0
        while (available := self._wait_beyond(position)) > position:
            while position < available:
                piece = os.pread(self._file.fileno(), min(_READ_BYTES, available - position), position)
                position += len(piece)
                yield piece
            if time.monotonic() - self._began > MAX_DELIVERY_SECONDS:
                raise ExportInterrupted("The file was not taken in time.")

    def _wait_beyond(self, position: int) -> int:
        """The size of the file once it is larger than this, or finished. Raises the error of the maker."""
        with self._changed:
            while self._size <= position and not self._is_finished:
                if not self._changed.wait(_CHECK_SECONDS) and not self._is_wanted():
                    self._is_cancelled = True
                    raise ExportInterrupted("Nobody waits for the file any more.")
            if self._size <= position and self._error:
                raise self._error
            return self._size

    def close(self) -> None:
        """Stop making, and drop what was made; waits until the thread has ended."""
        self._is_cancelled = True
        self._thread.join()
        self._file.close()

    def _make(self) -> None:
        error: Exception | None = None
        try:
            for piece in self._pieces():
                self._add(piece)
                page_load.give_way()
        except Exception as caught:
            error = caught
        finally:
            self._on_end()
            with self._changed:
                self._error, self._is_finished = error, True
                self._changed.notify_all()

    def _add(self, piece: bytes) -> None:
        if self._is_cancelled:
            raise ExportInterrupted("Nobody waits for the file any more.")
        if time.monotonic() - self._began > MAX_MAKING_SECONDS or self._size + len(piece) > MAX_FILE_BYTES:
            raise ExportInterrupted("The file takes too long or becomes too large.")
        if not piece:
            return
        rest = memoryview(piece)
        while rest:
            # A disk that is nearly full takes a part of what it is given.
            rest = rest[os.pwrite(self._file.fileno(), rest, self._size + len(piece) - len(rest)) :]
        with self._changed:
            self._size += len(piece)
            self._changed.notify_all()
