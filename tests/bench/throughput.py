"""Requests a second by wrk: the portal uncached, cached and unchanged, beside Flask's hello and rendering alone."""

import re
import subprocess
import time
from pathlib import Path

from portal.config import ROOT
from tests.bench.each_worker import one_at_each
from tests.bench.effort import WRK_RUNS, WRK_SECONDS, WRK_WARM_UP
from tests.bench.questions import questions
from tests.bench.scales import Scale
from tests.bench.serving import NO_PAGE_CACHE, Server, gunicorn
from tests.bench.store import CACHE
from tests.bench.visitor import check

WORKERS, THREADS = 2, 8
CONNECTIONS = (16, 64)
# Of every case; few enough that a bounded cache of pages holds them all.
A_CASE = 3
# Seconds between two runs. A worker that still answers the last one takes none of the connections of the next:
# they would all go to the other, and stay there.
REST = 1.5
_RATE = re.compile(r"Requests/sec:\s*([\d.]+)")
_FAILED = re.compile(r"Non-2xx or 3xx responses: (\d+)")
_BROKEN = re.compile(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")
_HALF = re.compile(r"\s50%\s+([\d.]+)(us|ms|s)")
_TAIL = re.compile(r"\s99%\s+([\d.]+)(us|ms|s)")
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def measure(scale: Scale) -> dict:
    asked = questions(scale.database)
    at = {"workers": WORKERS, "threads": THREADS}
    paths = [question.path for each in asked.cases.values() for question in each[:A_CASE]]
    with gunicorn(scale.database, **at, **NO_PAGE_CACHE) as server:
        answers, _ = pages(server, paths)
    # A page that lists nothing searches for ways out, which no page that is only rendered can do.
    paths = [path for path in paths if b'class="totals"' in answers[path]]
    addresses = write("addresses.txt", paths)
    runs: dict[str, dict | None] = {}
    with gunicorn(scale.database, app="tests.bench.hello_app:app", **at) as server:
        runs["hello"] = load(server, write("hello.txt", ["/"]))
    # wrk is one client, which the portal would refuse most of the time.
    no_gate = {**NO_PAGE_CACHE, "PORTAL_SEARCHES": "0"}
    rendered_by = {"app": "tests.bench.rendered_app:app", "BENCH_ADDRESSES": str(addresses)}
    with gunicorn(scale.database, **rendered_by, **at, **no_gate) as server:
        rendered, _ = pages(server, paths)
        runs["rendered"] = load(server, addresses)
    with gunicorn(scale.database, **at, **no_gate) as server:
        searched, _ = pages(server, paths)
        runs["uncached"] = load(server, addresses)
    with gunicorn(scale.database, **at) as server:
        _, marks = pages(server, paths)
        runs["cached"] = load(server, addresses)
        runs["not_modified"] = None
        if all(marks):
            lines = [f"{path}\t{mark}" for path, mark in zip(paths, marks, strict=True)]
            runs["not_modified"] = load(server, write("marks.txt", lines))
    same = sum(rendered[path] == searched[path] for path in paths)
    return {"runs": runs, "addresses": len(paths), "same_html": same}


def load(server: Server, addresses: Path) -> dict:
    """By number of connections the run with the median rate, after a warm-up that reaches every worker."""
    wrk(server, addresses, CONNECTIONS[0], WRK_WARM_UP)
    runs: dict[str, list[dict]] = {str(connections): [] for connections in CONNECTIONS}
    for _ in range(WRK_RUNS):
        for connections in CONNECTIONS:
            time.sleep(REST)
            runs[str(connections)].append(wrk(server, addresses, connections, WRK_SECONDS))
    return {connections: middle(found) for connections, found in runs.items()}


def middle(runs: list[dict]) -> dict:
    """The run with the median rate, with the lowest and highest rate of all and whatever failed in any."""
    ordered = sorted(runs, key=lambda run: run["rate"])
    return ordered[len(ordered) // 2] | {
        "least": ordered[0]["rate"],
        "most": ordered[-1]["rate"],
        "failed": sum(run["failed"] for run in runs),
        "broken": sum(run["broken"] for run in runs),
    }


def wrk(server: Server, addresses: Path, connections: int, seconds: int) -> dict:
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency"]
    command += ["-s", ROOT / "tests" / "bench" / "cycle.lua", f"http://127.0.0.1:{server.port}", "--", addresses]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    rate, failed, broken = (found.search(told.stdout) for found in (_RATE, _FAILED, _BROKEN))
    if not rate or not float(rate[1]):
        raise SystemExit(f"wrk measured nothing:\n{told.stdout}{told.stderr}")
    return {
        "rate": float(rate[1]),
        "failed": int(failed[1]) if failed else 0,
        "broken": sum(int(number) for number in broken.groups()) if broken else 0,
        "median": milliseconds(_HALF, told.stdout),
        "p99": milliseconds(_TAIL, told.stdout),
    }


def milliseconds(pattern: re.Pattern, text: str) -> float | None:
    found = pattern.search(text)
    return float(found[1]) * _MILLISECONDS[found[2]] if found else None


def pages(server: Server, paths: list[str]) -> tuple[dict[str, bytes], list[str]]:
    """Every page as it comes, and their ETags ("" where there is none); every worker has made all of them then."""
    bodies: dict[str, bytes] = {}
    marks: list[str] = []
    for _, visitor in one_at_each(server, WORKERS):
        answers = [visitor.ask(path) for path in paths]
        for path, answer in zip(paths, answers, strict=True):
            check(path, answer.status)
            bodies[path] = answer.body
        marks = [answer.etag for answer in answers]
        visitor.close()
    return bodies, marks


def write(name: str, lines: list[str]) -> Path:
    path = CACHE / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
