"""Servers on loopback: started on a free port, asked until they answer, stopped by their process id."""

import os
import re
import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.builds import OWN, Build
from tests.bench.machine import DATASETTE
from tests.bench.scales import environment, memory_of
from tests.bench.visitor import Visitor

_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
_START_MOST = 180
# Seconds until a server begins with what takes a process of its own, and at most until that is done.
WORK_BEGINS, WORK_MOST = 8, 600
# A worker rests that has used at most this share of a processor for so many seconds.
REST_SEEN, REST_SHARE = 3, 0.01
NO_PAGE_CACHE = {"PORTAL_PAGE_CACHE": "0"}


@dataclass(frozen=True)
class Server:
    """A running server; `seconds` is how long it took to say its address."""

    port: int
    pid: int

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        return children_of(self.pid) or [self.pid]

    def memory(self) -> float:
        """Resident memory of the first worker in MB."""
        return memory_of(self.workers[0], "VmRSS") / 2**20


def children_of(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if children.exists():
        return [int(child) for child in children.read_text().split()]
    status = (path for path in Path("/proc").glob("[0-9]*/status"))
    return [int(path.parent.name) for path in status if f"\nPPid:\t{pid}\n" in read(path)]


def read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


@contextmanager
def gunicorn(
    database: Path, *, app: str = "wsgi:app", workers: int = 1, threads: int = 8, build: Build = OWN, **settings: str
):
    """An application under the portal's own gunicorn settings.

    Workers are never replaced after so many requests: a run would measure their start.
    """
    command = [
        build.program("gunicorn"),
        "-c",
        "deploy/gunicorn.conf.py",
        "--bind",
        "127.0.0.1:0",
        "--max-requests",
        "0",
        app,
    ]
    environ = environment(
        database, PORTAL_HEALTH_BIND="off", WEB_CONCURRENCY=str(workers), PORTAL_THREADS=str(threads), **settings
    )
    with running(command, environ, build) as server:
        yield server


@contextmanager
def datasette(database: Path, settings: dict[str, int]):
    """Datasette over one file that it may take for unchangeable, which spares it work."""
    options = [part for name, value in settings.items() for part in ("--setting", name, str(value))]
    command = [DATASETTE, "serve", "-i", database, "-h", "127.0.0.1", "-p", "0", *options]
    with running(command, dict(os.environ)) as server:
        yield server


@contextmanager
def running(command: list, environ: dict[str, str], build: Build = OWN):
    log = build.databases / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=build.root, env={**environ, "PYTHONUNBUFFERED": "1"}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield Server(port=port_in(log, process), pid=process.pid)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def port_in(log: Path, process: subprocess.Popen) -> int:
    """The port that a server says it took."""
    until = time.monotonic() + _START_MOST
    while time.monotonic() < until:
        if found := _ADDRESS.search(log.read_text()):
            return int(found[1])
        if process.poll() is not None:
            break
        time.sleep(0.01)
    raise SystemExit(f"A server did not start:\n{log.read_text()[-2000:]}")


def wait_until_settled(server: Server) -> None:
    """Wait for what a server that has been up for a while has done for a new database, or for new code.

    Processes of its workers collect words and write the file of all IATI activities, and each worker reads the newest
    records. None of it answers anybody, and all of it is over when the workers rest.
    """
    visitor = Visitor(server.port)
    visitor.ask("/projects/")
    visitor.close()
    time.sleep(WORK_BEGINS)
    until = time.monotonic() + WORK_MOST
    while time.monotonic() < until:
        before = seconds_worked(server)
        time.sleep(REST_SEEN)
        if not has_work(server) and seconds_worked(server) - before < REST_SEEN * REST_SHARE * len(server.workers):
            return


def has_work(server: Server) -> bool:
    """Whether it collects words, or writes the file of all IATI activities; each is a process of a worker."""
    commands = [read(Path(f"/proc/{child}/cmdline")) for worker in server.workers for child in children_of(worker)]
    return any("portal.search.words" in command or "iati-file" in command for command in commands)


def seconds_worked(server: Server) -> float:
    """Of the processor, by its workers since they began."""
    ticks = [read(Path(f"/proc/{worker}/stat")).rpartition(") ")[2].split()[11:13] for worker in server.workers]
    return sum(int(tick) for both in ticks for tick in both) / os.sysconf("SC_CLK_TCK")
