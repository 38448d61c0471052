"""Small charts by year, one for each region, all with one scale: of projects, and of their full value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from portal.search.figures import Figures
from portal.search.index.axis import OTHERS
from portal.search.index.crosstab import CellTotals
from portal.search.query.table_options import TableOptions
from portal.vocabulary.facets import NOT_STATED
from portal.web.presentation import filter_text, formatting, table_urls
from portal.web.presentation.charts import words
from portal.web.presentation.charts.columns import Point, column_chart
from portal.web.presentation.charts.scale import money_unit
from portal.web.presentation.i18n import gettext
from portal.web.public.data import headings
from portal.web.public.data.by_year import all_years, as_tuples, is_cut, stated_years
from portal.web.public.data.figure import (
    Cell,
    Figure,
    Multiple,
    Selections,
    count_cell,
    full_label,
    heading_cell,
    money_cell,
    money_phrase,
    not_carried_out,
    projects_phrase,
    sentences,
    table_of,
    without_budget,
    without_year,
)

_HEIGHT, _LINES = 116, 3
# Projects, those of them with a budget, and cents.
Numbers = tuple[int, int, int]


@dataclass(frozen=True)
class Region:
    """One row of a chart: its numbers by year of allocation, oldest first."""

    code: str
    name: str
    years: dict[str, Numbers]


@dataclass(frozen=True)
class Marks:
    """How a chart draws the numbers of a region in a year, and says them."""

    value: Callable[[Numbers], int]
    text: Callable[[int], str]
    tick: Callable[[int], str]
    said: Callable[[Numbers], tuple[str, ...]]
    cell: Callable[[Numbers, str], Cell]


def charts(figures: Figures, selections: Selections) -> Iterator[Figure]:
    """Both charts: projects, and then their full value."""
    regions = list(_regions(figures))
    yield _projects(figures, selections, regions)
    yield _full_value(figures, selections, regions)


def _regions(figures: Figures) -> Iterator[Region]:
    table, terms = figures.years, figures.snapshot.terms
    for place, code in enumerate(table.columns):
        name = gettext("All others") if code == OTHERS else filter_text.value_label(terms, "region", code)
        numbers = as_tuples(CellTotals(*(part[:, place] for part in vars(table.cells).values())))
        yield Region(code, name, {year: numbers[row] for year, row in stated_years(figures)})


def _projects(figures: Figures, selections: Selections, regions: list[Region]) -> Figure:
    compared = [region for region in regions if region.code not in (NOT_STATED, OTHERS)]
    years = [year for year, _ in stated_years(figures)]
    marks = Marks(
        value=lambda numbers: numbers[0],
        text=formatting.number,
        tick=formatting.number,
        said=lambda numbers: (projects_phrase(numbers[0]),),
        cell=lambda numbers, url: count_cell(numbers[0], url),
    )
    links = _Links(selections, TableOptions("year", "region"))
    return Figure(
        key="regions-by-year",
        heading=headings.regions_by_year(
            [[(region.name, region.years[year][0]) for region in compared] for year in years]
        ),
        measure=gettext("Number of projects by region and year of allocation, all rows with one scale."),
        notes=sentences(*_notes(figures, selections, regions)),
        kind="multiples",
        drawing=_drawing(
            links,
            regions,
            marks,
            lambda name: gettext("%(region)s: number of projects by year of allocation", region=name),
        ),
        table=table_of([gettext("Year"), *(region.name for region in regions)], _rows(links, years, regions, marks)),
    )


def _full_value(figures: Figures, selections: Selections, regions: list[Region]) -> Figure:
    unit = money_unit(max((cents for region in regions for _, _, cents in region.years.values()), default=0))
    marks = Marks(
        value=lambda numbers: numbers[2],
        text=partial(words.money, unit),
        tick=partial(words.money_tick, unit),
        said=lambda numbers: (money_phrase(numbers[2], numbers[1]), projects_phrase(numbers[0])),
        # Where no project is, 0 is the sum of all budgets; a dash means that none is stated.
        cell=lambda numbers, url: money_cell(numbers[2], numbers[1], url) if numbers[0] else count_cell(0),
    )
    links, measure = _Links(selections, TableOptions("year", "region", "full")), gettext("Full value, USD")
    return Figure(
        key="full-value-by-region",
        heading=gettext("Full value by region and year"),
        measure=gettext(
            "Budget by region and year of allocation, %(unit)s, all rows with one scale.", unit=words.unit_name(unit)
        ),
        notes=sentences(
            gettext("Full value: each budget counts whole."),
            *_notes(figures, selections, regions),
            without_budget(figures, selections),
            *not_carried_out(figures, selections),
        ),
        kind="multiples",
        drawing=_drawing(
            links, regions, marks, lambda name: gettext("%(region)s: budget by year of allocation", region=name)
        ),
        table=table_of(
            [
                gettext("Year"),
                *(gettext("%(label)s: %(text)s", label=region.name, text=measure) for region in regions),
            ],
            _rows(links, [year for year, _ in stated_years(figures)], regions, marks),
        ),
    )


def _notes(figures: Figures, selections: Selections, regions: list[Region]) -> Iterator[Markup | str | None]:
    yield without_year(figures, selections)
    if any(region.code == OTHERS for region in regions):
        yield gettext("Regions with fewest projects are in “All others”.")
    yield is_cut([year for year, _ in stated_years(figures)])


class _Links:
    """The projects of a year in a region; those of all others, which filters cannot ask for, are in a file."""

    def __init__(self, selections: Selections, options: TableOptions) -> None:
        self.selections = selections
        self.file = table_urls.table_file_path(selections.filters, options, "csv")

    def url(self, numbers: Numbers, year: str, code: str) -> str:
        # Most cells are empty, and an address takes longer than all the rest of one.
        if not numbers[0]:
            return ""
        return self.file if code == OTHERS else self.selections.having(("year", year), ("region", code))

    def region(self, code: str) -> str:
        return self.file if code == OTHERS else self.selections.having(("region", code))


def _rows(links: _Links, years: list[str], regions: list[Region], marks: Marks) -> list[list[Cell]]:
    return [
        [
            heading_cell(year, links.selections.having(("year", year))),
            *(
                marks.cell(numbers, links.url(numbers, year, region.code))
                for region in regions
                for numbers in [region.years[year]]
            ),
        ]
        for year in years
    ]


def _drawing(links: _Links, regions: list[Region], marks: Marks, say: Callable[[str], str]) -> tuple[Multiple, ...]:
    """One small chart a region; `say` names it for those who do not see it."""
    values = [marks.value(numbers) for region in regions for numbers in region.years.values()]
    if not values:
        return ()
    return tuple(
        Multiple(
            region.name,
            links.region(region.code),
            say(region.name),
            column_chart(_points(links, region, marks), marks.tick, height=_HEIGHT, maximum=max(values), lines=_LINES),
        )
        for region in regions
    )


def _points(links: _Links, region: Region, marks: Marks) -> list[Point]:
    return [
        Point(
            name=str(year),
            value=marks.value(numbers),
            text=marks.text(marks.value(numbers)),
            label=full_label(f"{region.name}, {year}", *marks.said(numbers)) if numbers[0] else "",
            url=links.url(numbers, str(year), region.code),
        )
        for year in all_years([int(year) for year in region.years])
        for numbers in [region.years.get(str(year), (0, 0, 0))]
    ]
