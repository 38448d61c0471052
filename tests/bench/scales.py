"""The scales: which real files make which database, made by the portal's own commands and measured while at it."""

import csv
import gzip
import lzma
import os
import shutil
import subprocess
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pysqlite3

from portal.config import ROOT
from tests.bench.builds import OWN, Build
from tests.bench.store import CACHE

DATA = ROOT.parent / "shared" / "data" / "mapped"
PORTAL = OWN.program("portal")
_OPEN = {".gz": gzip.open, ".xz": lzma.open, ".csv": open}


@dataclass(frozen=True)
class Scale:
    """A database: the scale it goes on from ("" for an empty one) and the files put in, each with its id prefix."""

    name: str
    after: str
    files: tuple[tuple[str, str], ...]

    @property
    def database(self) -> Path:
        return CACHE / f"{self.name}.db"


REPEAT = "R2-"
SCALES = {
    scale.name: scale
    for scale in (
        Scale("empty", "", ()),
        Scale("1k", "", (("global_1k.csv", ""),)),
        Scale("10k", "", (("global_10k.csv.gz", ""),)),
        Scale("107k", "", (("global_107k.csv.xz", ""),)),
        Scale("506k", "107k", (("eu_399k.csv.xz", ""),)),
        Scale("1m", "506k", (("global_107k.csv.xz", REPEAT), ("eu_399k.csv.xz", REPEAT))),
    )
}


def environment(database: Path, **more: str) -> dict[str, str]:
    """The environment of a program of the portal that works on this database; what is set outside stays."""
    return {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{database}",
        "PORTAL_ENV": "production",
        "PORTAL_URL": "http://127.0.0.1",
        "SECRET_KEY": "5e8a1c9b03f7d264" * 2,
        # IATI files need somebody who reports.
        "PORTAL_IATI_ORGANISATION": "AA-AAA-123456789",
        "PORTAL_IATI_ORGANISATION_NAME": "Nobody",
        "PORTAL_IATI_ORGANISATION_TYPE": "90",
        **more,
    }


def make(scale: Scale, store) -> None:
    """The database of a scale and of those it builds on; what is there already stays, with the tables of today."""
    if scale.database.exists() and store.read("import", scale.name, "storing") is not None:
        migrate(OWN, scale.database)
        return
    if scale.after:
        make(SCALES[scale.after], store)
    imports = fill(OWN, scale)
    store.write("import", scale.name, {"files": imports, "projects": count(scale.database)}, "storing")


def fill(build: Build, scale: Scale) -> list[dict[str, object]]:
    """Make the database of a scale by a build's own commands, from the one it goes on from; what imports took."""
    target = build.database(scale.name)
    beside = target.with_suffix(".making")
    remove(beside)
    if scale.after:
        copy(build.database(scale.after), beside)
    else:
        migrate(build, beside)
    imports = [measured_import(beside, file, prefix, build) for file, prefix in scale.files]
    settle(beside)
    remove(target)
    beside.rename(target)
    return imports


def migrate(build: Build, database: Path) -> None:
    command = [build.program("portal"), "migrate"]
    subprocess.run(command, env=environment(database), cwd=build.root, check=True, stdout=subprocess.DEVNULL)


def measured_import(database: Path, name: str, prefix: str, build: Build = OWN) -> dict[str, object]:
    """Import one file; seconds by the wall and of the processor, and the peak of memory of all its processes in MB."""
    before = count(database)
    path, options = DATA / name, []
    if prefix and has_prefix_option():
        options = ["--id-prefix", prefix]
    elif prefix:
        path = prefixed(path, prefix)
    command = [build.program("portal"), "import", path, "--new-terms", "add", *options]
    output = CACHE / "import.log"
    cpu_before, begun = os.times(), time.perf_counter()
    with output.open("w") as log:
        process = subprocess.Popen(
            command, env=environment(database), cwd=build.root, stdout=log, stderr=subprocess.STDOUT
        )
        peak = 0
        while process.poll() is None:
            peak = max(peak, sum(shared_memory_of(pid) for pid in with_children(process.pid)))
            time.sleep(0.05)
    seconds, cpu = time.perf_counter() - begun, os.times()
    # 1 means that some rows were refused, as the data has it.
    if process.returncode not in (0, 1) or count(database) == before:
        raise SystemExit(f"The import of {name} failed:\n{output.read_text()[-2000:]}")
    return {
        "file": name + (f", ids prefixed {prefix}" if prefix else ""),
        "rows": rows_in(name),
        "added": count(database) - before,
        "seconds": seconds,
        "cpu": cpu.children_user + cpu.children_system - cpu_before.children_user - cpu_before.children_system,
        "peak": peak / 2**20,
    }


@cache
def has_prefix_option() -> bool:
    told = subprocess.run([PORTAL, "import", "--help"], env=environment(CACHE / "none.db"), capture_output=True)
    return b"--id-prefix" in told.stdout


def prefixed(path: Path, prefix: str) -> Path:
    """A copy of a file in the cache whose ids begin with the prefix."""
    target = CACHE / f"{prefix}{path.name.removesuffix('.xz').removesuffix('.gz')}"
    if not target.exists():
        beside = target.with_suffix(".part")
        with opened(path) as source, beside.open("w", encoding="utf-8", newline="") as sink:
            reader, writer = csv.reader(source), csv.writer(sink)
            header = next(reader)
            at = header.index("project_id")
            writer.writerow(header)
            for row in reader:
                writer.writerow([*row[:at], prefix + row[at], *row[at + 1 :]])
        beside.rename(target)
    return target


def opened(path: Path):
    return _OPEN[path.suffix](path, "rt", encoding="utf-8", newline="")


@cache
def rows_in(name: str) -> int:
    """Records of a file, counted by parsing."""
    with opened(DATA / name) as file:
        return sum(1 for _ in csv.reader(file)) - 1


def memory_of(pid: int, what: str) -> int:
    """One line of /proc/<pid>/status in bytes; 0 for a process that has gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{what}:"):
                return int(line.split()[1]) * 1024
    return 0


def with_children(pid: int) -> list[int]:
    """A process and all that it began."""
    pids = [pid]
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                pids += with_children(int(child))
    return pids


def shared_memory_of(pid: int) -> int:
    """The proportional set size in bytes: pages that several processes share count once in their sum."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def own_memory_of(pid: int) -> int:
    """The unique set size in bytes: pages that no other process has."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return (
            sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:"))) * 1024
        )
    return 0


def connect(database: Path):
    """A connection that can only read."""
    return pysqlite3.connect(f"file:{database}?mode=ro", uri=True)


def count(database: Path) -> int:
    with closing(connect(database)) as connection:
        return connection.execute("SELECT count(*) FROM project WHERE published_at IS NOT NULL").fetchone()[0]


def settle(database: Path) -> None:
    """Bring the write-ahead log into the file, so that the file alone is the database."""
    with closing(pysqlite3.connect(str(database))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def copy(source: Path, target: Path) -> None:
    remove(target)
    settle(source)
    shutil.copyfile(source, target)


def remove(database: Path) -> None:
    """Delete a database with what belongs to it."""
    for ending in ("", "-wal", "-shm"):
        Path(f"{database}{ending}").unlink(missing_ok=True)
