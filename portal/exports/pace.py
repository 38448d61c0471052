"""Files are made at lower priority than pages: whoever makes one lets the page requests of the process go first."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Under constant load a file still grows: after this time it takes its turn.
_MAX_PAUSE_SECONDS = 0.01
_STEP_SECONDS = 0.0005


class PageLoad:
    """Counts the page requests that a process is answering."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active = 0

    @contextmanager
    def request(self) -> Iterator[None]:
        """A page is being made inside the block."""
        with self._lock:
            self._active += 1
        try:
            yield
        finally:
            with self._lock:
                self._active -= 1

    def give_way(self) -> None:
        """Wait while pages are being made, but never long."""
        if not self._active:
            return
        deadline = time.monotonic() + _MAX_PAUSE_SECONDS
        while self._active and time.monotonic() < deadline:
            time.sleep(_STEP_SECONDS)


page_load = PageLoad()
