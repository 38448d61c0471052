"""The links to the other pages of a list."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from portal.search.directory import SearchResult
from portal.web.presentation import formatting
from portal.web.presentation.i18n import plural_example
from portal.web.presentation.pieces import Place, Printer
from portal.web.public import results

_PAGES_AROUND = 2
_GAP = 0


@dataclass(frozen=True)
class PageLink:
    """One link of the pager: its URL, its number as a text and without separators."""

    url: object
    number: object
    plain_number: object
    is_current: bool


def page_numbers(page: int, last: int) -> list[int]:
    """The first page, the last one and those around this one, with _GAP where some are left out."""
    around = range(max(1, page - _PAGES_AROUND), min(last, page + _PAGES_AROUND) + 1)
    first = [1, _GAP] if around[0] > 2 else ([1] if around[0] == 2 else [])
    end = [_GAP, last] if around[-1] < last - 1 else ([last] if around[-1] == last - 1 else [])
    return [*first, *around, *end]


@dataclass(frozen=True)
class Pager:
    """The numbers of the pages to link to, _GAP for a gap, and the URLs of these and of the neighbours by number."""

    page: int
    last: int
    numbers: list[int]
    urls: dict[int, str]

    @property
    def previous_url(self) -> str:
        return self.urls[self.page - 1] if self.page > 1 else ""

    @property
    def next_url(self) -> str:
        return self.urls[self.page + 1] if self.page < self.last else ""


def build_pager(result: SearchResult) -> Pager:
    last = result.last_page
    page = min(result.filters.page, last)
    numbers = page_numbers(page, last)
    url = results.paged_url(result.filters)
    return Pager(page, last, numbers, {number: url.at(number) for number in numbers if number != _GAP})


def print_pager(printer: Printer, result: SearchResult, pager: Pager) -> Markup:
    first = (pager.page - 1) * result.filters.per_page + 1
    values: dict[str, object] = {
        "first": formatting.number(first),
        "last": formatting.number(first + len(result.projects) - 1),
        "total": formatting.number(result.total),
        "previous_url": pager.previous_url,
        "next_url": pager.next_url,
    }
    pattern = ""
    for position, number in enumerate(pager.numbers):
        pattern += "…" if number == _GAP else "*" if number == pager.page else "-"
        if number != _GAP:
            values[f"url_{position}"] = pager.urls[number]
            values[f"number_{position}"] = formatting.number(number)
            values[f"plain_{position}"] = number

    def nest(place: Place) -> dict[str, object]:
        return {"pages": [None if kind == "…" else _link(place, i, kind) for i, kind in enumerate(pattern)]}

    shape = {
        "counted": plural_example(result.total),
        "pattern": pattern,
        "has_previous": pager.page > 1,
        "has_next": pager.page < pager.last,
    }
    return printer.fill("public/_pager.html", shape, values, nest=nest)


def _link(place: Place, position: int, kind: str) -> PageLink:
    return PageLink(
        url=place(f"url_{position}"),
        number=place(f"number_{position}"),
        plain_number=place(f"plain_{position}"),
        is_current=kind == "*",
    )
