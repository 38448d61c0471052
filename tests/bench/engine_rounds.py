"""The engine alone beside search engines: the same questions, in turn, each engine in a process of its own.

Every round starts each engine anew, so that "never asked" is true; it is warmed up with questions of no case.
"""

import json
import random
import statistics
import subprocess
import sys
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from portal.config import ROOT
from portal.search import Filters
from tests.bench import effort
from tests.bench.builds import Build
from tests.bench.questions import questions
from tests.bench.scales import Scale, connect, environment
from tests.bench.serving import NO_PAGE_CACHE, gunicorn
from tests.bench.store import CACHE
from tests.bench.visitor import Visitor, check, summary

FOLDER = Path(__file__).with_name("engines")
PEERS = CACHE / "engines" / "bin" / "python"
ROUNDS = 5
NEW_PICKS, NEW_PAIRS, NEW_WORDS = 60, 60, 20
_WARM_UP = 3
_NOT_STATED = "none"
_FACETS = ("region", "status", "coverage", "type", "year", "country")


@dataclass(frozen=True)
class Engine:
    """How an engine is started: its script, the interpreter and the tree it runs in, the database it reads."""

    name: str
    script: str
    python: Path
    root: Path = ROOT
    database: Path | None = None
    arguments: tuple[str, ...] = ()
    finds_words: bool = True

    def folder(self, scale: Scale) -> Path:
        """Where it keeps its index."""
        return CACHE / f"engine-{scale.name}-{self.script.removesuffix('_engine.py')}"


def engines(scale: Scale, older: Build | None) -> list[Engine]:
    python = Path(sys.executable)
    found = [
        Engine("portal", "portal_engine.py", python, database=scale.database),
        Engine("portal with sums, rows and all facets", "portal_engine.py", python, ROOT, scale.database, ("whole",)),
        Engine("tantivy", "tantivy_engine.py", PEERS),
        Engine("lucisearch", "lucisearch_engine.py", PEERS),
        Engine("DuckDB", "duckdb_engine.py", PEERS, finds_words=False),
    ]
    if older:
        database = older.database(scale.name)
        found.append(Engine(older.name, "older_engine.py", older.program("python"), older.root, database))
    return found


def everything(scale: Scale, older: Build | None = None) -> dict:
    return {"alone": measure(scale, older), "pages": pages(scale)}


def measure(scale: Scale, older: Build | None = None) -> dict:
    source, asked = records_of(scale), cases(scale)
    taken: dict[str, dict[str, list[float]]] = {}
    answers: dict[str, dict[str, list]] = {}
    for number in range(1 if effort.IS_QUICK else ROUNDS):
        chosen = engines(scale, older)
        random.Random(number).shuffle(chosen)  # noqa: S311 # an order, not a secret
        for engine in chosen:
            times, answers[engine.name] = ask_all(engine, scale, source, asked)
            for case, seconds in times.items():
                taken.setdefault(engine.name, {}).setdefault(case, []).append(statistics.median(seconds))
    return {
        "cases": {name: {case: summary(its) for case, its in of.items()} for name, of in taken.items()},
        "least_most": {
            name: {case: (min(its) * 1000, max(its) * 1000) for case, its in of.items()} for name, of in taken.items()
        },
        "same_counts": {name: agreement(answers["portal"], its) for name, its in answers.items()},
        "versions": versions(),
    }


