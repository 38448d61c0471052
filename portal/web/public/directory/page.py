"""The page of the directory and its fragment for htmx: the pieces of it, filled in.

What stays the same on all pages of a search is cached as bytes beside its counts, for some searches of a snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response
from markupsafe import Markup, escape

from portal.search.directory import SearchResult
from portal.search.index import current
from portal.search.index.caches import MAX_CACHED_AGGREGATES, remember
from portal.search.query.filters import Filters
from portal.web.http.languages.choice import PieceLinks
from portal.web.http.request_context import settings
from portal.web.presentation import templating
from portal.web.presentation.pieces import EncodedPiece, Place, Printer, hole, printer
from portal.web.public import download_menu, facet_panel
from portal.web.public.dataset import Dataset
from portal.web.public.directory.listing import (
    Listing,
    SearchWords,
    is_listed,
    paged_urls,
    print_list,
    print_rows,
    varying_values,
    words_of,
)
from portal.web.public.directory.pager import Pager, build_pager
from portal.web.public.results import directory_url, expanded_urls, page_values

# Without the panel, which it shares with the other orders of a search, one has about 20 kB.
_MAX_CACHED_SEARCHES = 128


@dataclass(frozen=True)
class Page:
    """A page of a search, or its fragment for htmx, with its links to other pages and languages."""

    printer: Printer
    result: SearchResult
    pager: Pager
    languages: PieceLinks | None

    @property
    def is_fragment(self) -> bool:
        return self.languages is None

    @property
    def search(self) -> tuple[object, ...]:
        """What all that is kept depends on, beside the snapshot and the language."""
        result, filters, pager = self.result, self.result.filters, self.pager
        # An address without an invalid parameter names the page, and so does a page that there is not.
        is_alike = is_listed(result) and not filters.invalid_parameters
        has_neighbours = pager.page > 1, pager.page < pager.last
        return filters.replace() if is_alike else filters, self.is_fragment, *has_neighbours, result.missing


def print_page(result: SearchResult) -> Response:
    """The whole page, or what htmx replaces of it."""
    pieces, filters, pager = printer(), result.filters, build_pager(result)
    varying, rows = varying_values(pieces, result, pager), print_rows(pieces, result)
    languages = None
    if not templating.wants_fragment():
        canonical_url = directory_url(filters.canonical)
        languages = PieceLinks.from_canonical_path(canonical_url)
        varying |= languages.values
        varying |= {"canonical_url": canonical_url, "previous_url": pager.previous_url, "next_url": pager.next_url}
    page = Page(pieces, result, pager, languages)
    if pieces.is_caching:
        body = cached_page(page, varying).fill({**varying, **page_values(filters.page), "rows": rows})
    else:
        panel, selected_count = facet_panel.print_panel(pieces, result)
        varying |= {name: url.at(filters.page) for name, url in paged_urls(result).items()}
        markup = {"rows": Markup(rows.decode()), "panel": panel}  # noqa: S704 # Jinja has escaped it
        body = print_search(page, varying | markup, selected_count).encode()
    return templating.varied(Response(body))


def cached_page(page: Page, varying: Mapping[str, object]) -> EncodedPiece:
    """The page with holes for what varies and for the number of the page in addresses."""
    cache: dict[object, EncodedPiece] = page.printer.cache_for(page.result.snapshot, "searches")
    return remember(cache, (page.search, current.outage()), _MAX_CACHED_SEARCHES, lambda: _encode_page(page, varying))


def _encode_page(page: Page, varying: Mapping[str, object]) -> EncodedPiece:
    panel, selected_count = facet_panel.cached_panel(page.printer, page.result)
    holes = {name: hole(name) for name in (*varying, "rows", "panel")}
    holes |= {name: url.with_hole() for name, url in paged_urls(page.result).items()}
    body = EncodedPiece(print_search(page, holes, selected_count)).with_piece("panel", panel)
    filters = page.result.filters
    addresses = {name: url.with_hole() for name, url in expanded_urls(filters, body.names).items()}
    for name, url in {**addresses, facet_panel.TODAY: escape(facet_panel.today_url(filters))}.items():
        address = EncodedPiece(url)
        while name in body.names:
            body = body.with_piece(name, address)
    return body


def print_search(page: Page, varying: Mapping[str, object], selected_count: int) -> Markup:
    """The page with these values, or holes, for what varies and for its panel."""
    pieces, result, languages = page.printer, page.result, page.languages
    words, filters = words_of(pieces, result), result.filters
    downloads = download_menu.selection_menu(filters, result.total)
    outage = current.outage() if page.is_fragment else None
    values: dict[str, object] = {
        "heading": words.title,
        "text": filters.text,
        "selected_count": selected_count,
        "panel": varying["panel"],
        "announcement": words.text.announcement(result.total),
        "list": print_list(pieces, Listing(result, words, page.pager, varying), downloads=downloads, outage=outage),
    }
    shape: dict[str, object] = {"has_selected": bool(selected_count)}
    if languages is None:
        shape |= {"is_fragment": True, "site": settings()}
        return pieces.fill("public/_directory_fragment.html", shape, values)
    is_indexable = filters.active_filter_count <= 1 and not filters.text and len(filters.selected) <= 1
    values |= {
        **downloads.values,
        **{name: varying[name] for name in (*languages.values, "canonical_url", "previous_url", "next_url")},
        "linked_data": linked_data(pieces, result, words, downloads) if is_indexable else "",
    }
    shape |= templating.shape_at(result.snapshot)
    shape |= {
        "has_previous": page.pager.page > 1,
        "has_next": page.pager.page < page.pager.last,
        "is_indexable": is_indexable,
    }

    def nest(place: Place) -> dict[str, object]:
        return {"downloads": downloads.links(place), **languages.functions(place)}

    return pieces.fill("public/directory.html", shape, values, nest=nest, is_page=True)


def linked_data(printer: Printer, result: SearchResult, words: SearchWords, downloads: download_menu.Menu) -> Markup:
    """The search as a dataset with its files, the same on all pages of it."""
    cache: dict[tuple[Filters, object], Markup] = printer.cache_for(result.snapshot, "linked data")
    dataset = Dataset(settings(), result, (words.heading, words.totals_phrase))
    key = (dataset.filters, downloads.values["files_query"])
    return remember(cache, key, MAX_CACHED_AGGREGATES, lambda: dataset.linked_data(downloads.links(downloads.value)))
