"""One client on one kept connection, and what its waiting times come to."""

import http.client
import re
import socket
import statistics
import time
from dataclasses import dataclass

_TOTAL = re.compile(rb'class="totals".*?<dd>([\d,]+)</dd>', re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """`seconds` from asking to the last byte."""

    seconds: float
    status: int
    body: bytes
    etag: str


class Visitor:
    """Asks one server over one connection that stays open; opens it anew where the server closed it."""

    def __init__(self, port: int, timeout: float = 120) -> None:
        self._port, self._timeout = port, timeout
        self.connect()

    def connect(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._timeout)
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def local_port(self) -> int:
        return self._connection.sock.getsockname()[1]

    def ask(self, path: str, **headers: str) -> Answer:
        """Ask once; a kept connection that the server had closed meanwhile is no answer and is opened anew."""
        try:
            return self._ask(path, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.close()
            self.connect()
            return self._ask(path, headers)

    def _ask(self, path: str, headers: dict[str, str]) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        begun = time.perf_counter()
        self._connection.request("GET", path, headers=named)
        response = self._connection.getresponse()
        body = response.read()
        seconds = time.perf_counter() - begun
        if response.will_close:
            self.close()
            self.connect()
        return Answer(seconds, response.status, body, response.headers.get("ETag", ""))

    def close(self) -> None:
        self._connection.close()


def summary(seconds: list[float]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds (the nearest measured value), and of how many."""
    ordered = sorted(seconds)
    high = ordered[min(len(ordered) - 1, -(-len(ordered) * 95 // 100) - 1)]
    return {"median": statistics.median(ordered) * 1000, "p95": high * 1000, "n": len(ordered)}


def check(path: str, status: int) -> None:
    if status != 200:
        raise SystemExit(f"The portal answered {status} to {path}; the run cannot go on.")


def total_in(body: bytes) -> int:
    """How many projects a page says there are; 0 for a list without any."""
    found = _TOTAL.search(body)
    return int(found[1].replace(b",", b"")) if found else 0
