"""What pages of searches share: addresses, chips, and the key under which a list is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from flask import request
from markupsafe import Markup, escape

from portal.search import directory
from portal.search.query.filters import Filters, PagedQuery
from portal.search.query.table_options import TableOptions
from portal.search.read_models.sums import Sums
from portal.vocabulary.facets import FACETS, NOT_STATED
from portal.web.presentation import formatting, status_text, urls
from portal.web.presentation.i18n import ngettext
from portal.web.presentation.pieces import hole, join
from portal.web.presentation.search_text import undated_sentence

# The keys in the WSGI environment: `g` may outlive a request.
_FILTERS, _TABLE_OPTIONS = "portal.filters", "portal.table_options"


@dataclass(frozen=True)
class FilterChip:
    """One removable part of the search; `note` says why an invalid one is ignored."""

    name: str
    value: str
    url: str
    note: str


def asked_filters() -> Filters:
    """What the request asks for; read once, as the key of the page and the view both need it."""
    asked = request.environ
    filters: Filters | None = asked.get(_FILTERS)
    if filters is None:
        filters = asked[_FILTERS] = Filters.parse(request.args)
    return filters


def asked_table_options() -> TableOptions:
    """The table that the request asks for; read once, as the filters are."""
    options: TableOptions | None = request.environ.get(_TABLE_OPTIONS)
    if options is None:
        options = request.environ[_TABLE_OPTIONS] = TableOptions.parse(request.args)
    return options


def directory_url(filters: Filters) -> str:
    """The URL of a search."""
    return paged_url(filters).at(filters.page)


class PagedUrl(NamedTuple):
    """The URL of a list on any of its pages."""

    path: str
    query: PagedQuery
    fragment: str = ""

    def at(self, page: int) -> str:
        query = self.query.at(page)
        return (f"{self.path}?{query}" if query else self.path) + self.fragment

    def with_hole(self) -> Markup:
        """The URL as a part of a piece, with a hole for its page, which `page_values` fill."""
        before, after = self.query
        if before:
            around, name = (f"{self.path}?{before}", f"&{after}" if after else ""), "and_page"
        elif after:
            around, name = (f"{self.path}?", after), "page_and"
        else:
            around, name = (self.path, ""), "only_page"
        return join((escape(around[0]), hole(name), escape(around[1] + self.fragment)))


def page_values(page: int) -> dict[str, object]:
    """What stands in the holes of each PagedUrl on a page."""
    if page == 1:
        return {"and_page": "", "page_and": "", "only_page": ""}
    return {"and_page": f"&page={page}", "page_and": f"page={page}&", "only_page": f"?page={page}"}


def paged_url(filters: Filters, fragment: str = "") -> PagedUrl:
    """The URL of a search on any page."""
    return PagedUrl(urls.url_for("projects.directory"), filters.paged_query, fragment)


def expanded_urls(filters: Filters, names: Collection[str]) -> dict[str, PagedUrl]:
    """The URLs of this very list with all values of one more facet, of those named, focused on the start of it.

    Names of other things are ignored.
    """
    return {
        facet: paged_url(filters.replace(expanded_facets=filters.expanded_facets | {facet}), f"#all-{facet}")
        for facet in FACETS
        if facet in names
    }


def view_urls(filters: Filters, views: Iterable[str]) -> list[PagedUrl]:
    """The URLs of this very list in each view."""
    return [paged_url(filters.replace(view=view)) for view in views]


def cache_key(filters: Filters) -> str:
    """The URL and the invalid parameters: both decide what the page shows."""
    return (
        f"{directory_url(filters)} {filters.invalid_parameters}"
        if filters.invalid_parameters
        else directory_url(filters)
    )


def not_carried_out(filters: Filters, sums: Sums) -> Iterator[tuple[str, str]]:
    """A phrase and the URL of its projects for what totals contain that was not carried out."""
    for part, phrase in status_text.parts_not_carried_out(sums):
        yield phrase, directory_url(status_text.narrowed_to(filters, part))


def value_notes(filters: Filters, sums: Sums) -> tuple[tuple[str, str], ...]:
    """A phrase and the URL of its projects for all that totals leave out, and for what they contain nevertheless."""
    notes = list(not_carried_out(filters, sums))
    if count := sums.without_budget:
        phrase = ngettext(
            "one project without a budget is left out of the sum",
            "%(shown)s projects without a budget are left out of the sum",
            count,
            shown=formatting.number(count),
        )
        notes.insert(0, (phrase, without_budget_url(filters)))
    return tuple((phrase[:1].upper() + phrase[1:], url) for phrase, url in notes)


def without_budget_url(filters: Filters) -> str:
    """The URL of the projects of a search that state no budget."""
    return directory_url(filters.replace(selected=filters.without("budget").selected | {("budget", NOT_STATED)}))


def undated_note(filters: Filters) -> tuple[str, str] | None:
    """A sentence and the URL of its projects for what a search for a day leaves out; None if that is nothing."""
    found = directory.left_out_by_day(filters)
    return (undated_sentence(found[1]), directory_url(found[0])) if found else None
