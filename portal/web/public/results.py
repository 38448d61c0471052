"""The head and foot of a list of results as data: sentence, chips, totals, sorts, pages, ways out of nothing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from portal.search import directory
from portal.search.directory import SearchResult
from portal.search.query.filters import Filters
from portal.vocabulary.facets import VIEWS
from portal.web.presentation import filter_text, formatting, urls

_PAGES_AROUND = 2


@dataclass(frozen=True)
class FilterChip:
    """One removable part of the search; `note` says why an odd one is not used."""

    name: str
    value: str
    url: str
    note: str


@dataclass(frozen=True)
class Pager:
    """Which part of the list this is; `pages` holds (number, address) and None for a gap."""

    first: int
    last: int
    total: int
    page: int
    pages: tuple[tuple[int, str] | None, ...]
    previous_url: str
    next_url: str


@dataclass(frozen=True)
class Results:
    """Everything around the list, in words and addresses."""

    sentence: str
    totals_phrase: str
    announcement: str
    total: Decimal
    chips: tuple[FilterChip, ...]
    clear_url: str
    sorts: dict[str, str]
    column_sorts: dict[str, str]
    view_urls: dict[str, str]
    pager: Pager
    relaxations: tuple[tuple[str, int, str], ...]
    still_empty: tuple[str, ...]
    warnings: tuple[str, ...]
    canonical_url: str
    is_indexable: bool

    @property
    def title(self) -> str:
        return self.sentence + self.totals_phrase


def build_results(result: SearchResult) -> Results:
    filters, terms = result.filters, result.snapshot.terms
    names = filter_text.facet_names()
    ways = directory.relaxations(filters) if not result.total else []
    words = [
        (filter_text.relaxation_label(terms, name, value), number, directory_url(rest))
        for rest, name, value, number in ways
    ]
    return Results(
        sentence=filter_text.sentence(result),
        totals_phrase=filter_text.totals_phrase(result),
        announcement=filter_text.announcement(result),
        total=formatting.dollars(result.sums.total_cents),
        chips=tuple(
            FilterChip(
                name=names[chip.name],
                value=chip.invalid.value if chip.invalid else filter_text.value_label(terms, chip.name, chip.value),
                url=directory_url(chip.remaining),
                note=filter_text.invalid_reason(chip.invalid) if chip.invalid else "",
            )
            for chip in filters.parts()
        ),
        clear_url=directory_url(Filters(view=filters.view, per_page=filters.per_page)),
        sorts=filter_text.sort_names(filters),
        column_sorts={
            name: directory_url(filters.replace(sort=name))
            for name in ("newest", "oldest", "title", "-budget", "budget")
        }
        if filters.view == "table"
        else {},
        view_urls={view: directory_url(filters.replace(view=view, page=filters.page)) for view in VIEWS},
        pager=build_pager(result),
        relaxations=tuple(word for word in words if word[1]),
        still_empty=tuple(word[0] for word in words if not word[1]),
        warnings=tuple(filter_text.range_error(filters, name) for name in filters.reversed_ranges),
        canonical_url=directory_url(filters.canonical),
        is_indexable=filters.active_filter_count <= 1 and not filters.text and len(filters.selected) <= 1,
    )


def directory_url(filters: Filters) -> str:
    """The address of a search."""
    base, query = urls.url_for("projects.directory"), str(filters)
    return f"{base}?{query}" if query else base


def cache_key(filters: Filters) -> str:
    """The address, and what of the query string was not understood: both decide what the page shows."""
    return (
        f"{directory_url(filters)} {filters.invalid_parameters}"
        if filters.invalid_parameters
        else directory_url(filters)
    )


def build_pager(result: SearchResult) -> Pager:
    """The first, the last and the pages around this one."""
    filters, last = result.filters, result.last_page
    page = min(filters.page, last)
    numbers = sorted({1, last, *range(max(1, page - _PAGES_AROUND), min(last, page + _PAGES_AROUND) + 1)})
    links: list[tuple[int, str] | None] = []
    for before, number in zip([0, *numbers], numbers, strict=False):
        if number - before > 1:
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
