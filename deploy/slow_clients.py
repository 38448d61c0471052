"""Shows what slow clients do to the portal: behind nginx nothing, without it they stop it.

    .venv/bin/python deploy/slow_clients.py             500 clients, nginx and gunicorn as shipped, 20 s
    .venv/bin/python deploy/slow_clients.py --bodies    the same with complete headers and a dripping body
    .venv/bin/python deploy/slow_clients.py --bare --clients 50

Each client sends one byte every 0.3 s, and comes back when it is shut out. Meanwhile /healthz is asked every
100 ms; behind nginx it must answer within 50 ms all the while. All on loopback, in a throw-away folder.
"""

import argparse
import contextlib
import http.client
import multiprocessing
import os
import select
import socket
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from deploy import rehearsal

PAUSE = 0.3  # seconds between two bytes of a client
PROBE_EVERY = 0.1
PROBE_TIMEOUT = 2.0
LIMIT = 0.05  # seconds that /healthz may take, by the promise above
SETTLE = 1.0  # seconds until all clients are there

HEADERS = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODIES = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"


class Slow:
    """One slow client; `opening` is what it sends at once, all else comes byte by byte."""

    def __init__(self, place, opening):
        self.place, self.opening, self.socket = place, opening, None

    def connect(self):
        self.close()
        with contextlib.suppress(OSError):
            self.socket = socket.create_connection(self.place, timeout=1)
            self.socket.setblocking(False)
            self.socket.send(self.opening)

    def drip(self):
        """Send one byte; come back if the server has hung up."""
        if self.socket is None or self.is_shut_out():
            self.connect()
            return
        with contextlib.suppress(BlockingIOError):
            try:
                self.socket.send(b"a")
            except OSError:
                self.close()

    def is_shut_out(self):
        poll = select.poll()
        poll.register(self.socket, select.POLLIN | select.POLLHUP | select.POLLERR)
        return bool(poll.poll(0))

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def drip(place, opening, count, is_over, held):
    """Keep `count` slow clients at work until it is over; runs in a process of its own."""
    # Real clients are other machines; these must not take the processor from the servers they look at.
    os.nice(10)
    clients = [Slow(place, opening) for _ in range(count)]
    while not is_over.is_set():
        began = time.monotonic()
        for client in clients:
            client.drip()
        held.value = sum(client.socket is not None for client in clients)
        is_over.wait(max(0.0, PAUSE - (time.monotonic() - began)))
    for client in clients:
        client.close()


@dataclass(frozen=True)
class Outcome:
    """How long each answered probe took (seconds), how many got no answer, and how many clients were held."""

    times: list[float]
    failed: int
    held: int

    @property
    def is_kept(self):
        return self.failed == 0 and max(self.times) <= LIMIT

    def __str__(self):
        found = f"{self.held} slow clients held; {len(self.times)} probes answered, {self.failed} failed"
        if self.times:
            found += f"; p50 {statistics.median(self.times) * 1000:.1f} ms, max {max(self.times) * 1000:.1f} ms"
        return found


def probe(place):
    """Seconds that /healthz takes on a connection of its own, or None without an answer."""
    began = time.monotonic()
    connection = http.client.HTTPConnection(*place, timeout=PROBE_TIMEOUT)
    try:
        connection.request("GET", "/healthz")
        return time.monotonic() - began if connection.getresponse().read() == b"ok" else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def besiege(address, count, seconds, opening=HEADERS):
    """Let slow clients at the portal for so long and return the Outcome of the probes meanwhile."""
    parts = urlsplit(address)
    place = (parts.hostname, parts.port)
    processes = multiprocessing.get_context("spawn")
    is_over, held = processes.Event(), processes.Value("i", 0)
    crowd = processes.Process(target=drip, args=(place, opening, count, is_over, held), daemon=True)
    crowd.start()
    time.sleep(SETTLE)
    found = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        began = time.monotonic()
        found.append(probe(place))
        time.sleep(max(0.0, PROBE_EVERY - (time.monotonic() - began)))
    outcome = Outcome([taken for taken in found if taken is not None], found.count(None), held.value)
    is_over.set()
    crowd.join()
    return outcome


def main():
    asked = argparse.ArgumentParser(description="Slow clients against the portal.")
    asked.add_argument("--clients", type=int, default=500)
    asked.add_argument("--seconds", type=float, default=20)
    asked.add_argument("--bodies", action="store_true", help="drip the body instead of the headers")
    asked.add_argument("--bare", action="store_true", help="without nginx, for comparison")
    given = asked.parse_args()
    opening = BODIES if given.bodies else HEADERS
    try:
        with rehearsal.bare() if given.bare else rehearsal.behind_nginx() as portal:
            outcome = besiege(portal.address, given.clients, given.seconds, opening)
    except rehearsal.Lacking as why:
        sys.exit(f"This cannot be shown here: {why}")
    print(f"{'gunicorn alone' if given.bare else 'behind nginx'}: {outcome}")
    print(f"/healthz within {LIMIT * 1000:.0f} ms all the while: {'yes' if outcome.is_kept else 'NO'}")
    sys.exit(0 if outcome.is_kept or given.bare else 1)


if __name__ == "__main__":
    main()
