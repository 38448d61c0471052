"""The engine alone, without HTML and without rows: words, picks and pairs that nobody asked before.

Each question asks for the total, the counts of all facets with their own picks taken off, and the first ids in order.
An engine is a function from Filters to an Answer, so that peers can be asked the same questions, in turns:

    DATABASE_URL=sqlite:////path/506k.db .venv/bin/python -m tests.bench.engine
"""

import json
import random
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from portal.app import from_environment
from portal.database.orm import db
from portal.search import Filters, directory
from portal.search.index import refresh
from portal.search.index.current import current_snapshot
from portal.search.index.facet_index import FacetCounts
from portal.search.index.storage.shared_files import SharedFiles
from portal.search.words import keeping
from tests.bench.questions import frequent_words
from tests.bench.scales import connect
from tests.bench.store import CACHE

# What peers count too.
FACETS = ("region", "status", "coverage", "type", "country", "year")
WORDS, PICKS, ROUNDS = 20, 60, 5
FIRST = 20
# Words that many titles share are asked elsewhere.
_COMMONEST = 20
_LEAST_PROJECTS = 20


@dataclass(frozen=True)
class Answer:
    """What an engine says of one question."""

    total: int
    counts: FacetCounts
    ids: list[int]


Engine = Callable[[Filters], Answer]


def ask_portal(filters: Filters) -> Answer:
    """As directory.find does, except that it keeps the counts of what was asked."""
    snapshot = current_snapshot()
    index = snapshot.index
    hits, tiers = directory.text_hits(snapshot, filters) or (None, ())
    selection = index.select(filters, hits)
    if filters.effective_sort == "relevance":
        ids = directory.page_by_relevance(index, selection, tiers, 0, FIRST)
    else:
        ids = index.page(selection, filters.effective_sort, 0, FIRST)
    return Answer(len(selection), index.facet_counts(filters, hits, selection), ids)


def questions(database: Path, number: int) -> Mapping[str, list[Filters]]:
    """Those of one round, by kind; another number gives others. A pair is two facts of one project."""
    bitmaps = current_snapshot().index.bitmaps
    picks = [(f, value) for f in FACETS for value, rows in bitmaps[f].items() if len(rows) >= _LEAST_PROJECTS]
    with closing(connect(database)) as connection:
        total = connection.execute("SELECT count(*) FROM project WHERE published_at IS NOT NULL").fetchone()[0]
        words = frequent_words(connection, total)[_COMMONEST:]
    # The same questions in each run.
    chance = random.Random(number)  # noqa: S311 # no secret
    rows = chance.sample(range(total), PICKS)
    pairs = [chance.sample([(f, v) for f in FACETS for v, had in bitmaps[f].items() if row in had], 2) for row in rows]
    return {
        "words": [Filters(text=word) for word in words[number::ROUNDS][:WORDS]],
        "picks": [Filters(selected=frozenset({pick})) for pick in chance.sample(picks, PICKS)],
        "pairs": [Filters(selected=frozenset(pair)) for pair in pairs],
    }


def measure(engines: Mapping[str, Engine], database: Path) -> dict[str, dict[str, list[float]]]:
    """Milliseconds by kind and engine: the median of each round, in which the engines take turns."""
    found: dict[str, dict[str, list[float]]] = {}
    for number in range(ROUNDS):
        for kind, asked in questions(database, number).items():
            for name, engine in engines.items():
                taken = []
                for filters in asked:
                    begun = time.perf_counter()
                    engine(filters)
                    taken.append((time.perf_counter() - begun) * 1_000)
                found.setdefault(kind, {}).setdefault(name, []).append(median(taken))
    return found


def get_ready() -> None:
    """Have the words made as a server has, and the state trusted for as long as it is asked."""
    store = refresh.store_for(db.engine.engine)
    (folder := CACHE / "engine").mkdir(parents=True, exist_ok=True)
    store.files, store.max_staleness = SharedFiles(folder), 3_600.0
    while keeping.words_at(current_snapshot().catalogue_version) is None:
        keeping.keep_words_ready()
        db.session.remove()
        time.sleep(0.25)
    ask_portal(Filters(text="warm"))


def main() -> None:
    with from_environment().app_context():
        get_ready()
        found = measure({"portal": ask_portal}, Path(str(db.engine.url.database)))
    print(json.dumps({kind: {name: median(taken) for name, taken in by.items()} for kind, by in found.items()}))


if __name__ == "__main__":
    main()
