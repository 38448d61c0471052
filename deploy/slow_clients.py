"""Demonstrates that slow clients block gunicorn alone, and have no effect behind nginx.

    .venv/bin/python deploy/slow_clients.py             500 clients, nginx and gunicorn as shipped, 20 s
    .venv/bin/python deploy/slow_clients.py --bodies    the same with complete headers and a dripping body
    .venv/bin/python deploy/slow_clients.py --bare --clients 50

Each client sends one byte every 0.3 s, and reconnects when it is disconnected. Meanwhile /healthz is requested every
100 ms; behind nginx, every response must arrive within 50 ms. Everything runs on loopback, in a temporary folder.
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
LIMIT = 0.05  # seconds that /healthz may take
SETTLE = 30.0  # seconds at most until all clients are connected

HEADERS = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODIES = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"


class SlowClient:
    """One slow client; it sends `opening` at once and everything else byte by byte."""

    def __init__(self, place, opening):
        self.place, self.opening, self.socket = place, opening, None

    def connect(self):
        self.close()
        with contextlib.suppress(OSError):
            self.socket = socket.create_connection(self.place, timeout=1)
            self.socket.setblocking(False)
            self.socket.send(self.opening)

    def drip(self):
        """Send one byte; reconnect if the server has disconnected."""
        if self.socket is None or self.is_disconnected():
            self.connect()
            return
        with contextlib.suppress(BlockingIOError):
            try:
                self.socket.send(b"a")
            except OSError:
                self.close()

    def is_disconnected(self):
        poll = select.poll()
        poll.register(self.socket, select.POLLIN | select.POLLHUP | select.POLLERR)
        return bool(poll.poll(0))

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def drip(place, opening, count, is_over, held):
    """Run `count` slow clients until `is_over` is set; meant for a separate process."""
    # Real clients run on other machines; these must not take CPU time from the servers.
    os.nice(10)
    clients = [SlowClient(place, opening) for _ in range(count)]
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
    """The times of answered probes in seconds, the number without a response, and the number of connected clients."""

    times: list[float]
    failed: int
    held: int

    @property
    def is_within_limit(self):
        return self.failed == 0 and max(self.times) <= LIMIT

    def __str__(self):
        summary = f"{self.held} slow clients connected; {len(self.times)} probes answered, {self.failed} failed"
        if self.times:
            summary += f"; p50 {statistics.median(self.times) * 1000:.1f} ms, max {max(self.times) * 1000:.1f} ms"
        return summary


def probe(place):
    """The seconds that /healthz takes on a new connection; None without a response."""
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
    """Run slow clients against the portal for some seconds; return the Outcome of the probes meanwhile."""
    parts = urlsplit(address)
    place = (parts.hostname, parts.port)
    processes = multiprocessing.get_context("spawn")
    is_over, held = processes.Event(), processes.Value("i", 0)
    crowd = processes.Process(target=drip, args=(place, opening, count, is_over, held), daemon=True)
    crowd.start()
    settled = time.monotonic() + SETTLE
    while held.value < count and time.monotonic() < settled:
        time.sleep(PROBE_EVERY)
    times = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        began = time.monotonic()
        times.append(probe(place))
        time.sleep(max(0.0, PROBE_EVERY - (time.monotonic() - began)))
    outcome = Outcome([seconds for seconds in times if seconds is not None], times.count(None), held.value)
    is_over.set()
    crowd.join()
    return outcome


def main():
    parser = argparse.ArgumentParser(description="Slow clients against the portal.")
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--bodies", action="store_true", help="drip the body instead of the headers")
    parser.add_argument("--bare", action="store_true", help="without nginx, for comparison")
    options = parser.parse_args()
    opening = BODIES if options.bodies else HEADERS
    try:
        with rehearsal.bare() if options.bare else rehearsal.behind_nginx() as portal:
            outcome = besiege(portal.address, options.clients, options.seconds, opening)
    except rehearsal.Lacking as error:
        sys.exit(f"This cannot run here: {error}")
    print(f"{'gunicorn alone' if options.bare else 'behind nginx'}: {outcome}")
    print(f"/healthz always within {LIMIT * 1000:.0f} ms: {'yes' if outcome.is_within_limit else 'NO'}")
    sys.exit(0 if outcome.is_within_limit or options.bare else 1)


if __name__ == "__main__":
    main()
