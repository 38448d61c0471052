"""What pages of searches share: addresses, chips, and the key under which a list is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from flask import request

from portal.search.index.facet_index import Sums
from portal.search.query.filters import Filters
from portal.search.query.table_options import TableOptions
from portal.vocabulary.facets import FACETS
from portal.web.presentation import status_text, urls

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
    filters: Filters | None = request.environ.get(_FILTERS)
    if filters is None:
        filters = request.environ[_FILTERS] = Filters.parse(request.args)
    return filters


def asked_table_options() -> TableOptions:
    """The table that the request asks for; read once, as the filters are."""
    options: TableOptions | None = request.environ.get(_TABLE_OPTIONS)
    if options is None:
        options = request.environ[_TABLE_OPTIONS] = TableOptions.parse(request.args)
    return options


def directory_url(filters: Filters) -> str:
    """The URL of a search."""
    return _with_query(str(filters))


def page_urls(filters: Filters, pages: Iterable[int]) -> dict[int, str]:
    """The URLs of pages of one list, by number."""
    base = urls.url_for("projects.directory")
    return {page: f"{base}?{query}" if query else base for page, query in filters.page_queries(pages)}


def expanded_urls(filters: Filters, names: Collection[str]) -> dict[str, str]:
    """The URLs of this very page with all values of one more facet, of those named, focused on the start of their list.

    Names of other things are ignored.
    """
    base = urls.url_for("projects.directory")
    facets = [facet for facet in FACETS if facet in names]
    return {facet: f"{base}?{query}#all-{facet}" for facet, query in filters.expanded_queries(facets)}


def view_urls(filters: Filters, views: Iterable[str]) -> list[str]:
    """The URLs of this very page in each view."""
    return [_with_query(query) for query in filters.view_queries(views)]


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


def _with_query(query: str) -> str:
    base = urls.url_for("projects.directory")
    return f"{base}?{query}" if query else base
