"""What is asked: for every case about ten questions with values that this very database holds.

A question is a value of the portal's own Filters; the peers translate it. The same database gives the same questions.
"""

import re
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from portal.search import Filters
from portal.vocabulary.facets import DEFAULT_PAGE_SIZE
from tests.bench.scales import connect

VALUES = 10
FAR_PAGE = 1_000
# Asked once each: words, picks and rows that a worker has not met since its last snapshot.
FRESH = 40
FRESH_TEXT, FRESH_PICK, FRESH_ROWS = "a text for the first time", "a pick for the first time", "rows for the first time"
_WORD = re.compile(r"[^\W\d_]{5,}")
_TITLES_SAMPLED = 20_000
SORTS = ("oldest", "budget", "-budget", "title")


@dataclass(frozen=True)
class Question:
    """One request of one case."""

    case: str
    filters: Filters

    @property
    def path(self) -> str:
        """Its address at the portal."""
        return f"/projects/?{self.filters}".rstrip("?")


@dataclass(frozen=True)
class Questions:
    """All questions of one database by case, `names` and `ids` of its terms by facet and code.

    Those of `fresh` are to be asked once each.
    """

    cases: dict[str, list[Question]]
    fresh: dict[str, list[Question]]
    names: dict[tuple[str, str], str]
    ids: dict[tuple[str, str], int]
    far_page: int

    def each(self, number: int) -> list[Question]:
        """One question of every case, another one for every number."""
        return [asked[number % len(asked)] for asked in self.cases.values()]


def questions(database: Path) -> Questions:
    with closing(connect(database)) as connection:
        total = connection.execute("SELECT count(*) FROM project WHERE published_at IS NOT NULL").fetchone()[0]
        terms = connection.execute("SELECT id, facet, code, name FROM term").fetchall()
        codes = {number: (facet, code) for number, facet, code, _ in terms}
        top = {facet: most_frequent(connection, facet, codes) for facet in ("region", "type", "status", "country")}
        types = most_frequent(connection, "type", codes, VALUES + FRESH)[VALUES:]
        years = most_frequent_years(connection)
        pairs = frequent_pairs(connection, codes)
        together = frequent_together(connection, codes)
        words = frequent_words(connection, total)
    spread = [words[min(2**power, len(words)) - 1] for power in range(VALUES)]
    rest = [word for word in words[4:] if word not in spread]
    last = max(1, -(-total // DEFAULT_PAGE_SIZE))
    far = min(FAR_PAGE, last)
    mixed = [top["region"][0], top["type"][0], years[0], top["country"][0], top["status"][0]]
    mixed += [top["region"][1], top["type"][1], years[1], top["country"][1], top["status"][1]]
    pages = range(1, VALUES + 1)
    cases = {
        "no filter": [Filters(page=page) for page in pages],
        "one pick": [Filters(selected=frozenset({pick})) for pick in mixed],
        "two picks": [Filters(selected=frozenset(pair)) for pair in pairs],
        "text": [Filters(text=word) for word in spread],
        "text and a pick": [
            Filters(text=word, selected=frozenset({top["status"][i % 2]})) for i, word in enumerate(spread)
        ],
        "any of three countries": [
            Filters(selected=frozenset(top["country"][i : i + 3])) for i in range(min(VALUES, len(top["country"]) - 2))
        ],
        "two countries together": [Filters(selected=frozenset(pair), match_all_countries=True) for pair in together],
        "years and budget": [
            Filters(year_from=2000 + i, year_to=2009 + i, budget_min=10_000 * (i + 1), budget_max=1_000_000 * (i + 1))
            for i in range(VALUES)
        ],
        "page 1000": [Filters(page=page) for page in range(max(1, far - VALUES + 1), far + 1)],
        **{f"sort {sort}": [Filters(sort=sort, page=page) for page in pages] for sort in SORTS},
        **{
            f"sort {sort}, one pick": [
                Filters(sort=sort, selected=frozenset({pick})) for pick in top["region"][:VALUES]
            ]
            for sort in SORTS
        },
    }
    return Questions(
        cases={case: [Question(case, filters) for filters in asked] for case, asked in cases.items()},
        fresh={
            FRESH_TEXT: [Question(FRESH_TEXT, Filters(text=word)) for word in rest[: FRESH * 4 : 4]],
            FRESH_PICK: [Question(FRESH_PICK, Filters(selected=frozenset({pick}))) for pick in types],
            FRESH_ROWS: [Question(FRESH_ROWS, Filters(page=page)) for page in between(VALUES, far - VALUES)],
        },
        names={(facet, code): name for _, facet, code, name in terms},
        ids={pick: number for number, pick in codes.items()},
        far_page=far,
    )


def between(first: int, last: int) -> range:
    """Up to FRESH numbers after the first and up to the last, evenly spread."""
    return range(first + 1, last + 1, max(1, (last - first) // FRESH))[:FRESH]


def most_frequent(connection, facet: str, codes: dict, most: int = VALUES + 2) -> list[tuple[str, str]]:
    """The picks of a facet with the most projects, most first."""
    if facet == "country":
        counted = "SELECT term_id, count(*) AS n FROM project_country WHERE is_eligible GROUP BY 1"
    else:
        counted = f"SELECT {facet}_id, count(*) AS n FROM project WHERE {facet}_id IS NOT NULL GROUP BY 1"
    rows = connection.execute(f"{counted} ORDER BY n DESC, 1 LIMIT {most}")
    return [codes[number] for number, _ in rows]


def most_frequent_years(connection) -> list[tuple[str, str]]:
    rows = connection.execute(
        "SELECT year, count(*) AS n FROM project WHERE year IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT 2"
    )
    return [("year", str(year)) for year, _ in rows]


def frequent_pairs(connection, codes: dict) -> list[tuple]:
    """A region and a status that many projects share."""
    rows = connection.execute(
        "SELECT region_id, status_id, count(*) AS n FROM project WHERE region_id IS NOT NULL AND status_id IS NOT NULL "
        f"GROUP BY 1, 2 ORDER BY n DESC, 1, 2 LIMIT {VALUES}"
    )
    return [(codes[region], codes[status]) for region, status, _ in rows]


def frequent_together(connection, codes: dict) -> list[tuple]:
    """Pairs of countries that benefit from the most projects together."""
    rows = connection.execute(
        "SELECT group_concat(term_id) FROM project_country WHERE is_eligible GROUP BY project_id "
        "HAVING count(*) BETWEEN 2 AND 12"
    )
    counted = Counter(pair for (ids,) in rows for pair in combinations(sorted(int(i) for i in ids.split(",")), 2))
    best = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:VALUES]
    return [(codes[one], codes[other]) for (one, other), _ in best]


def frequent_words(connection, total: int) -> list[str]:
    """Words of five or more letters in the titles, most frequent first."""
    step = max(1, total // _TITLES_SAMPLED)
    counted: Counter[str] = Counter()
    for (title,) in connection.execute("SELECT title FROM project WHERE id % ? = 0", (step,)):
        counted.update(set(_WORD.findall(title.casefold())))
    return [word for word, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]
