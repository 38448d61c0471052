"""Everything around a list of results as data: heading, totals, chips, sort orders, pager, relaxations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from portal.search import directory
from portal.search.directory import SearchResult
from portal.search.index.facet_index import Sums
from portal.search.query.filters import Filters
from portal.search.query.table_options import TableOptions
from portal.vocabulary.facets import NOT_STATED, VIEWS
from portal.web.presentation import filter_text, formatting, status_text, table_urls, urls
from portal.web.presentation.charts import urls as chart_urls
from portal.web.presentation.search_text import SearchText

_PAGES_AROUND = 2
_COLUMN_SORTS = ("newest", "oldest", "title", "-budget", "budget")


@dataclass(frozen=True)
class FilterChip:
    """One removable part of the search; `note` says why an invalid one is ignored."""

    name: str
    value: str
    url: str
    note: str


@dataclass(frozen=True)
class Pager:
    """The page of the list; `pages` holds (number, URL) pairs, None for a gap."""

    first: int
    last: int
    total: int
    page: int
    pages: tuple[tuple[int, str] | None, ...]
    previous_url: str
    next_url: str


@dataclass(frozen=True)
class Results:
    """Texts and URLs around the list.

    `relaxations` are searches without one part that have results, as (label, count, URL); `still_empty` are the
    labels of those that have none. `shared_total` is what the member states of the search receive, in US dollars.
    `not_carried_out` are phrases with URLs about planned and cancelled projects in the totals.
    `undated` are the number and the URL of the projects that a search for a day leaves out as they state no start or
    no end.
    """

    heading: str
    totals_phrase: str
    announcement: str
    total: Decimal
    is_rounded: bool
    chips: tuple[FilterChip, ...]
    clear_url: str
    sorts: dict[str, str]
    column_sorts: dict[str, str]
    view_urls: dict[str, str]
    table_url: str
    charts_url: str
    pager: Pager
    relaxations: tuple[tuple[str, int, str], ...]
    still_empty: tuple[str, ...]
    warnings: tuple[str, ...]
    canonical_url: str
    is_indexable: bool
    shared_total: Decimal | None
    is_shared_rounded: bool
    undated: tuple[int, str] | None
    not_carried_out: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        return self.heading + self.totals_phrase


def build_results(result: SearchResult) -> Results:
    filters, total, sums = result.filters, result.total, result.sums
    text = SearchText(filters, result.snapshot.terms)
    shared_usd = None if sums.shared_cents is None else formatting.dollars(sums.shared_cents)
    relaxations = [
        (text.relaxation_label(name, value), count, directory_url(relaxed))
        for relaxed, name, value, count in (directory.relaxations(filters) if not total else ())
    ]
    return Results(
        heading=text.heading(total),
        totals_phrase=text.totals_phrase(sums),
        announcement=text.announcement(total),
        total=(total_usd := formatting.dollars(sums.total_cents)),
        is_rounded=formatting.is_rounded(total_usd),
        chips=tuple(
            FilterChip(name=chip.name, value=chip.value, url=directory_url(chip.part.remaining), note=chip.note)
            for chip in text.chips
        ),
        clear_url=directory_url(Filters(view=filters.view, per_page=filters.per_page)),
        sorts=filter_text.sort_names(filters),
        column_sorts=column_sort_urls(filters) if filters.view == "table" else {},
        view_urls={view: directory_url(filters.replace(view=view, page=filters.page)) for view in VIEWS},
        table_url=table_urls.table_path(filters, TableOptions()),
        charts_url=chart_urls.page_path(filters),
        pager=build_pager(result),
        relaxations=tuple(relaxation for relaxation in relaxations if relaxation[1]),
        still_empty=tuple(label for label, count, _ in relaxations if not count),
        warnings=text.warnings,
        shared_total=shared_usd,
        is_shared_rounded=shared_usd is not None and formatting.is_rounded(shared_usd),
        undated=undated(filters) if filters.on else None,
        not_carried_out=tuple(not_carried_out(filters, sums)),
        canonical_url=directory_url(filters.canonical),
        is_indexable=filters.active_filter_count <= 1 and not filters.text and len(filters.selected) <= 1,
    )


def not_carried_out(filters: Filters, sums: Sums) -> Iterator[tuple[str, str]]:
    """A phrase and the URL of its projects for what totals contain that was not carried out."""
    for part, phrase in status_text.parts_not_carried_out(sums):
        yield phrase, directory_url(status_text.narrowed_to(filters, part))


def undated(filters: Filters) -> tuple[int, str] | None:
    """The projects that match but for the day, as they state no start or no end; None if there are none."""
    if filters.values("length") and ("length", NOT_STATED) not in filters.selected:
        return None
    selected = filters.without("length").selected | {("length", NOT_STATED)}
    others = filters.replace(on=None, selected=selected)
    count = directory.count_matches(others)
    return (count, directory_url(others)) if count else None


def column_sort_urls(filters: Filters) -> dict[str, str]:
    """The URL of each sort order that a column heading of the table offers."""
    return {name: directory_url(filters.replace(sort=name)) for name in _COLUMN_SORTS}


def directory_url(filters: Filters) -> str:
    """The URL of a search."""
    base, query = urls.url_for("projects.directory"), str(filters)
    return f"{base}?{query}" if query else base


def cache_key(filters: Filters) -> str:
    """The URL and the invalid parameters: both decide what the page shows."""
    return (
        f"{directory_url(filters)} {filters.invalid_parameters}"
        if filters.invalid_parameters
        else directory_url(filters)
    )


def build_pager(result: SearchResult) -> Pager:
    """Links to the first page, the last page and the pages around this one."""
    filters, last = result.filters, result.last_page
    page = min(filters.page, last)
    numbers = sorted({1, last, *range(max(1, page - _PAGES_AROUND), min(last, page + _PAGES_AROUND) + 1)})
    links: list[tuple[int, str] | None] = []
    for previous, number in zip([0, *numbers], numbers, strict=False):
        if number - previous > 1:
            links.append(None)
        links.append((number, directory_url(filters.replace(page=number))))
    first = (page - 1) * filters.per_page + 1
    return Pager(
        first=first,
        last=first + len(result.projects) - 1,
        total=result.total,
        page=page,
        pages=tuple(links),
        previous_url=directory_url(filters.replace(page=page - 1)) if page > 1 else "",
        next_url=directory_url(filters.replace(page=page + 1)) if page < last else "",
    )
