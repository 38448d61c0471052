"""What the health listener knows, and how old that is; answering needs nothing but memory."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from portal.health.probes import Probe

if TYPE_CHECKING:
    from prometheus_client import Metric

    from portal.health.checks import IndexState, Overdue
    from portal.health.scrape import WorkerFiles

OK = "ok"
# A database that takes longer than this for a "SELECT 1" does not answer.
DATABASE_PATIENCE = 3.0
# Imports and long changes hold the lock of an SQLite file for some seconds.
WRITE_PATIENCE = 60.0
# A process writes its state down every second; gunicorn ends one that is stuck after 30.
PROCESS_PATIENCE = 30.0
INDEX_PATIENCE = 30.0
_STARTING = "The portal is starting."


class Knowledge:
    """Filled by probes after `start`; before that, and until their first answers, the portal is starting.

    `folder` is where the workers write their metrics.
    """

    def __init__(self, environ: Mapping[str, str], folder: str) -> None:
        self.environ, self.folder = environ, folder
        self.started_at = time.monotonic()
        # When a worker last showed itself: a reading of time.time().
        self.seen_at = 0.0
        self.files: WorkerFiles | None = None
        self.database: Probe[dict[str, str]] = Probe("the database", 1.0, lambda: None)
        self.writing: Probe[str] = Probe("writing", 20.0, lambda: None, well=lambda state: state == OK)
        self.indexes: Probe[IndexState] = Probe(
            "the indexes", 30.0, lambda: None, well=lambda state: state.text_index == OK
        )
        self.overdue: Probe[Overdue] = Probe("jobs", 15.0, lambda: None)
        self.disk: Probe[int] = Probe("the disk", 10.0, lambda: None)
        self.workers: Probe[list[Metric]] = Probe("the workers", 1.0, lambda: None)

    @property
    def probes(self) -> dict[str, Probe[Any]]:
        return {
            "database": self.database,
            "writing": self.writing,
            "index": self.indexes,
            "jobs": self.overdue,
            "workers": self.workers,
            "disk": self.disk,
        }

    def start(self) -> None:
        """Import what the checks need, which takes a second, and begin."""
        from portal.health.checks import Checks
        from portal.health.scrape import WorkerFiles

        self.files = WorkerFiles(self.folder)
        checks = Checks(self.environ)
        self.database.find, self.writing.find = checks.database, checks.writing
        self.indexes.find, self.overdue.find, self.disk.find = checks.indexes, checks.overdue, checks.free_bytes
        self.workers.find = self.files.collect
        for probe in self.probes.values():
            probe.start()

    def wait(self, seconds: float) -> None:
        """Return once each part was found out, or after this time."""
        needed = (self.database, self.writing, self.indexes, self.overdue)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and (self.liveness_problem() or not all(probe.found for probe in needed)):
            time.sleep(0.05)

    def liveness_problem(self) -> str:
        """Why requests should go elsewhere; "" if a process serves. It depends on no database."""
        # During a reload there is none for a moment; requests wait for the next.
        self.seen_at = max(self.seen_at, self._of_workers("portal_process_sampled_timestamp_seconds") or 0.0)
        if not self.seen_at:
            return _STARTING
        silent = time.time() - self.seen_at
        return f"No process of the portal has shown itself for {silent:.0f} s." if silent > PROCESS_PATIENCE else ""

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Whether the portal can serve and store; the state of each part, what is overdue, and how old all of it is."""
        states = self._database_states()
        if states["database"] == OK:
            states["database"] = self._write_state()
        states["index"] = self._index_state() if states["migrations"] == OK else "Not known."
        overdue = self.overdue.found
        ages = {name: round(age, 1) for name, probe in self.probes.items() if (age := probe.age()) is not None}
        return set(states.values()) == {OK}, states | {
            "warnings": overdue.warnings if overdue else [],
            "seconds_ago": ages,
        }

    def _database_states(self) -> dict[str, str]:
        found = self.database.found
        silent = self.database.waiting()
        if silent > DATABASE_PATIENCE:
            since = max(silent, self.database.age() or 0.0)
            return {"database": f"The database has not answered for {since:.0f} s.", "migrations": "Not known."}
        return dict(found) if found else {"database": _STARTING, "migrations": _STARTING}

    def _write_state(self) -> str:
        """The last trial of writing; while the database is busy, the one before that, for a minute."""
        probe = self.writing
        age = time.monotonic() - (probe.found_at or self.started_at)
        if age > WRITE_PATIENCE + probe.period:
            return f"Nothing could be written for {age:.0f} s: another process holds the database, or the disk hangs."
        return probe.found or (OK if age > probe.period else _STARTING)

    def _index_state(self) -> str:
        found = self.indexes.found
        if found is None:
            return _STARTING
        if found.text_index != OK:
            return found.text_index
        checked_at = self._of_workers("portal_index_checked_timestamp_seconds")
        if not checked_at:
            # A process is loading its index, and others serve, or did so until a moment ago.
            return self.liveness_problem() or OK
        if (age := time.time() - checked_at) > INDEX_PATIENCE:
            return f"The index of a process has not been compared with the tables for {age:.0f} s. See the log."
        projects, version = (self._of_workers(f"portal_index_{name}") for name in ("projects", "version"))
        if version == found.version and projects != found.projects:
            return f"The index of a process has {projects:.0f} projects, the tables have {found.projects}: reload it."
        return OK

    def _of_workers(self, name: str) -> float | None:
        from portal.health.scrape import value_of

        return value_of(self.workers.found, name) if self.workers.found else None

    def exposition(self) -> tuple[str, bytes]:
        """Media type and text of all metrics."""
        from portal.health.own_metrics import own_metrics
        from portal.health.scrape import expose

        return expose([*(self.files.collect() if self.files else ()), *own_metrics(self)])

    def known_states(self) -> Iterator[tuple[str, bool]]:
        """Each part of the portal and whether it is well."""
        _, states = self.readiness()
        for name in ("database", "migrations", "index"):
            yield name, states[name] == OK
