"""The portal's own view, panel and templates over another engine, so that engines differ and not pages.

BENCH_ENGINE names a script of tests/bench/engines, whose packages are on PYTHONPATH; its six facets are all that a page
shows, whichever engine answers. Sums are those of a selection without budgets.
"""

import importlib
import os
import sys
from collections import Counter
from pathlib import Path

from portal.app import from_environment
from portal.search import Filters, directory
from portal.search.directory import SearchResult
from portal.search.index import current
from portal.search.read_models.sums import Sums
from portal.vocabulary.facets import FACETS

sys.path.insert(1, str(Path(__file__).with_name("engines")))
sys.path.append(os.environ["BENCH_PACKAGES"])
import protocol  # where the engines find it too


def with_engine(name: str, source: Path, folder: Path):
    """The application, its searches answered by the engine."""
    folder.mkdir(parents=True, exist_ok=True)
    app = from_environment()
    with app.app_context():
        answer = importlib.import_module(f"{name}_engine").prepare(source, folder)

    def find(filters: Filters, **_options) -> SearchResult:
        picks: dict[str, list[str]] = {}
        for facet, value in filters.selected:
            picks.setdefault(facet, []).append(value)
        total, counts, ids = answer(protocol.Question(filters.text, picks))
        snapshot = current.current_snapshot()
        return SearchResult(
            filters=filters,
            projects=current.load_projects(snapshot, ids),
            sums=Sums(total, 0, total, 0, None, None),
            # A value that was not counted has no project.
            facet_counts={facet: Counter(counts.get(facet, {})) for facet in FACETS},
            sort="newest",
            snapshot=snapshot,
        )

    view = app.view_functions["projects.directory"]
    sys.modules[view.__module__].find = directory.find = find
    return app


app = with_engine(
    os.environ["BENCH_ENGINE"], Path(os.environ["BENCH_RECORDS"]), Path(os.environ["BENCH_ENGINE_FOLDER"])
)
