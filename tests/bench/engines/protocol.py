"""What every engine of the comparison does: questions come as lines of JSON, answers go back with their time.

Each engine is a script that runs in an environment of its own: `python ENGINE.py RECORDS FOLDER`. RECORDS has one
project a line; FOLDER is where the engine keeps its index. This module uses the standard library alone.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

FACETS = ("region", "status", "coverage", "type", "year", "country")
ROWS = 20
# More than any facet has.
VALUES = 400
Counts = dict[str, dict[str, int]]
Picks = Mapping[str, Sequence[str]]


class Question(NamedTuple):
    """A word or "", and the values picked by facet: any of a facet, all of the facets."""

    text: str
    picks: Picks


class Answer(NamedTuple):
    """The number of projects, the counts of six facets with their own picks taken off, and the newest 20 ids."""

    total: int
    counts: Counts
    ids: list[int]


class Record(NamedTuple):
    """One project: `facets` by name, with any number of values; `start` is a day such as 20240630, 0 if not stated."""

    id: int
    title: str
    summary: str
    start: int
    facets: dict[str, list[str]]


def records(path: Path) -> Iterator[Record]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield Record(*json.loads(line))


class FacetCounter:
    """Counts each facet without its own picks; what nothing filters is counted once and kept, as each engine could."""

    def __init__(self, count: Callable[[str, Picks, Sequence[str]], Counts]) -> None:
        """`count(text, picks, facets)` counts the values of these facets in what matches."""
        self._count = count
        self._unfiltered = count("", {}, FACETS)

    def counts(self, question: Question) -> Counts:
        picked = [facet for facet in FACETS if facet in question.picks]
        counts = self._filtered(question.text, question.picks, [facet for facet in FACETS if facet not in picked])
        for facet in picked:
            others = {name: values for name, values in question.picks.items() if name != facet}
            counts |= self._filtered(question.text, others, [facet])
        return counts

    def _filtered(self, text: str, picks: Picks, facets: Sequence[str]) -> Counts:
        if not text and not picks:
            return {facet: self._unfiltered[facet] for facet in facets}
        return self._count(text, picks, facets)


def serve(prepare: Callable[[Path, Path], Callable[[Question], Answer]], arguments: Iterable[str] = ()) -> None:
    """Say how long it took to be ready, then answer until the questions end."""
    source, folder = map(Path, arguments or sys.argv[1:3])
    folder.mkdir(parents=True, exist_ok=True)
    begun = time.perf_counter()
    answer = prepare(source, folder)
    say({"ready": time.perf_counter() - begun})
    for line in sys.stdin:
        question = Question(**json.loads(line))
        begun = time.perf_counter()
        total, counts, ids = answer(question)
        seconds = time.perf_counter() - begun
        say({"seconds": seconds, "total": total, "counts": counts, "ids": ids})


def say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)
