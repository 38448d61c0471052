"""The tools of the server as plain functions over the same Filters and answers as the API; no model is involved.

Each answer says how names were understood, and links to the page that shows the same to people, or where they would
look for it. A search of which something was not understood is not answered in part: the answer then says what is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from flask import Flask
from werkzeug.datastructures import MultiDict

from portal.database.public_reader import use_session
from portal.errors import NotFound
from portal.mcp.names import UnderstoodName, UnknownName, band, understand_all
from portal.search import Filters, pivot, projects
from portal.search.index.current import current_snapshot
from portal.search.paging import find_page
from portal.vocabulary.facets import TERM_FACETS
from portal.web.api import addresses, answers
from portal.web.api.parameters import LIST_PARAMETERS, TABLE_PARAMETERS, Parameter
from portal.web.api.strict_query import ApiQuery, InvalidQuery, read_query
from portal.web.http.request_context import settings
from portal.web.presentation import export_text, filter_text

Answer = dict[str, Any]

# What a list of projects holds of each; get_project has everything.
LISTED_FIELDS = (
    "key", "title", "status", "project_type", "theme", "budget_usd", "year", "start_date", "end_date", "region",
    "benefiting_member_states", "address",
)  # fmt: skip
_NAMED_FACETS = {
    "countries": "country", "regions": "region", "statuses": "status", "coverages": "coverage", "themes": "theme",
    "project_types": "type", "development_goals": "sdg", "compact_objectives": "gcm",
}  # fmt: skip


@dataclass(frozen=True)
class ProjectFilters:
    """What projects must match. Names may be those that people use ("Ivory Coast", "labour migration") or codes.

    Several names of one list widen the search, different lists narrow it. `text` are words that must all occur.
    "not stated" in a list finds records that leave it out. Budgets are whole US dollars; years are those of allocation.
    `lengths` are calendar years from start to end, both included: "1" to "9", or "10-" for ten and more. `budget_bands`
    are "0-50000", "50000-100000", "100000-200000", "200000-300000", "300000-500000", "500000-1000000",
    "1000000-10000000" and "10000000-", each from its first amount to under its second.
    `running_on` is a day, such as "2024-06-30", on which projects run.
    With `all_countries` a project must benefit all the countries.
    """

    # The package makes the schema of a tool with pydantic: what is no filter is refused, not ignored.
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    text: str = ""
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    coverages: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    project_types: tuple[str, ...] = ()
    development_goals: tuple[str, ...] = ()
    compact_objectives: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    budget_min: int | None = None
    budget_max: int | None = None
    lengths: tuple[str, ...] = ()
    budget_bands: tuple[str, ...] = ()
    running_on: str = ""
    all_countries: bool = False

    def named(self) -> Iterator[tuple[str, Sequence[str]]]:
        """The names of each facet."""
        yield from ((facet, getattr(self, field)) for field, facet in _NAMED_FACETS.items())

    def other_pairs(self) -> Iterator[tuple[str, str]]:
        """The parameters that are no names."""
        if self.text:
            yield "q", self.text
        yield from (("year", str(year)) for year in self.years)
        yield from (("length", band(given)) for given in self.lengths)
        yield from (("budget", band(given)) for given in self.budget_bands)
        for name in ("year_from", "year_to", "budget_min", "budget_max"):
            if (bound := getattr(self, name)) is not None:
                yield name, str(bound)
        if self.running_on:
            yield "on", self.running_on
        if self.all_countries:
            yield "country_match", "all"


@dataclass(frozen=True)
class ReadFilters:
    """A search as it was understood; `query` is None if something was not, and `problem` is then the answer."""

    query: ApiQuery | None
    understood: list[Answer]
    problem: Answer


def search_projects(filters: ProjectFilters | None = None, sort: str = "", page: int = 1, per_page: int = 10) -> Answer:
    """List the projects that match, a page at a time, with the totals of the whole search.

    `sort` is relevance, newest, oldest, -budget (largest first), budget or title; `per_page` is at most 100.
    """
    options = [("page", str(page)), ("per_page", str(per_page)), *(("fields", name) for name in LISTED_FIELDS)]
    read = _read(filters, LIST_PARAMETERS, [*options, *([("sort", sort)] if sort else [])])
    if read.query is None:
        return read.problem
    found = find_page(read.query.filters)
    if found.filters.page > found.last_page:
        return _problem(f"The last page is {found.last_page}.", found.filters.replace(page=1), read.understood)
    answer = answers.project_list(read.query, found)
    shown = ("query", "total", "sums", "page", "pages", "items", "notes", "licence", "records_changed")
    return {name: answer[name] for name in shown} | _origin(read, answer)


def count_projects(
    filters: ProjectFilters | None = None, by: str = "", across: str = "none", measure: str = "projects"
) -> Answer:
    """Count the projects that match: totals, and the number of projects for each value of every list.

    With `by` (country, region, status, coverage, theme, type, year, length, budget, sdg or gcm) the answer is a table
    instead, with `across` (another of them) as columns. `measure` is projects, full (full value in US dollars) or
    shared (value shared among member states, which adds up over countries).
    """
    options = [("by", by), ("across", across), ("measure", measure)] if by else []
    if by and by == across:
        return _problem("by and across are the same: a table has two different lists, or one.")
    read = _read(filters, TABLE_PARAMETERS, options)
    if read.query is None:
        return read.problem
    if by:
        answer = answers.cross_table(read.query, pivot.table(read.query.filters, read.query.table))
    else:
        answer = answers.facet_counts(read.query, find_page(read.query.filters.replace(per_page=1)))
    return {name: value for name, value in answer.items() if name != "links"} | _origin(read, answer)


def get_project(key: str) -> Answer:
    """Everything that the record of one project says. `key` is its Projects ID or the last part of its address."""
    try:
        location = projects.locate(key.strip())
        answer = answers.one_project(ApiQuery(Filters()), location)
    except NotFound:
        search = Filters.parse(MultiDict([("q", key)]))
        return _problem(f"No published project has the key {key!r}. Search for words of its title.", search)
    return {
        "project": answer["item"],
        "understood": [asdict(UnderstoodName("key", key, location.slug, answer["item"]["title"]))],
        "page_url": answer["links"]["alternate"],
        "licence": answer["licence"],
        "records_changed": answer["records_changed"],
    }


def list_terms(list_name: str) -> Answer:
    """The terms of a list with codes, other names and numbers of projects.

    `list_name` is region, country, status, coverage, theme, type, sdg or gcm, or the name of its filter ("countries").
    """
    facet = _NAMED_FACETS.get(list_name.strip().lower(), list_name.strip().lower())
    if facet not in TERM_FACETS:
        return _problem(f"There is no list {list_name!r}.", known=list(TERM_FACETS))
    answer = answers.term_list(current_snapshot(), facet, filter_text.facet_names()[facet])
    return {
        "list": facet,
        "label": answer["label"],
        "terms": answer["terms"],
        "understood": [asdict(UnderstoodName("list_name", list_name, facet, answer["label"]))],
        "page_url": _page_url(Filters.parse(MultiDict([("all", facet)]))),
    }


TOOLS: tuple[Callable[..., Answer], ...] = (search_projects, count_projects, get_project, list_terms)


@contextmanager
def as_visitor(app: Flask) -> Iterator[None]:
    """Ask as a visitor of the public site does: on the public reader, with links of PORTAL_URL."""
    with app.test_request_context(base_url=app.extensions["settings"].public_url):
        use_session(is_public=True)
        yield


def _read(
    filters: ProjectFilters | None, allowed: Sequence[Parameter], options: Sequence[tuple[str, str]]
) -> ReadFilters:
    filters, terms = filters or ProjectFilters(), current_snapshot().terms
    names = list(understand_all(terms, filters.named()))
    understood = [asdict(name) for name in names if isinstance(name, UnderstoodName)]
    problem = _problem("Nothing was searched for, because this was not understood.", understood=understood)
    if unknown := [name for name in names if isinstance(name, UnknownName)]:
        lists = {name.filter: addresses.api_url("terms", facet=name.filter) for name in unknown}
        return ReadFilters(None, understood, {**problem, "unknown": [asdict(name) for name in unknown], "lists": lists})
    pairs = [(name["filter"], name["value"]) for name in understood]
    try:
        query = read_query(MultiDict([*dict.fromkeys(pairs), *filters.other_pairs(), *options]), allowed, terms)
    except InvalidQuery as error:
        return ReadFilters(None, understood, {**problem, "errors": [asdict(each) for each in error.errors]})
    return ReadFilters(query, understood, {})


def _problem(text: str, page: Filters | None = None, understood: Sequence[Answer] = (), **more: object) -> Answer:
    """What was not understood or is not there, and the list where people would look for it."""
    return {"problem": text, **more, "understood": list(understood), "page_url": _page_url(page or Filters())}


def _page_url(filters: Filters) -> str:
    return settings().public_url + export_text.selection_path(filters)


def _origin(read: ReadFilters, answer: Answer) -> Answer:
    """How names were understood, and the page that shows the same."""
    return {"understood": read.understood, "page_url": answer["links"]["alternate"]}
