"""A kept connection to every worker of a server: which of them takes one is chance, but /proc knows."""

import time
from contextlib import suppress
from pathlib import Path

from tests.bench.serving import Server
from tests.bench.visitor import Visitor, check

_CONNECTIONS_MOST, _TAKEN_WITHIN, _TICK = 500, 0.5, 0.001
# Seconds for an answer: a worker builds its index first.
_PATIENCE = 60


def one_at_each(server: Server, workers: int) -> list[tuple[int, Visitor]]:
    """A visitor on a kept connection at each worker: (process id, visitor)."""
    found: dict[int, Visitor] = {}
    for _ in range(_CONNECTIONS_MOST):
        visitor = Visitor(server.port, timeout=_PATIENCE)
        worker = worker_behind(visitor, server)
        if worker is None or worker in found:
            visitor.close()
            continue
        check("/projects/", visitor.ask("/projects/").status)
        found[worker] = visitor
        if len(found) == workers:
            return list(found.items())
    raise SystemExit(f"Only {len(found)} of {workers} workers ever took a connection.")


def worker_behind(visitor: Visitor, server: Server) -> int | None:
    """Which worker holds the other end of a connection, as soon as one has taken it; None when none does."""
    until = time.perf_counter() + _TAKEN_WITHIN
    while time.perf_counter() < until:
        if inode := other_end(visitor.local_port, server.port):
            for worker in server.workers:
                # A worker opens and closes files while we look.
                with suppress(OSError):
                    if any(
                        str(held.readlink()) == f"socket:[{inode}]" for held in Path(f"/proc/{worker}/fd").iterdir()
                    ):
                        return worker
        time.sleep(_TICK)
    return None


def other_end(own: int, port: int) -> str:
    """The inode of the socket at the server's end of a connection between two ports; "" before it is taken."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(f":{port:04X}") and fields[2].endswith(f":{own:04X}"):
            return "" if fields[9] == "0" else fields[9]
    return ""
