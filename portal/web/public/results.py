"""The head and foot of a list of results as data: sentence, chips, totals, sorts, pages, ways out of nothing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from portal.search import directory
from portal.search.directory import Found
from portal.search.query.filters import Filters
from portal.vocabulary.facets import VIEWS
from portal.web.presentation import filter_text, formatting, urls

_AROUND = 2


@dataclass(frozen=True)
class Chip:
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
    tail: str
    announcement: str
    total: Decimal
    chips: tuple[Chip, ...]
    clear_url: str
    sorts: dict[str, str]
    column_sorts: dict[str, str]
    view_urls: dict[str, str]
    pager: Pager
    rescue: tuple[tuple[str, int, str], ...]
    hopeless: tuple[str, ...]
    warnings: tuple[str, ...]
    canonical_url: str
    is_indexable: bool

    @property
    def title(self) -> str:
        return self.sentence + self.tail


def of(found: Found) -> Results:
    filters, terms = found.filters, found.snapshot.terms
    names = filter_text.facet_names()
    ways = directory.rescue(filters) if not found.total else []
    words = [(filter_text.rescue_word(terms, name, value), number, address(rest)) for rest, name, value, number in ways]
    return Results(
        sentence=filter_text.sentence(found),
        tail=filter_text.tail(found),
        announcement=filter_text.announcement(found),
        total=formatting.dollars(found.sums.total),
        chips=tuple(
            Chip(
                name=names[chip.name],
                value=chip.odd.value if chip.odd else filter_text.value_word(terms, chip.name, chip.value),
                url=address(chip.rest),
                note=filter_text.odd_reason(chip.odd) if chip.odd else "",
            )
            for chip in filters.chips()
        ),
        clear_url=address(Filters(view=filters.view, per_page=filters.per_page)),
        sorts=filter_text.sort_names(filters),
        column_sorts={
            name: address(filters.but(sort=name)) for name in ("newest", "oldest", "title", "-budget", "budget")
        }
        if filters.view == "table"
        else {},
        view_urls={view: address(filters.but(view=view, page=filters.page)) for view in VIEWS},
        pager=pages(found),
        rescue=tuple(word for word in words if word[1]),
        hopeless=tuple(word[0] for word in words if not word[1]),
        warnings=tuple(filter_text.contradiction(filters, name) for name in filters.contradictions),
        canonical_url=address(filters.canonical),
        is_indexable=filters.narrowings <= 1 and not filters.text and len(filters.picks) <= 1,
    )


def address(filters: Filters) -> str:
    """The address of a search."""
    base, query = urls.url_for("projects.directory"), str(filters)
    return f"{base}?{query}" if query else base


def identity(filters: Filters) -> str:
    """The address, and what of the query string was not understood: both decide what the page shows."""
    return f"{address(filters)} {filters.odd}" if filters.odd else address(filters)


def pages(found: Found) -> Pager:
    """The first, the last and the pages around this one."""
    filters, last = found.filters, found.last_page
    page = min(filters.page, last)
    numbers = sorted({1, last, *range(max(1, page - _AROUND), min(last, page + _AROUND) + 1)})
    links: list[tuple[int, str] | None] = []
    for before, number in zip([0, *numbers], numbers, strict=False):
        if number - before > 1:
            links.append(None)
        links.append((number, address(filters.but(page=number))))
    first = (page - 1) * filters.per_page + 1
    return Pager(
        first=first,
        last=first + len(found.projects) - 1,
        total=found.total,
        page=page,
        pages=tuple(links),
        previous_url=address(filters.but(page=page - 1)) if page > 1 else "",
        next_url=address(filters.but(page=page + 1)) if page < last else "",
    )
