"""The numbers of all workers, added up from the files that each writes, and those of the listener itself."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

_FILE = re.compile(r"(?P<kind>counter|histogram|gauge_\w+)_(?P<pid>\d+)\.db")
# Where the counts of processes that ended are added up.
_ENDED = "0"


class WorkerFiles:
    """The folder in which the workers write; "" if there is none."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.lock = threading.Lock()

    def collect(self) -> list[Metric]:
        """The metrics of all workers."""
        if not self.folder:
            return []
        with self.lock:
            self._fold_ended()
            return list(MultiProcessCollector(CollectorRegistry(), self.folder).collect())

    def _fold_ended(self) -> None:
        """Add the counts of processes that ended to one file of each kind, and forget their gauges.

        Otherwise each reload would leave files, and merging them would take ever longer.
        """
        for path in Path(self.folder).glob("*.db"):
            found = _FILE.fullmatch(path.name)
            if found and found["pid"] != _ENDED and not _is_running(int(found["pid"])):
                if not found["kind"].startswith("gauge"):
                    self._add(found["kind"], path)
                path.unlink(missing_ok=True)

    def _add(self, kind: str, path: Path) -> None:
        with closing(MmapedDict(str(Path(self.folder, f"{kind}_{_ENDED}.db")))) as total:
            for key, value, _, _ in MmapedDict.read_all_values_from_file(str(path)):
                total.write_value(key, total.read_value(key)[0] + value, 0.0)


class _Fixed:
    def __init__(self, metrics: list[Metric]) -> None:
        self.metrics = metrics

    def collect(self) -> Iterator[Metric]:
        return iter(self.metrics)


def expose(metrics: list[Metric]) -> tuple[str, bytes]:
    """Media type and text of the metrics."""
    registry = CollectorRegistry()
    registry.register(_Fixed(metrics))
    return CONTENT_TYPE_LATEST, generate_latest(registry)


def value_of(metrics: list[Metric], name: str) -> float | None:
    """The value of a metric without labels; None if no process has set it."""
    return next((sample.value for metric in metrics for sample in metric.samples if sample.name == name), None)


def _is_running(pid: int) -> bool:
    with suppress(ProcessLookupError):
        # Signal 0 only asks.
        with suppress(PermissionError):
            os.kill(pid, 0)
        return True
    return False
