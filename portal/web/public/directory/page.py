"""The page of the directory and its fragment for htmx: the pieces of it, filled in."""

from __future__ import annotations

from flask import Response, make_response
from markupsafe import Markup

from portal.search.directory import SearchResult
from portal.search.index import current
from portal.search.index.caches import MAX_CACHED_AGGREGATES, remember
from portal.search.query.filters import Filters
from portal.web.http.languages.choice import PieceLinks
from portal.web.http.request_context import settings
from portal.web.presentation import templating
from portal.web.presentation.pieces import Place, Printer, printer
from portal.web.public import download_menu, facet_panel
from portal.web.public.dataset import Dataset
from portal.web.public.directory.listing import Listing, Words, print_list, words_of
from portal.web.public.directory.pager import build_pager
from portal.web.public.results import directory_url


def print_page(result: SearchResult) -> Response:
    """The whole page, or what htmx replaces of it."""
    is_fragment, pieces = templating.wants_fragment(), printer()
    words, pager = words_of(pieces, result), build_pager(result)
    downloads = download_menu.selection_menu(result.filters, result.total)
    panel, selected_count = facet_panel.print_panel(pieces, result)
    outage = current.outage() if is_fragment else None
    values: dict[str, object] = {
        "heading": words.title,
        "text": result.filters.text,
        "selected_count": selected_count,
        "panel": panel,
        "announcement": words.text.announcement(result.total),
        "list": print_list(pieces, Listing(result, words, pager), downloads=downloads, outage=outage),
    }
    shape: dict[str, object] = {"has_selected": bool(selected_count)}
    if is_fragment:
        shape |= {"is_fragment": True, "site": settings()}
        return templating.varied(make_response(pieces.fill("public/_directory_fragment.html", shape, values)))
    is_indexable = result.filters.active_filter_count <= 1 and not result.filters.text
    is_indexable = is_indexable and len(result.filters.selected) <= 1
    canonical_url = directory_url(result.filters.canonical)
    languages = PieceLinks.of(settings().public_url + canonical_url)
    values |= {
        **downloads.values,
        **languages.values,
        "canonical_url": canonical_url,
        "previous_url": pager.previous_url,
        "next_url": pager.next_url,
        "linked_data": linked_data(pieces, result, words, downloads) if is_indexable else "",
    }
    shape |= templating.layout_shape()
    shape |= {"has_previous": pager.page > 1, "has_next": pager.page < pager.last, "is_indexable": is_indexable}

    def nest(place: Place) -> dict[str, object]:
        return {"downloads": downloads.links(place), **languages.functions(place)}

    page = pieces.fill("public/directory.html", shape, values, nest=nest, is_page=True)
    return templating.varied(make_response(page))


def linked_data(printer: Printer, result: SearchResult, words: Words, downloads: download_menu.Menu) -> Markup:
    """The search as a dataset with its files, the same on all pages of it."""
    shelf: dict[tuple[Filters, object], Markup] = printer.shelf(result.snapshot, "linked data")
    dataset = Dataset(settings(), result, (words.heading, words.totals_phrase))
    key = (dataset.filters, downloads.values["files_query"])
    return remember(shelf, key, MAX_CACHED_AGGREGATES, lambda: dataset.linked_data(downloads.links(downloads.value)))
