"""From publishing to seeing: one import changes a title and adds a project while all workers are asked again and again.

A visitor sits at each of four workers on a kept connection. The clock starts at the commit of the import (seen by
`PRAGMA data_version`) and stops when the last worker shows both the changed title and the added project.
"""

import csv
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.each_worker import one_at_each
from tests.bench.effort import REPEATS
from tests.bench.questions import questions
from tests.bench.scales import PORTAL, Scale, connect, copy, environment, remove
from tests.bench.serving import Server, gunicorn, wait_until_settled
from tests.bench.store import CACHE
from tests.bench.visitor import Visitor

WORKERS = 4
# Between two requests of one client: often enough to see, seldom enough to leave the processor to the change itself.
PAUSE = 0.05
TICK = 0.001
WAIT_MOST = 60
_COLUMNS = (
    "project_id", "title", "start_date", "end_date", "status", "project_type", "budget_usd", "coverage", "year",
    "region", "benefiting_member_states", "summary",
)  # fmt: skip


def measure(scale: Scale) -> dict:
    database = CACHE / "publishing.db"
    copy(scale.database, database)
    try:
        with gunicorn(database, workers=WORKERS) as server:
            wait_until_settled(server)
            paths = [question.path for question in questions(database).each(0)]
            return {"repeats": [publish(server, database, paths, number) for number in range(REPEATS)]}
    finally:
        remove(database)


def publish(server: Server, database: Path, paths: list[str], number: int) -> dict:
    """One change: seconds until the first and the last worker show it, and the slowest request meanwhile."""
    with closing(connect(database)) as connection:
        changed = connection.execute(
            "SELECT number FROM project WHERE number IS NOT NULL ORDER BY id LIMIT 1 OFFSET ?", (number * 7,)
        ).fetchone()[0]
    word = f"zyzzyva{number}"
    file = write(CACHE / "publishing.csv", [(changed, f"{word} changed"), (f"BENCH.{number}", f"{word} added")])
    # Both are asked for by text, so that an old index (which knows no such row) shows neither.
    path = f"/projects/?{urlencode({'q': word})}"
    visitors = one_at_each(server, WORKERS)
    seen: dict[int, float] = {}
    waits: list[tuple[float, float]] = []
    stop = threading.Event()
    wanted = (f"{word} changed".encode(), f"{word} added".encode())
    watches = [threading.Thread(target=watch, args=(v, w, path, wanted, seen, waits, stop)) for w, v in visitors]
    browsing = threading.Thread(target=browse, args=(server, paths, waits, stop))
    commits: list[float] = []
    clock = threading.Thread(target=watch_commits, args=(database, commits, stop))
    for thread in (*watches, browsing, clock):
        thread.start()
    try:
        begun = time.perf_counter()
        done = subprocess.run(
            [PORTAL, "import", file, "--new-terms", "add", "--allow-emptying", "--allow-replacing"],
            env=environment(database), capture_output=True, text=True, check=False,
        )  # fmt: skip
        ended = time.perf_counter()
        if done.returncode:
            raise SystemExit(f"The change could not be imported:\n{done.stdout}{done.stderr}")
        while len(seen) < len(visitors) and time.perf_counter() < ended + WAIT_MOST:
            time.sleep(TICK)
        # What the change sets off may go on after the last worker showed it.
        time.sleep(1)
    finally:
        stop.set()
        for thread in (*watches, browsing, clock):
            thread.join()
    committed = max((moment for moment in commits if moment <= ended), default=ended)
    during = sorted(seconds for moment, seconds in waits if moment >= begun)
    return {
        "workers": len(seen),
        "first": min(seen.values()) - committed if seen else None,
        "last": max(seen.values()) - committed if len(seen) == len(visitors) else None,
        "import_seconds": ended - begun,
        "requests": len(during),
        "slowest": during[-1],
        "median": during[len(during) // 2],
    }


def watch(visitor, worker, path, wanted, seen, waits, stop) -> None:
    """Ask one worker until it shows what is wanted, and go on asking: others must not wait either."""
    while not stop.is_set():
        answer = visitor.ask(path)
        moment = time.perf_counter()
        waits.append((moment, answer.seconds))
        if worker not in seen and all(text in answer.body for text in wanted):
            seen[worker] = moment
        time.sleep(PAUSE)
    visitor.close()


def browse(server: Server, paths: list[str], waits: list, stop: threading.Event) -> None:
    """Someone who reads the directory meanwhile."""
    visitor = Visitor(server.port, timeout=WAIT_MOST)
    while not stop.is_set():
        for path in paths:
            answer = visitor.ask(path)
            waits.append((time.perf_counter(), answer.seconds))
            time.sleep(PAUSE)
    visitor.close()


def watch_commits(database: Path, commits: list[float], stop: threading.Event) -> None:
    """The moments at which another process had committed."""
    with closing(connect(database)) as connection:
        before = connection.execute("PRAGMA data_version").fetchone()
        while not stop.is_set():
            now = connection.execute("PRAGMA data_version").fetchone()
            if now != before:
                commits.append(time.perf_counter())
                before = now
            time.sleep(TICK)


def write(path: Path, rows: list[tuple[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.DictWriter(sink, _COLUMNS)
        writer.writeheader()
        for number, title in rows:
            writer.writerow({"project_id": number, "title": title, "year": "2020"})
    return path
