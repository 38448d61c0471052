"""What the health listener finds out in the background, in a thread for each thing, since any of them may hang."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

_RETRY_SECONDS = 2.0

_log = logging.getLogger(__name__)
Found = TypeVar("Found")


@dataclass
class Probe(Generic[Found]):
    """Calls `find` every `period` seconds, and more often while the result is not `well`.

    `found` is the last result other than None, `found_at` when it came.

    `began_at` is set while a call is running. Both are readings of time.monotonic(), 0 for never.
    """

    name: str
    period: float
    find: Callable[[], Found | None]
    well: Callable[[Found], bool] = lambda _: True
    found: Found | None = None
    found_at: float = 0.0
    began_at: float = 0.0

    def start(self) -> None:
        threading.Thread(target=self._run, name=f"probe {self.name}", daemon=True).start()

    def _run(self) -> None:
        while True:
            is_well = self.look()
            time.sleep(self.period if is_well else min(self.period, _RETRY_SECONDS))

    def look(self) -> bool:
        """Find out once; False if nothing was found, or nothing good."""
        self.began_at = time.monotonic()
        try:
            found = self.find()
        except Exception as error:
            # Its age tells; one line says why.
            _log.error("the probe of %s failed: %s", self.name, type(error).__name__)
            found = None
        if found is not None:
            self.found, self.found_at = found, time.monotonic()
        self.began_at = 0.0
        return found is not None and self.well(found)

    def age(self) -> float | None:
        """Seconds since the last result; None if there was none yet."""
        return time.monotonic() - self.found_at if self.found_at else None

    def waiting(self) -> float:
        """For how many seconds a running call has not returned."""
        began_at = self.began_at
        return time.monotonic() - began_at if began_at else 0.0
