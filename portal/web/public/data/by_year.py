"""Charts with a column for each year: budget, projects, regions, and running projects."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from portal.search.figures import Figures
from portal.search.index.axis import OTHERS
from portal.search.index.crosstab import CellTotals
from portal.search.read_models.terms import Terms
from portal.vocabulary.facets import NOT_STATED
from portal.web.presentation import filter_text, formatting
from portal.web.presentation.charts import words
from portal.web.presentation.charts.columns import Point, column_chart
from portal.web.presentation.charts.scale import money_unit
from portal.web.presentation.i18n import gettext
from portal.web.public.data import headings
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
    without_dates,
    without_year,
)

# More columns than these could not be told apart; the table has every year.
MAX_YEARS = 40
Rows = list[list[Cell]]
_SMALL_HEIGHT, _SMALL_LINES = 116, 3


def stated_years(figures: Figures) -> list[tuple[str, int]]:
    """The years of allocation, oldest first, each with its row in the table."""
    return [(year, row) for row, year in enumerate(figures.years.table.rows) if year != NOT_STATED]


def all_years(years: Sequence[int]) -> list[int]:
    """The years from the first to the last one, also those without projects; only the last ones of a long time."""
    if not years:
        return []
    filled = range(years[0], years[-1] + 1)
    return [*(filled if len(filled) <= MAX_YEARS else years[-MAX_YEARS:])]


def _is_cut(years: Sequence[str]) -> str | None:
    if len(years) <= MAX_YEARS:
        return None
    return gettext("The chart shows the last %(count)s years, the table all of them.", count=MAX_YEARS)


def _yearly_totals(figures: Figures) -> dict[str, tuple[int, int, int]]:
    """Projects, those of them with a budget, and cents, by year of allocation."""
    numbers = as_tuples(figures.years.table.row_totals)
    return {year: numbers[row] for year, row in stated_years(figures)}


def year_rows(figures: Figures, selections: Selections) -> Rows:
    """The table of both charts by year of allocation."""
    return [
        [
            heading_cell(year, url := selections.having(("year", year))),
            count_cell(projects, url),
            money_cell(cents, stated, url),
        ]
        for year, (projects, stated, cents) in _yearly_totals(figures).items()
    ]


def _year_points(figures: Figures, selections: Selections, *, is_money: bool) -> list[Point]:
    by_year, points = _yearly_totals(figures), []
    unit = money_unit(max((cents for _, _, cents in by_year.values()), default=0))
    for year in all_years([int(year) for year in by_year]):
        projects, stated, cents = by_year.get(str(year), (0, 0, 0))
        numbers = money_phrase(cents, stated), projects_phrase(projects)
        points.append(
            Point(
                name=str(year),
                value=cents if is_money else projects,
                text=words.money(unit, cents) if is_money else formatting.number(projects),
                label=full_label(str(year), *(numbers if is_money else reversed(numbers))),
                url=selections.having(("year", str(year))) if projects else "",
            )
        )
    return points


def budgets(figures: Figures, selections: Selections, rows: Rows) -> Figure:
    points, by_year = _year_points(figures, selections, is_money=True), _yearly_totals(figures)
    unit = money_unit(max((cents for _, _, cents in by_year.values()), default=0))
    return Figure(
        key="budget-by-year",
        heading=headings.budgets_by_year([(year, cents) for year, (_, _, cents) in by_year.items()]),
        measure=gettext("Budget by year of allocation, %(unit)s.", unit=words.unit_name(unit)),
        notes=sentences(
            gettext("Full value: each budget counts whole."),
            without_year(figures, selections),
            without_budget(figures, selections),
            *not_carried_out(figures, selections),
            _is_cut([*by_year]),
        ),
        kind="columns",
        drawing=column_chart(points, partial(words.money_tick, unit)),
        table=table_of(
            [gettext("Year"), gettext("Projects"), gettext("Budget, USD")],
            rows,
        ),
    )


def projects(figures: Figures, selections: Selections, rows: Rows) -> Figure:
    points, by_year = _year_points(figures, selections, is_money=False), _yearly_totals(figures)
    return Figure(
        key="projects-by-year",
        heading=headings.projects_by_year([(year, count) for year, (count, _, _) in by_year.items()]),
        measure=gettext("Number of projects by year of allocation."),
        notes=sentences(without_year(figures, selections), _is_cut([*by_year])),
        kind="columns",
        drawing=column_chart(points, formatting.number),
        table=table_of(
            [gettext("Year"), gettext("Projects"), gettext("Budget, USD")],
            rows,
        ),
    )


def regions(figures: Figures, selections: Selections) -> Figure:
    """A small chart for each region, all with one scale: shapes in rows are told apart without colours."""
    table, terms = figures.years.table, figures.snapshot.terms
    named = [(code, _region_name(terms, code)) for code in table.columns]
    compared = [place for place, code in enumerate(table.columns) if code not in (NOT_STATED, OTHERS)]
    stated = stated_years(figures)
    counts = table.cells.projects
    most = max((int(counts[row].max()) for _, row in stated), default=0)
    rows = [
        [
            heading_cell(year, selections.having(("year", year))),
            # Most cells are empty, and an address takes longer than all the rest of one.
            *(
                count_cell(count, _in_region(selections, year, code) if count else "")
                for count, (code, _) in zip(counts[row].tolist(), named, strict=True)
            ),
        ]
        for year, row in stated
    ]
    return Figure(
        key="regions-by-year",
        heading=headings.regions_by_year(
            [[(named[place][1], int(counts[row][place])) for place in compared] for _, row in stated]
        ),
        measure=gettext("Number of projects by region and year of allocation, all rows with one scale."),
        notes=sentences(
            without_year(figures, selections),
            gettext("Regions with fewest projects are in “All others”.") if OTHERS in table.columns else None,
            _is_cut([year for year, _ in stated]),
        ),
        kind="multiples",
        drawing=tuple(
            _multiple(code, name, {int(year): int(counts[row][place]) for year, row in stated}, most, selections)
            for place, (code, name) in enumerate(named)
        )
        if stated
        else (),
        table=table_of([gettext("Year"), *(name for _, name in named)], rows),
    )


def _multiple(code: str, name: str, counts: dict[int, int], most: int, selections: Selections) -> Multiple:
    points = [
        Point(
            name=str(year),
            value=count,
            text=formatting.number(count),
            label=full_label(f"{name}, {year}", projects_phrase(count)),
            url=_in_region(selections, str(year), code) if count else "",
        )
        for year in all_years([*counts])
        for count in [counts.get(year, 0)]
    ]
    chart = column_chart(points, formatting.number, height=_SMALL_HEIGHT, maximum=most, lines=_SMALL_LINES)
    label = gettext("%(region)s: number of projects by year of allocation", region=name)
    return Multiple(name, "" if code == OTHERS else selections.having(("region", code)), label, chart)


def _region_name(terms: Terms, code: str) -> str:
    return gettext("All others") if code == OTHERS else filter_text.value_label(terms, "region", code)


def _in_region(selections: Selections, year: str, code: str) -> str:
    """The projects of a year in a region; "" for those of all others, which filters cannot ask for."""
    return "" if code == OTHERS else selections.having(("year", year), ("region", code))


def running(figures: Figures, selections: Selections) -> Figure:
    """Projects that run at the end of each year."""
    years = figures.running.by_year
    urls = {year: selections.running_at_end_of(year) if count else "" for year, count in years.items()}
    points = [
        Point(
            str(year),
            count,
            formatting.number(count),
            full_label(str(year), projects_phrase(count)),
            urls.get(year, ""),
        )
        for year in all_years([*years])
        for count in [years.get(year, 0)]
    ]
    return Figure(
        key="running-by-year",
        heading=headings.running_by_year([(str(year), count) for year, count in years.items()]),
        measure=gettext("Number of projects that run on the last day of a year."),
        notes=sentences(
            gettext("A project of whose end only the year is known runs to the last day of that year."),
            without_dates(figures, selections),
            _is_cut([str(year) for year in years]),
        ),
        kind="columns",
        drawing=column_chart(points, formatting.number),
        table=table_of(
            [gettext("End of the year"), gettext("Running projects")],
            [[heading_cell(str(year)), count_cell(count, urls[year])] for year, count in years.items()],
        ),
    )


def as_tuples(totals: CellTotals) -> list[tuple[int, int, int]]:
    """Projects, those of them with a budget, and cents of each row."""
    return list(zip(*(part.tolist() for part in vars(totals).values()), strict=True))
