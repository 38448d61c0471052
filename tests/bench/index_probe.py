"""A process of its own that builds the index once and says what that cost, as one line of JSON."""

import json
import os
import tempfile
import time
from pathlib import Path

from portal.app import from_environment
from portal.database.orm import db
from portal.search.index import snapshot
from portal.search.index.storage.shared_files import SharedFiles
from portal.search.read_models.terms import Terms
from tests.bench.scales import memory_of


def main() -> None:
    app = from_environment()
    with app.app_context():
        session = db.session()
        session.connection()
        before = memory_of(os.getpid(), "VmRSS")
        begun = time.perf_counter()
        taken = snapshot.load_snapshot(session)
        seconds = time.perf_counter() - begun
        after = memory_of(os.getpid(), "VmRSS")
        mapped = seconds_to_map(taken)
    peak = memory_of(os.getpid(), "VmHWM")
    print(json.dumps({
        "seconds": seconds,
        "mapped": mapped,
        "projects": len(taken.index.all_rows),
        "grown": (after - before) / 2**20,
        "peak": (peak - before) / 2**20,
    }))  # fmt: skip


def seconds_to_map(taken: snapshot.Snapshot) -> float:
    """Processor seconds of taking a state that another process has made, with a check of its file and the terms."""
    with tempfile.TemporaryDirectory() as folder:
        files = SharedFiles(Path(folder))
        files.write(taken)
        begun = time.process_time()
        files.open(taken.catalogue_version).snapshot(Terms.load(db.session()))
        return time.process_time() - begun


if __name__ == "__main__":
    main()