def ask_all(engine: Engine, scale: Scale, source: Path, asked: dict) -> tuple[dict, dict]:
    """Seconds by case, and what was answered."""
    command = [engine.python, FOLDER / engine.script, source, engine.folder(scale), *engine.arguments]
    environ = environment(engine.database or scale.database, PORTAL_HEALTH_BIND="off")
    times: dict[str, list[float]] = {}
    answers: dict[str, list] = {}
    with (
        (CACHE / "engine.log").open("w") as log,
        subprocess.Popen(
            command, cwd=engine.root, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        next_line(process)
        for case, repeated in asked.items():
            for question in repeated:
                if question["text"] and not engine.finds_words:
                    continue
                process.stdin.write(json.dumps(question) + "\n")
                process.stdin.flush()
                answer = next_line(process)
                if case is not None:
                    times.setdefault(case, []).append(answer["seconds"])
                    answers.setdefault(case, []).append(answer)
        process.stdin.close()
    return times, answers


def next_line(process) -> dict:
    line = process.stdout.readline()
    if not line:
        raise SystemExit(f"An engine ended:\n{(CACHE / 'engine.log').read_text()[-2000:]}")
    return json.loads(line)


def cases(scale: Scale) -> dict[str | None, list[dict]]:
    """Questions by case, None for those that warm up; a case "again" asks what was asked just before."""
    found = questions(scale.database)
    choice = random.Random(1)  # noqa: S311 # a sample, not a secret
    picks = all_picks(scale)
    choice.shuffle(picks)
    pairs = [pair for pair in zip(picks, choice.sample(picks, len(picks)), strict=True) if pair[0][0] != pair[1][0]]
    words = [question.filters.text for question in found.fresh["a text for the first time"]]
    known = {
        "no filter": [asking()] * 5,
        "one pick": [asking(*question.filters.selected) for question in found.cases["one pick"]],
        "two picks": [asking(*question.filters.selected) for question in found.cases["two picks"]],
        "any of three countries": [
            asking(*question.filters.selected) for question in found.cases["any of three countries"]
        ],
        "one word": [asking(text=question.filters.text) for question in found.cases["text"]],
    }
    warm_up = [asking(pick) for pick in picks[-_WARM_UP:]] + [asking(text=word) for word in words[-_WARM_UP:]]
    return {
        None: warm_up,
        f"{NEW_PICKS} picks never asked": [asking(pick) for pick in picks[:NEW_PICKS]],
        f"{NEW_PAIRS} pairs never asked": [asking(*pair) for pair in pairs[:NEW_PAIRS]],
        f"{NEW_WORDS} words never asked": [asking(text=word) for word in words[:NEW_WORDS]],
        **{f"{case}, asked {when}": asked for case, asked in known.items() for when in ("first", "again")},
    }


def asking(*picks: tuple[str, str], text: str = "") -> dict:
    chosen: dict[str, list[str]] = {}
    for facet, value in picks:
        chosen.setdefault(facet, []).append(value)
    return {"text": text, "picks": chosen}


def all_picks(scale: Scale) -> list[tuple[str, str]]:
    """Every value of the six facets that a project has."""
    with closing(connect(scale.database)) as connection:
        found = []
        for facet in _FACETS:
            if facet == "year":
                rows = connection.execute("SELECT DISTINCT year FROM project WHERE year IS NOT NULL ORDER BY 1")
            elif facet == "country":
                rows = connection.execute(
                    "SELECT DISTINCT code FROM project_country JOIN term ON term.id = term_id "
                    "WHERE is_eligible ORDER BY 1"
                )
            else:
                rows = connection.execute(
                    f"SELECT DISTINCT code FROM project JOIN term ON term.id = {facet}_id ORDER BY 1"
                )
            found += [(facet, str(value)) for (value,) in rows]
    return found


def records_of(scale: Scale) -> Path:
    """The published projects as the engines read them, one a line."""
    target = CACHE / f"{scale.name}-records.jsonl"
    if target.exists() and target.stat().st_mtime >= scale.database.stat().st_mtime:
        return target
    beside = target.with_suffix(".part")
    with closing(connect(scale.database)) as connection, beside.open("w", encoding="utf-8") as sink:
        codes = dict(connection.execute("SELECT id, code FROM term"))
        countries: dict[int, list[str]] = {}
        for project, term in connection.execute("SELECT project_id, term_id FROM project_country WHERE is_eligible"):
            countries.setdefault(project, []).append(codes[term])
        for row in connection.execute(_RECORDS):
            number, title, summary_, start, *terms, year = row
            facets = {name: [codes[term]] if term else [] for name, term in zip(_FACETS[:4], terms, strict=True)}
            facets |= {"year": [str(year)] if year else [], "country": countries.get(number, [])}
            sink.write(json.dumps([number, title, summary_, start, facets]) + "\n")
    beside.rename(target)
    return target


_RECORDS = """
    SELECT id, title, coalesce(summary, ''),
           coalesce(CAST(replace(substr(start || '-01-01', 1, 10), '-', '') AS INTEGER), 0),
           region_id, status_id, coverage_id, type_id, year
    FROM project WHERE published_at IS NOT NULL ORDER BY id"""


def agreement(ours: dict[str, list], theirs: dict[str, list]) -> dict[str, list[int]]:
    """By kind of question: how many both answered with the same total and counts, and how many there were."""
    found: dict[str, list[int]] = {"picks": [0, 0], "words": [0, 0]}
    for case, answers in theirs.items():
        kind = found["words" if "word" in case else "picks"]
        for own, its in zip(ours[case], answers, strict=True):
            kind[0] += (own["total"], stated(own["counts"])) == (its["total"], stated(its["counts"]))
            kind[1] += 1
    return found


def stated(counts: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Counts of values that some project has; only the portal counts what is not stated."""
    return {
        facet: {value: number for value, number in counts.get(facet, {}).items() if number and value != _NOT_STATED}
        for facet in _FACETS
    }


def versions() -> dict[str, str]:
    names = ("tantivy", "lucisearch", "duckdb")
    script = f"import importlib.metadata as m; print(*(m.version(name) for name in {names}))"
    told = subprocess.run([PEERS, "-c", script], capture_output=True, text=True, check=True)
    return dict(zip(("tantivy", "lucisearch", "DuckDB"), told.stdout.split(), strict=True))


def pages(scale: Scale) -> dict:
    """Milliseconds of a page by engine and case: the same view, panel and templates over each engine."""
    source, asked = records_of(scale), cases(scale)
    chosen = [engine for engine in engines(scale, None) if not engine.arguments]
    packages = next((CACHE / "engines" / "lib").glob("python*/site-packages"))
    with ExitStack() as stack:
        visitors = {}
        for engine in chosen:
            server = stack.enter_context(
                gunicorn(
                    scale.database,
                    app="tests.bench.engine_app:app",
                    **NO_PAGE_CACHE,
                    PORTAL_SEARCHES="0",
                    # After the portal's own packages, which stay as they are locked.
                    BENCH_PACKAGES=str(packages),
                    BENCH_ENGINE=engine.script.removesuffix("_engine.py"),
                    BENCH_RECORDS=str(source),
                    BENCH_ENGINE_FOLDER=str(engine.folder(scale)),
                )
            )
            visitors[engine] = Visitor(server.port)
        times: dict[str, dict[str, list[float]]] = {engine.name: {} for engine in chosen}
        for case, repeated in asked.items():
            for number, question in enumerate(repeated):
                path = path_of(question)
                for engine in chosen if number % 2 else reversed(chosen):
                    if question["text"] and not engine.finds_words:
                        continue
                    answer = visitors[engine].ask(path)
                    check(path, answer.status)
                    if case is not None:
                        times[engine.name].setdefault(case, []).append(answer.seconds)
    return {name: {case: summary(its) for case, its in of.items()} for name, of in times.items()}


def path_of(question: dict) -> str:
    picks = frozenset((facet, value) for facet, values in question["picks"].items() for value in values)
    return f"/projects/?{Filters(text=question['text'], selected=picks)}".rstrip("?")
