"""The page of a member state as data: its projects and money by coverage, year and theme, and the latest projects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.search import find, pivot
from portal.search.directory import SearchResult
from portal.search.query.filters import Filters
from portal.search.query.table_options import TableOptions
from portal.search.read_models.project import ProjectView
from portal.search.read_models.terms import TermView
from portal.web.presentation import filter_text, table_urls
from portal.web.presentation.i18n import gettext
from portal.web.public import results

_LATEST = 5


@dataclass(frozen=True)
class StateRow:
    """Projects that have one value of a facet; budgets in US cents, `has_budget` says whether any is stated."""

    label: str
    url: str
    projects: int
    full_budget: int
    shared_budget: int
    has_budget: bool


@dataclass(frozen=True)
class StateTable:
    """The projects by one facet; `most` is the largest shared value of a row."""

    name: str
    title: str
    row_title: str
    rows: list[StateRow]
    most: int


@dataclass(frozen=True)
class StatePage:
    """`all` is the row of all projects, `value_notes` see public.results."""

    term: TermView
    result: SearchResult
    all: StateRow
    tables: list[StateTable]
    latest: tuple[ProjectView, ...]
    table_url: str
    value_notes: tuple[tuple[str, str], ...]


def build_page(term: TermView) -> StatePage:
    filters = Filters(selected=frozenset({("country", term.code)}))
    result = find(filters, may_miss=True)
    sums = result.sums
    return StatePage(
        term=term,
        result=result,
        all=StateRow(
            label=gettext("All"),
            url=results.directory_url(filters),
            projects=sums.projects,
            full_budget=sums.total_cents,
            shared_budget=sums.shared_cents or 0,
            has_budget=sums.has_budget,
        ),
        tables=list(_tables(result, term.code)) if sums.projects else [],
        latest=result.projects[:_LATEST],
        table_url=table_urls.table_path(filters, TableOptions(by="theme", across="year")),
        value_notes=results.value_notes(filters, sums),
    )


def _tables(result: SearchResult, code: str) -> Iterator[StateTable]:
    titles = {
        "coverage": gettext("National and regional projects"),
        "year": gettext("By year of allocation"),
        "theme": gettext("By theme"),
    }
    names = filter_text.facet_names()
    for facet, title in titles.items():
        rows = list(_rows(result, code, facet))
        yield StateTable(
            name=facet,
            title=title,
            row_title=names[facet],
            rows=rows,
            most=max((row.shared_budget for row in rows), default=0),
        )


def _rows(result: SearchResult, code: str, facet: str) -> Iterator[StateRow]:
    """One row for each value that the projects have; a project has one value of the facet, so rows add up."""
    options = TableOptions(by=facet, across="country", measure="shared")
    table = pivot.table_from(result.snapshot, result.filters, options).table
    # The totals of rows are full values, the cells of a state its parts.
    totals, parts = table.row_totals, table.cells.cents[:, table.columns.index(code)]
    for value, projects, stated, cents, part in zip(
        table.rows,
        totals.projects.tolist(),
        totals.stated.tolist(),
        totals.cents.tolist(),
        parts.tolist(),
        strict=True,
    ):
        yield StateRow(
            label=filter_text.value_label(result.snapshot.terms, facet, value),
            url=results.directory_url(result.filters.toggle(facet, value)),
            projects=projects,
            full_budget=cents,
            shared_budget=part,
            has_budget=stated > 0,
        )
