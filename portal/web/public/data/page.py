"""The page of charts as data: the sentence and chips of the search, key figures, charts, gaps and files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from portal.search.figures import Figures
from portal.search.query.filters import Filters
from portal.vocabulary.facets import NOT_STATED
from portal.web.http.request_context import settings
from portal.web.presentation import filter_text, formatting
from portal.web.presentation.charts import urls as chart_urls
from portal.web.presentation.i18n import apart, gettext
from portal.web.presentation.search_text import SearchText, undated_sentence
from portal.web.public import download_menu, results
from portal.web.public.data import by_kind, by_region, by_year, fairness
from portal.web.public.data.figure import Cell, Figure, Selections, Table, count_cell, heading_cell, table_of
from portal.web.public.dataset import Dataset
from portal.web.public.download_menu import DownloadLink
from portal.web.public.results import FilterChip

# The key figures have no chart, but a file for what filters cannot ask for.
KEY_FIGURES = "key-figures"
_GAPS = ("region", "country", "status", "coverage", "type", "year", "length", "budget")


@dataclass(frozen=True)
class Gap:
    """A field with the number of records that do not state it."""

    name: str
    count: int
    url: str


@dataclass(frozen=True)
class ShownFigure:
    """A figure with the addresses of its files and how it is cited."""

    figure: Figure
    csv_url: str
    svg_url: str
    citation: str


@dataclass(frozen=True)
class DataPage:
    """Nothing is charted of a search without projects. `linked_data` describes the whole portal alone.

    `undated` says what a search for a day leaves out, with the address of its projects.
    """

    heading: str
    totals_phrase: str
    warnings: tuple[str, ...]
    chips: tuple[FilterChip, ...]
    clear_url: str
    list_url: str
    undated: tuple[str, str] | None
    canonical_url: str
    is_whole: bool
    total: int
    key_figures: Table
    figures: dict[str, ShownFigure]
    is_comparable: bool
    gaps: tuple[Gap, ...]
    downloads: tuple[DownloadLink, ...]
    linked_data: Markup | str


def charts(counted: Figures) -> Iterator[Figure]:
    """Every chart of a search, in the order of the page."""
    selections = Selections(counted)
    years = by_year.year_table(counted, selections)
    yield by_year.budgets(counted, selections, years)
    yield by_year.projects(counted, selections, years)
    yield by_kind.themes(counted, selections)
    if fairness.is_comparable(counted):
        yield fairness.shares(counted, selections)
    yield from by_region.charts(counted, selections)
    yield by_kind.sizes(counted, selections)
    yield by_kind.lengths(counted, selections)
    yield by_year.running(counted, selections)


def build_page(counted: Figures) -> DataPage:
    filters, sums = counted.filters, counted.sums
    text, dataset = SearchText(filters, counted.snapshot.terms), Dataset(settings(), counted)
    downloads = download_menu.selection_links(filters, counted.total)
    return DataPage(
        heading=text.heading(counted.total),
        totals_phrase=text.totals_phrase(sums),
        warnings=text.warnings,
        chips=tuple(
            FilterChip(chip.name, chip.value, chart_urls.page_path(chip.part.remaining), chip.note)
            for chip in text.chips
        ),
        clear_url=chart_urls.page_path(Filters()),
        list_url=results.directory_url(filters.criteria),
        undated=undated_note(counted),
        canonical_url=chart_urls.page_path(filters),
        is_whole=filters.is_empty,
        total=counted.total,
        key_figures=key_figures(counted),
        figures={chart.key: _shown(chart, filters, dataset) for chart in (charts(counted) if counted.total else ())},
        is_comparable=fairness.is_comparable(counted),
        gaps=_gaps(counted),
        downloads=downloads,
        linked_data=dataset.linked_data(downloads) if filters.is_empty else "",
    )


def undated_note(counted: Figures) -> tuple[str, str] | None:
    """A sentence and the URL of its projects for what a search for a day leaves out."""
    if not counted.left_out_by_day:
        return None
    others, count = counted.left_out_by_day
    return undated_sentence(count), results.directory_url(others)


def _shown(chart: Figure, filters: Filters, dataset: Dataset) -> ShownFigure:
    return ShownFigure(
        chart,
        chart_urls.file_path(filters, chart.key, "csv"),
        chart_urls.file_path(filters, chart.key, "svg"),
        citation(chart, dataset, chart_urls.page_path(filters)),
    )


def citation(chart: Figure, dataset: Dataset, path: str) -> str:
    """Publisher. Finding: what is shown. List and totals. Day of the last change. URL."""
    changed_at = dataset.result.snapshot.changed_at
    parts = [
        f"{dataset.publisher}.",
        chart.label,
        f"{dataset.sentence}.",
        gettext("Records of %(day)s.", day=formatting.day(changed_at)) if changed_at else "",
        apart(f"{settings().public_url}{path}#{chart.key}"),
    ]
    return " ".join(filter(None, parts))


def key_figures(counted: Figures) -> Table:
    """The key figures in the order of the page. Those that filters cannot ask for lead to their file."""
    selections, file = Selections(counted), chart_urls.file_path(counted.filters, KEY_FIGURES, "csv")
    gaps = counted.not_stated
    rows = [
        [heading_cell(gettext("records")), count_cell(counted.total, selections.everything())],
        [heading_cell(gettext("with every field filled")), count_cell(counted.complete, file)],
        [
            heading_cell(gettext("without a year of allocation")),
            count_cell(gaps["year"], selections.having(("year", NOT_STATED))),
        ],
        [
            heading_cell(gettext("without a budget")),
            count_cell(gaps["budget"], selections.having(("budget", NOT_STATED))),
        ],
    ]
    if (median := counted.budgets.median) is not None:
        dollars = formatting.dollars(median)
        rows.append([heading_cell(gettext("median budget")), Cell(formatting.usd(dollars), f"{dollars:.2f}", file)])
    if (years := counted.lengths.median) is not None:
        rows.append([heading_cell(gettext("median length in calendar years")), count_cell(years, file)])
    return table_of([gettext("Figure"), gettext("Number")], rows)


def _gaps(counted: Figures) -> tuple[Gap, ...]:
    names, selections = filter_text.facet_names(), Selections(counted)
    return tuple(
        Gap(names[facet], count, selections.having((facet, NOT_STATED)) if count else "")
        for facet in _GAPS
        for count in [counted.not_stated[facet]]
    )
