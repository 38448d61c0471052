"""The list with what stands around it: heading, chips, toolbar, projects, and how to cite or embed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from markupsafe import Markup

from portal.search import directory
from portal.search.directory import SearchResult
from portal.search.index.caches import MAX_CACHED_AGGREGATES, remember
from portal.search.query.filters import Filters
from portal.search.query.table_options import TableOptions
from portal.vocabulary.facets import DEFAULT_PAGE_SIZE, VIEWS
from portal.web.presentation import filter_text, formatting, table_urls, templating
from portal.web.presentation.charts import urls as chart_urls
from portal.web.presentation.i18n import plural_example
from portal.web.presentation.pieces import Place, Printer, join
from portal.web.presentation.search_text import SearchText
from portal.web.public import download_menu
from portal.web.public.directory.embed_code import embed_code
from portal.web.public.directory.pager import Pager, print_pager
from portal.web.public.directory.totals import totals, undated
from portal.web.public.places import selection_map
from portal.web.public.results import PagedUrl, directory_url, view_urls

_NOTHING = Markup()
_COLUMN_SORTS = ("newest", "oldest", "title", "-budget", "budget")


@dataclass(frozen=True)
class SearchWords:
    """What several parts of a page say of its search; `text` has the others."""

    text: SearchText
    heading: str
    totals_phrase: str

    @property
    def title(self) -> str:
        return self.heading + self.totals_phrase


@dataclass(frozen=True)
class Listing:
    """A page of a search: what was found, its words and its links to other pages.

    `varying` are the values that differ between the pages of a search (varying_values, paged_urls), or holes for them.
    """

    result: SearchResult
    words: SearchWords
    pager: Pager
    varying: Mapping[str, object]


def is_listed(result: SearchResult) -> bool:
    """Whether the page shows any projects."""
    return bool(result.total) and not result.is_past_last_page


def varying_values(printer: Printer, result: SearchResult, pager: Pager) -> dict[str, object]:
    """What differs between the pages of one search, beside its rows and the number of the page in addresses."""
    return {"pager": print_pager(printer, result, pager)} if is_listed(result) else {}


def paged_urls(result: SearchResult) -> dict[str, PagedUrl]:
    """The addresses around the list that differ in the number of the page alone."""
    if not is_listed(result):
        return {}
    return dict(zip(("list_url", "table_view_url"), view_urls(result.filters, VIEWS), strict=True))


def print_rows(printer: Printer, result: SearchResult) -> bytes:
    """The projects of the page, as the bytes that are sent."""
    return templating.print_rows(printer, result.filters.view, result.projects) if is_listed(result) else b""


def words_of(printer: Printer, result: SearchResult) -> SearchWords:
    """The words; heading and totals are the same on all pages of a search, so they are kept."""
    text = SearchText(result.filters, result.snapshot.terms)
    cache: dict[Filters, tuple[str, str]] = printer.cache_for(result.snapshot, "headings")
    heading, totals_phrase = remember(
        cache,
        result.filters.criteria,
        MAX_CACHED_AGGREGATES,
        lambda: (text.heading(result.total), text.totals_phrase(result.sums)),
    )
    return SearchWords(text, heading, totals_phrase)


def print_list(printer: Printer, page: Listing, *, downloads: download_menu.Menu, outage: datetime | None) -> Markup:
    """All of it; `outage` is told in it, as it is where the rest of a page is not sent again."""
    result, filters = page.result, page.result.filters
    has_projects = is_listed(result)
    shape = {
        "outage": outage,
        "has_totals": bool(page.words.totals_phrase),
        "warnings": page.words.text.warnings,
        "counted": plural_example(result.total),
        "is_past_end": result.is_past_last_page,
        "sort": result.sort,
        "default_sort": filters.default_sort,
        "view": filters.view,
        "missing": result.missing,
        "has_page_size": filters.per_page != DEFAULT_PAGE_SIZE,
    }
    values = _around(printer, page)
    if has_projects:
        values |= _listed(printer, page) | downloads.values

    def nest(place: Place) -> dict[str, object]:
        links = downloads.links(place) if has_projects else ()
        return {"sorts": filter_text.sort_names(filters).items(), "downloads": links}

    return printer.fill("public/_results.html", shape, values, nest=nest)


def _around(printer: Printer, page: Listing) -> dict[str, object]:
    result, filters, words = page.result, page.result.filters, page.words
    return {
        "heading": words.heading,
        "totals_phrase": words.totals_phrase,
        "undated": undated(printer, filters),
        "totals": totals(printer, result),
        "chips": chips(printer, filters, words.text),
        "page_size": filters.per_page,
        "page": formatting.number(filters.page),
        "last": formatting.number(result.last_page),
        "last_url": page.pager.urls[page.pager.last],
        "ways_out": _NOTHING if result.total else ways_out(filters, words.text),
    }


def _listed(printer: Printer, page: Listing) -> dict[str, object]:
    result, filters, words = page.result, page.result.filters, page.words
    embed = embed_code(result, (words.heading, words.totals_phrase))
    print_projects = project_table if filters.view == "table" else project_list
    return {
        "total": formatting.number(result.total),
        "map_url": selection_map.map_url(filters),
        "list_url": page.varying["list_url"],
        "table_view_url": page.varying["table_view_url"],
        "table_url": table_urls.table_path(filters, TableOptions()),
        "charts_url": chart_urls.page_path(filters),
        "projects": print_projects(printer, page),
        "pager": page.varying["pager"],
        "citation": embed.citation,
        "embed_html": embed.html,
        "embed_url": embed.url,
    }


def project_list(printer: Printer, page: Listing) -> Markup:
    return printer.fill("public/_list.html", {}, {"rows": page.varying["rows"]})


def project_table(printer: Printer, page: Listing) -> Markup:
    filters = page.result.filters
    urls = {name: directory_url(filters.replace(sort=name)) for name in _COLUMN_SORTS}
    values: dict[str, object] = {f"url_{number}": url for number, url in enumerate(urls.values())}
    values |= {"heading": page.words.title, "rows": page.varying["rows"]}

    def nest(place: Place) -> dict[str, object]:
        return {"column_urls": {name: place(f"url_{number}") for number, name in enumerate(_COLUMN_SORTS)}}

    return printer.fill("public/_results_table.html", {"sort": page.result.sort}, values, nest=nest)


def chips(printer: Printer, filters: Filters, text: SearchText) -> Markup:
    """The parts of the search, each with a link that removes it; nothing for a search without any."""
    if not text.chips:
        return _NOTHING
    each = [
        printer.fill(
            "public/_chip.html",
            {"has_note": bool(chip.note)},
            {
                "name": chip.name,
                "value": chip.value,
                "note": chip.note,
                "url": directory_url(chip.part.remaining),
            },
        )
        for chip in text.chips
    ]
    values = {
        "chips": join(each),
        "clear_url": directory_url(Filters(view=filters.view, per_page=filters.per_page)),
    }
    return printer.fill("public/_chips.html", {}, values)


def ways_out(filters: Filters, text: SearchText) -> Markup:
    """What to remove from a search without results. It is seldom the same twice, so Jinja prints it."""
    found = [
        (text.relaxation_label(name, value), count, directory_url(relaxed))
        for relaxed, name, value, count in directory.relaxations(filters)
    ]
    printed = current_app.jinja_env.get_template("public/_no_results.html").render(
        relaxations=[relaxation for relaxation in found if relaxation[1]],
        still_empty=[label for label, count, _ in found if not count],
        has_chips=bool(text.chips),
    )
    return Markup(printed + "\n")  # noqa: S704 # Jinja escapes
