"""The same answers by SQL alone, over the portal's own tables: a statement for each facet, the sums and the page.

Every facet is counted with its own picks taken off, as the portal does; countries that must come together keep theirs.
This is a lower bound: no page is written.
"""

import time
from pathlib import Path

from portal.search import Filters
from portal.search.fulltext.sqlite_fts5 import Fts5
from portal.search.fulltext.tokenizer import parse_query
from portal.vocabulary.facets import NOT_STATED
from tests.bench.questions import Question, Questions
from tests.bench.scales import connect
from tests.bench.visitor import Answer

FACETS = ("region", "status", "coverage", "type", "year", "country")
_ORDERS = {
    "newest": "coalesce(year, CAST(substr(start, 1, 4) AS INTEGER), 0) DESC, substr(start, 1, 4) DESC, id DESC",
    "oldest": "coalesce(year, CAST(substr(start, 1, 4) AS INTEGER), 9999), id DESC",
    "budget": "budget IS NULL, budget, id DESC",
    "-budget": "budget IS NULL, budget DESC, id DESC",
    "title": "title_sort, number, key",
}
# A text is not ranked here: the order of the portal's fallback, which is the cheaper one.
_ORDERS["relevance"] = _ORDERS["newest"]
_IN_COUNTRIES = "id IN (SELECT project_id FROM project_country WHERE is_eligible AND term_id IN ({marks}))"
_RANGES = {
    "year_from": ("year >= ?", 1),
    "year_to": ("year <= ?", 1),
    "budget_min": ("budget >= ?", 100),
    "budget_max": ("budget <= ?", 100),
}


class PlainSql:
    """Answers questions over one database file, read only."""

    def __init__(self, database: Path, asked: Questions) -> None:
        self._connection = connect(database)
        self._ids = asked.ids

    def ask(self, question: Question) -> tuple[Answer, int]:
        """The time that all statements took, with how many projects there are."""
        begun = time.perf_counter()
        total = self.answer(question.filters)
        return Answer(time.perf_counter() - begun, 200, b"", ""), total

    def answer(self, filters: Filters) -> int:
        run = self._connection.execute
        where, values = self.condition(filters)
        for facet in FACETS:
            together = facet == "country" and filters.match_all_countries
            own, given = self.condition(filters, leave_out="" if together else facet)
            if facet == "country":
                statement = (
                    "SELECT term_id, count(*) FROM project_country WHERE is_eligible "
                    f"AND project_id IN (SELECT id FROM project WHERE {own}) GROUP BY term_id"
                )
            else:
                column = facet if facet == "year" else f"{facet}_id"
                statement = f"SELECT {column}, count(*) FROM project WHERE {own} GROUP BY {column}"
            run(statement, given).fetchall()
        total, _ = run(f"SELECT count(*), sum(budget) FROM project WHERE {where}", values).fetchone()
        run(
            f"SELECT * FROM project WHERE {where} ORDER BY {_ORDERS[filters.effective_sort]} LIMIT ? OFFSET ?",
            [*values, filters.per_page, (filters.page - 1) * filters.per_page],
        ).fetchall()
        return total

    def condition(self, filters: Filters, leave_out: str = "") -> tuple[str, list]:
        """A WHERE clause and its values; picks of one facet are left out."""
        parts, values = ["published_at IS NOT NULL"], []
        for facet in FACETS:
            picked = [value for value in filters.values(facet) if value != NOT_STATED]
            if facet == leave_out or not picked:
                continue
            given = [int(value) if facet == "year" else self._ids[facet, value] for value in picked]
            marks = ", ".join("?" * len(given))
            if facet != "country":
                parts.append(f"{facet if facet == 'year' else f'{facet}_id'} IN ({marks})")
            elif filters.match_all_countries:
                parts += [_IN_COUNTRIES.format(marks="?")] * len(given)
            else:
                parts.append(_IN_COUNTRIES.format(marks=marks))
            values += given
        for name, (part, factor) in _RANGES.items():
            if (bound := getattr(filters, name)) is not None:
                parts.append(part)
                values.append(bound * factor)
        if filters.text:
            parts.append("id IN (SELECT rowid FROM project_text WHERE project_text MATCH ?)")
            values.append(Fts5.match_parameters(parse_query(filters.text))["all"])
        return " AND ".join(parts), values

    def close(self) -> None:
        self._connection.close()
