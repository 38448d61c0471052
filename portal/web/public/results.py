"""What pages of searches share: addresses, chips, and the key under which a list is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from flask import request

from portal.search import directory
from portal.search.query.filters import Filters
from portal.search.query.table_options import TableOptions
from portal.search.read_models.sums import Sums
from portal.vocabulary.facets import FACETS, NOT_STATED
from portal.web.presentation import formatting, status_text, urls
from portal.web.presentation.i18n import ngettext
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
    base = urls.url_for("projects.directory")
    return [f"{base}?{query}" if query else base for query in filters.view_queries(views)]


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


def _with_query(query: str) -> str:
    base = urls.url_for("projects.directory")
    return f"{base}?{query}" if query else base
