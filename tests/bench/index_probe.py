"""A process of its own that builds the index once and says what that cost, as one line of JSON."""

import json
import os
import time

from portal.app import from_environment
from portal.database.orm import db
from portal.search.index import snapshot
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
    peak = memory_of(os.getpid(), "VmHWM")
    print(json.dumps({
        "seconds": seconds,
        "projects": len(taken.index.all_rows),
        "grown": (after - before) / 2**20,
        "peak": (peak - before) / 2**20,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
