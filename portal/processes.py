"""Processes that do what would take the time of requests in a thread, and how much memory they keep."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress

from portal.config import ROOT

_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# Parameters of mallopt(3): one heap for all threads, and blocks of this size go back to the system at once. Threads of
# Python run one at a time, so heaps of their own are no faster, and each keeps what its largest answer took.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_MAX_HEAP_BLOCK = 262_144


def environment_beside_server() -> dict[str, str]:
    """The environment of such a process: this code and these settings, and no part in the metrics of the server."""
    environment = {name: value for name, value in os.environ.items() if name != _METRICS_FOLDER}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), environment.get("PYTHONPATH")]))
    return environment


def bound_heap() -> None:
    """Let the allocator of the C library give back what it does not need; where it is not that of GNU, do nothing."""
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for parameter, value in (
            (_M_ARENA_MAX, 1),
            (_M_MMAP_THRESHOLD, _MAX_HEAP_BLOCK),
            (_M_TRIM_THRESHOLD, _MAX_HEAP_BLOCK),
        ):
            mallopt(parameter, value)
