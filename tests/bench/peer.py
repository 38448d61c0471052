"""Datasette beside the portal: the same projects in one table of its own, the same facets, the same questions.

It gets what helps it: an index on every column it filters, counts or sorts by, a full-text index like the portal's,
fresh statistics, a file it may take for unchangeable, no suggestions of facets, the cheapest order where none is asked.
"""

import hashlib
import re
import shutil
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pysqlite3

from portal.search import Filters
from portal.vocabulary.facets import DEFAULT_PAGE_SIZE
from tests.bench.questions import Question, Questions
from tests.bench.scales import Scale, remove
from tests.bench.store import CACHE
from tests.bench.visitor import Answer, Visitor

# The limits are raised so far that it always counts to the end, as the portal does.
SETTINGS = {
    "default_page_size": DEFAULT_PAGE_SIZE,
    "facet_time_limit_ms": 600_000,
    "sql_time_limit_ms": 600_000,
    "suggest_facets": 0,
    "default_cache_ttl": 0,
}
_FACETS = [
    *(("_facet", name) for name in ("region", "status", "coverage", "type", "year")),
    ("_facet_array", "countries"),
]
_COLUMNS = """
    id INTEGER PRIMARY KEY, project_id TEXT, title TEXT, summary TEXT, start_date TEXT, end_date TEXT, region TEXT,
    status TEXT, coverage TEXT, type TEXT, year INTEGER, budget_usd REAL, countries TEXT"""
_FILL = """
    INSERT INTO projects
    SELECT p.id, coalesce(p.number, p.key), p.title, p.summary, p.start, p."end", region.name, status.name,
           coverage.name, type.name, p.year, p.budget / 100.0,
           (SELECT json_group_array(term.name) FROM portal.project_country JOIN portal.term ON term.id = term_id
            WHERE project_id = p.id AND is_eligible)
    FROM portal.project AS p
    LEFT JOIN portal.term AS region ON region.id = p.region_id
    LEFT JOIN portal.term AS status ON status.id = p.status_id
    LEFT JOIN portal.term AS coverage ON coverage.id = p.coverage_id
    LEFT JOIN portal.term AS type ON type.id = p.type_id
    WHERE p.published_at IS NOT NULL ORDER BY p.id"""
# It looks for a text index of a table by this very spelling, double quotes included.
_TEXT = """
    CREATE VIRTUAL TABLE projects_fts USING fts5(
        project_id, title, summary, region, status, coverage, type, countries,
        content="projects", content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3 4')"""
_INDEXED = ("region", "status", "coverage", "type", "year", "budget_usd", "title", "project_id")
_TOTAL = re.compile(rb"<h3>\s*([\d,]+) rows?\b")
_ORDERS = {
    "oldest": ("_sort", "year"),
    "budget": ("_sort", "budget_usd"),
    "-budget": ("_sort_desc", "budget_usd"),
    "title": ("_sort", "title"),
}


def database(scale: Scale, *, is_indexed: bool = True) -> Path:
    """Its database file of a scale, made where it is missing, older than the portal's, or of another shape.

    Without `is_indexed` it has its text index and nothing else that helps, as a table is that was just put in.
    """
    indexed = _INDEXED if is_indexed else ()
    shape = hashlib.sha256(repr((_COLUMNS, _FILL, _TEXT, indexed)).encode()).hexdigest()[:8]
    kind = "datasette" if is_indexed else "plain-datasette"
    target = CACHE / f"{scale.name}-{kind}-{shape}" / "data.db"
    if target.exists() and target.stat().st_mtime >= scale.database.stat().st_mtime:
        return target
    for folder in CACHE.glob(f"{scale.name}-{kind}-*"):
        shutil.rmtree(folder)
    target.parent.mkdir(exist_ok=True)
    beside = target.with_suffix(".making")
    remove(beside)
    with closing(pysqlite3.connect(str(beside), isolation_level=None)) as connection:
        run = connection.execute
        run("PRAGMA journal_mode=OFF")
        run("PRAGMA synchronous=OFF")
        run("ATTACH ? AS portal", (str(scale.database),))
        run(f"CREATE TABLE projects ({_COLUMNS})")
        run("BEGIN")
        run(_FILL)
        for column in indexed:
            run(f"CREATE INDEX projects_{column} ON projects ({column})")
        run(_TEXT)
        run("INSERT INTO projects_fts(projects_fts) VALUES ('rebuild')")
        run("COMMIT")
        run("ANALYZE main")
    beside.rename(target)
    return target


class Datasette:
    """Asks a running Datasette the portal's questions."""

    def __init__(self, port: int, file: Path, asked: Questions) -> None:
        self._visitor = Visitor(port, timeout=1200)
        self._file, self._names = file, asked.names

    def ask(self, question: Question) -> tuple[Answer, int]:
        """The answer and how many projects it says there are."""
        answer = self._visitor.ask(f"/data/projects?{urlencode(self.parameters(question.filters))}")
        found = _TOTAL.search(answer.body)
        if answer.status != 200 or not found:
            raise SystemExit(f"Datasette answered {answer.status} to {question.filters}:\n{answer.body[:2000]!r}")
        return answer, int(found[1].replace(b",", b""))

    def parameters(self, filters: Filters) -> list[tuple[str, str]]:
        asked = list(_FACETS)
        countries = [self._names["country", code] for code in filters.values("country")]
        if len(countries) > 1 and not filters.match_all_countries:
            # It has no filter for "one of several" in a list; its own way out is a condition in SQL.
            wanted = ", ".join("'" + name.replace("'", "''") + "'" for name in countries)
            asked.append(("_where", f"exists (select 1 from json_each(countries) where value in ({wanted}))"))
        else:
            asked += [("countries__arraycontains", name) for name in countries]
        for facet in ("region", "status", "coverage", "type"):
            asked += [(f"{facet}__exact", self._names[facet, code]) for code in filters.values(facet)]
        asked += [("year__exact", year) for year in filters.values("year")]
        for name, column in (
            ("year_from", "year__gte"), ("year_to", "year__lte"),
            ("budget_min", "budget_usd__gte"), ("budget_max", "budget_usd__lte"),
        ):  # fmt: skip
            if (bound := getattr(filters, name)) is not None:
                asked.append((column, str(bound)))
        if filters.text:
            # The last word of a text also finds longer words, at the portal as here.
            asked += [("_search", f"{filters.text}*"), ("_searchmode", "raw")]
        if filters.sort:
            asked.append(_ORDERS[filters.sort])
        elif filters.page > 1:
            asked.append(("_next", str(self.last_before(filters.page))))
        return asked

    def last_before(self, page: int) -> int:
        """The id after which a page of the order by id begins: the mark that its own links would carry."""
        with closing(pysqlite3.connect(f"file:{self._file}?mode=ro", uri=True)) as connection:
            offset = (page - 1) * DEFAULT_PAGE_SIZE - 1
            return connection.execute("SELECT id FROM projects ORDER BY id LIMIT 1 OFFSET ?", (offset,)).fetchone()[0]

    def close(self) -> None:
        self._visitor.close()
