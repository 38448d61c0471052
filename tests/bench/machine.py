"""What the numbers were taken on: the machine and the versions, in words."""

import multiprocessing
import os
import platform
import re
import signal
import subprocess
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from tests.bench.store import CACHE

DATASETTE = CACHE / "datasette" / "bin" / "datasette"
_VERSIONS_BESIDE = "import sqlite3, importlib.metadata as m; print(m.version('datasette'), sqlite3.sqlite_version)"


@contextmanager
def kept_awake():
    """Every processor is busy meanwhile, with what gives way to anything else.

    A virtual processor that halts between two requests is slow for milliseconds after it: measured here, a page took
    1.1 ms of the processor asked at once, 4 ms asked after a pause of 20 ms, and 1.5 ms so when kept awake.
    """
    context = multiprocessing.get_context("fork")
    spinning = [
        context.Process(target=spin, args=(processor, os.getpid()), daemon=True)
        for processor in os.sched_getaffinity(0)
    ]
    for process in spinning:
        process.start()
    try:
        yield
    finally:
        for process in spinning:
            process.terminate()


def spin(processor: int, parent: int) -> None:
    """Work on one processor at the lowest priority, until it is told to end or its parent has ended."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.sched_setaffinity(0, {processor})
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    while os.getppid() == parent:
        for _ in range(1_000_000):
            pass


def machine() -> dict[str, str]:
    cpu = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(encoding="utf-8"), re.MULTILINE)
    return {
        "Processor": cpu[1].strip() if cpu else platform.machine(),
        "Cores": str(len(os.sched_getaffinity(0))),
        "Memory": f"{int(memory[1]) / 2**20:.0f} GiB" if memory else "unknown",
        "Kernel": f"{platform.system()} {platform.release()}",
        "Load before the run": " ".join(f"{load:.2f}" for load in os.getloadavg()),
    }


def versions() -> dict[str, str]:
    import pysqlite3

    datasette, its_sqlite = subprocess.run(
        [DATASETTE.with_name("python"), "-c", _VERSIONS_BESIDE], capture_output=True, text=True, check=True
    ).stdout.split()
    wrk = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"wrk\s+(?:debian/)?(\S+)", wrk.stdout + wrk.stderr)
    return {
        "Python": platform.python_version(),
        "SQLite of the portal": pysqlite3.sqlite_version,
        "Flask": version("flask"),
        "gunicorn": version("gunicorn"),
        "Datasette": f"{datasette} (SQLite {its_sqlite})",
        "wrk": found[1] if found else "unknown",
    }
