"""The addresses of the API: absolute, built from the PORTAL_URL setting, one for all spellings of a query."""

from __future__ import annotations

from collections.abc import Iterable

from portal.search.paging import ResultPage
from portal.search.query.cursor import Cursor
from portal.search.query.filters import Filters, encode_pairs
from portal.search.query.table_options import TableOptions
from portal.web.api.parameters import LANGUAGE
from portal.web.api.strict_query import ApiQuery
from portal.web.http.request_context import settings
from portal.web.presentation import table_urls, urls
from portal.web.presentation.i18n import SOURCE, current_language

Links = dict[str, str | None]


def api_url(endpoint: str, pairs: Iterable[tuple[str, str]] = (), **values: str) -> str:
    """The address of a resource of the API with a query string, in the language that is spoken."""
    language = current_language()
    query = encode_pairs([*pairs, *([(LANGUAGE.name, language.code)] if language != SOURCE else [])])
    path = urls.url_for(f"api.{endpoint}", **values)
    return f"{settings().public_url}{path}?{query}" if query else settings().public_url + path


def list_url(query: ApiQuery, filters: Filters, cursor: Cursor | None = None) -> str:
    """The address of a page of a search, by its number or after a cursor."""
    return api_url("projects", query.query_pairs(filters, cursor))


def table_url(filters: Filters, options: TableOptions) -> str:
    """The address of a table of a search."""
    return api_url("table", [*options.query_pairs(), *table_urls.filter_pairs(filters)])


def list_links(query: ApiQuery, page: ResultPage, page_url: str) -> Links:
    """The links of a page of a search; `page_url` is its list for people.

    After a cursor there are only the first page and the next one: the others have no number.
    """
    filters, number, last = page.filters, page.filters.page, page.last_page
    links: Links = {"self": list_url(query, filters, query.cursor), "next": None, "prev": None}
    links |= {"first": list_url(query, filters.replace(page=1)), "last": None}
    if query.cursor:
        if page.next_cursor:
            links["next"] = list_url(query, filters, page.next_cursor)
    else:
        links["last"] = list_url(query, filters.replace(page=last))
        if number < last:
            links["next"] = list_url(query, filters.replace(page=number + 1))
        if number > 1:
            links["prev"] = list_url(query, filters.replace(page=number - 1))
    return links | {"alternate": page_url}
