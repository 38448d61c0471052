"""Charts with a column for each year: budget, projects, and running projects."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from portal.search.figures import Figures
from portal.search.index.crosstab import CellTotals
from portal.vocabulary.facets import NOT_STATED
from portal.web.presentation import formatting
from portal.web.presentation.charts import words
from portal.web.presentation.charts.columns import Point, column_chart
from portal.web.presentation.charts.scale import money_unit
from portal.web.presentation.i18n import gettext
from portal.web.public.data import headings
from portal.web.public.data.figure import (
    RUNNING,
    Figure,
    Selections,
    Table,
    count_cell,
    full_label,
    heading_cell,
    money_phrase,
    not_carried_out,
    projects_phrase,
    sentences,
    table_of,
    without_budget,
    without_dates,
    without_year,
)
from portal.web.public.data.money_table import money_table, shared_note

# More columns than these could not be told apart; the table has every year.
MAX_YEARS = 40


def stated_years(figures: Figures) -> list[tuple[str, int]]:
    """The years of allocation, oldest first, each with its row in the table."""
    return [(year, row) for row, year in enumerate(figures.years.rows) if year != NOT_STATED]


def all_years(years: Sequence[int]) -> list[int]:
    """The years from the first to the last one, also those without projects; only the last ones of a long time."""
    if not years:
        return []
    filled = range(years[0], years[-1] + 1)
    return [*(filled if len(filled) <= MAX_YEARS else years[-MAX_YEARS:])]


def is_cut(years: Sequence[str]) -> str | None:
    if len(years) <= MAX_YEARS:
        return None
    return gettext("The chart shows the last %(count)s years, the table all of them.", count=MAX_YEARS)


def _totals_by_year(figures: Figures) -> dict[str, tuple[int, int, int]]:
    """Projects, those of them with a budget, and cents, by year of allocation."""
    numbers = as_tuples(figures.years.row_totals)
    return {year: numbers[row] for year, row in stated_years(figures)}


def year_table(figures: Figures, selections: Selections) -> Table:
    """The table of both charts by year of allocation."""
    rows = [(year, year, numbers) for year, numbers in _totals_by_year(figures).items()]
    return money_table(figures, selections, "year", gettext("Year"), rows)


def _year_points(figures: Figures, selections: Selections, *, is_money: bool) -> list[Point]:
    by_year, points = _totals_by_year(figures), []
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


def budgets(figures: Figures, selections: Selections, table: Table) -> Figure:
    points, by_year = _year_points(figures, selections, is_money=True), _totals_by_year(figures)
    unit = money_unit(max((cents for _, _, cents in by_year.values()), default=0))
    return Figure(
        key="budget-by-year",
        heading=headings.budgets_by_year([(year, cents) for year, (_, _, cents) in by_year.items()]),
        measure=gettext("Budget by year of allocation, %(unit)s.", unit=words.unit_name(unit)),
        notes=sentences(
            gettext("Full value: each budget counts whole."),
            shared_note(figures),
            without_year(figures, selections),
            without_budget(figures, selections),
            *not_carried_out(figures, selections),
            is_cut([*by_year]),
        ),
        kind="columns",
        drawing=column_chart(points, partial(words.money_tick, unit)),
        table=table,
    )


def projects(figures: Figures, selections: Selections, table: Table) -> Figure:
    points, by_year = _year_points(figures, selections, is_money=False), _totals_by_year(figures)
    return Figure(
        key="projects-by-year",
        heading=headings.projects_by_year([(year, count) for year, (count, _, _) in by_year.items()]),
        measure=gettext("Number of projects by year of allocation."),
        notes=sentences(without_year(figures, selections), is_cut([*by_year])),
        kind="columns",
        drawing=column_chart(points, formatting.number),
        table=table,
    )


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
        key=RUNNING,
        heading=headings.running_by_year([(str(year), count) for year, count in years.items()]),
        measure=gettext("Number of projects that run on the last day of a year."),
        notes=sentences(
            gettext("A project of whose end only the year is known runs to the last day of that year."),
            without_dates(figures, selections),
            is_cut([str(year) for year in years]),
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
