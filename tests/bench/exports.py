"""Files of the whole selection: seconds, first byte, rows a second and memory of each format, beside Datasette's.

Datasette streams CSV with `_stream=on`; it has no streaming JSON, so its pages of 1,000 rows are followed to the end.
"""

import http.client
import json
import threading
import time
from contextlib import closing

from portal.exports.registry import FORMATS
from tests.bench import peer
from tests.bench.scales import Scale, count, memory_of
from tests.bench.serving import NO_PAGE_CACHE, Server, datasette, gunicorn

# What Datasette's table has, so that both write as much.
_SAME_COLUMNS = (
    "project_id", "title", "summary", "start_date", "end_date", "region", "status", "coverage", "project_type", "year",
    "budget_usd", "benefiting_member_states",
)  # fmt: skip
_PATIENCE = 1_800
CLICKS = 200
_PIECE = 1 << 16
_TICK = 0.02


def measure(scale: Scale) -> dict:
    """Every format of the portal, the columns of Datasette's table in CSV and JSON, and Datasette itself."""
    rows = count(scale.database)
    chosen = "&".join(f"columns={name}" for name in _SAME_COLUMNS)
    files = {suffix: f"/projects.{suffix}" for suffix in FORMATS}
    files |= {f"{suffix}, same columns": f"/projects.{suffix}?{chosen}" for suffix in ("csv", "json")}
    with gunicorn(scale.database, **NO_PAGE_CACHE) as server:
        take(server, "/projects.csv?page=1&q=water")
        portal = {name: take(server, path) for name, path in files.items()}
        clicks = {"idle": clicked(server, range(CLICKS)), "beside": clicked_beside_files(server)}
    with datasette(peer.database(scale), peer.SETTINGS) as server:
        other = {
            "csv": take(server, "/data/projects.csv?_stream=on"),
            "json": follow(server, "/data/projects.json?_size=max"),
        }
    return {"rows": rows, "portal": portal, "datasette": other, "clicks": clicks}


def take(server: Server, path: str) -> dict:
    """Read one file to its end."""
    with Memory(server) as memory, closing(http.client.HTTPConnection("127.0.0.1", server.port, _PATIENCE)) as line:
        begun = time.perf_counter()
        line.request("GET", path)
        answer = line.getresponse()
        size = len(answer.read(1))
        first = time.perf_counter() - begun
        while piece := answer.read(_PIECE):
            size += len(piece)
        seconds = time.perf_counter() - begun
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    return {"first": first, "seconds": seconds, "bytes": size, "memory": memory.growth}


def follow(server: Server, path: str) -> dict:
    """Read the pages of Datasette's JSON to the last one."""
    size, first = 0, None
    with Memory(server) as memory, closing(http.client.HTTPConnection("127.0.0.1", server.port, _PATIENCE)) as line:
        begun = time.perf_counter()
        while path:
            line.request("GET", path)
            body = line.getresponse().read()
            first = first or time.perf_counter() - begun
            size += len(body)
            following = json.loads(body)["next_url"]
            path = following and following.partition(str(server.port))[2]
        seconds = time.perf_counter() - begun
    return {"first": first, "seconds": seconds, "bytes": size, "memory": memory.growth}


def clicked_beside_files(server: Server) -> dict:
    """The same while two clients have files made; a file that ends is asked for again."""
    stop = threading.Event()

    def download(sort: str, client: str) -> None:
        while not stop.is_set():
            line = http.client.HTTPConnection("127.0.0.1", server.port, _PATIENCE, source_address=(client, 0))
            with closing(line):
                line.request("GET", f"/projects.csv?sort={sort}")
                answer = line.getresponse()
                while not stop.is_set() and answer.read(_PIECE):
                    pass

    clients = (("title", "127.0.0.2"), ("-budget", "127.0.0.3"))
    threads = [threading.Thread(target=download, args=each) for each in clients]
    for thread in threads:
        thread.start()
    try:
        time.sleep(1)
        return clicked(server, range(CLICKS, 2 * CLICKS))
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def clicked(server: Server, numbers: range) -> dict:
    """Milliseconds of so many clicks on filters that nobody has chosen before."""
    taken = []
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, _PATIENCE)) as line:
        for number in numbers:
            begun = time.perf_counter()
            line.request("GET", f"/projects/?year_from={1950 + number % 70}&budget_min={1_000 + number}")
            line.getresponse().read()
            taken.append((time.perf_counter() - begun) * 1_000)
    taken.sort()
    return {"median": taken[len(taken) // 2], "p95": taken[len(taken) * 95 // 100]}


class Memory:
    """How far the resident memory of a server grows inside the block, in MB."""

    def __init__(self, server: Server) -> None:
        self._pid = server.workers[0]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Memory":
        self._before = self._peak = memory_of(self._pid, "VmRSS")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(_TICK):
            self._peak = max(self._peak, memory_of(self._pid, "VmRSS"))

    @property
    def growth(self) -> float:
        return (self._peak - self._before) / 2**20
