"""Charts that are lists of bars: budget by theme, the size of grants and the length of projects."""

from __future__ import annotations

from portal.search.figures import Figures
from portal.vocabulary.facets import NOT_STATED
from portal.web.presentation import filter_text, formatting
from portal.web.presentation.charts import words
from portal.web.presentation.charts.scale import money_unit
from portal.web.presentation.i18n import gettext, ngettext
from portal.web.public.data import headings
from portal.web.public.data.by_year import as_tuples
from portal.web.public.data.figure import (
    Bar,
    Cell,
    Figure,
    Selections,
    count_cell,
    full_label,
    heading_cell,
    left_out,
    money_phrase,
    not_carried_out,
    percent_of,
    projects_phrase,
    sentences,
    table_of,
    without_budget,
    without_dates,
)
from portal.web.public.data.money_table import money_table, shared_note


def themes(figures: Figures, selections: Selections) -> Figure:
    """The budget of each theme, the largest first."""
    table, terms = figures.themes, figures.snapshot.terms
    found = [
        (cents, projects, stated, code, filter_text.value_label(terms, "theme", code))
        for code, (projects, stated, cents) in zip(table.rows, as_tuples(table.row_totals), strict=True)
        if code != NOT_STATED
    ]
    found.sort(key=lambda theme: (-theme[0], -theme[1], theme[4]))
    most = max((theme[0] for theme in found), default=0)
    unit = money_unit(most)
    bars, rows = [], []
    for cents, projects, stated, code, name in found:
        label = full_label(name, money_phrase(cents, stated), projects_phrase(projects))
        text = words.money(unit, cents) if stated else "–"
        bars.append(Bar(name, cents, percent_of(cents, most), text, label, selections.having(("theme", code))))
        rows.append((code, name, (projects, stated, cents)))
    return Figure(
        key="budget-by-theme",
        heading=headings.budgets_by_theme([(theme[4], theme[0]) for theme in found]),
        measure=gettext("Budget by theme, %(unit)s.", unit=words.unit_name(unit)),
        notes=sentences(
            gettext("Full value: each budget counts whole."),
            shared_note(figures),
            gettext("A theme groups project types of the Fund."),
            _without_type(figures, selections),
            without_budget(figures, selections),
            *not_carried_out(figures, selections),
        ),
        kind="bars",
        drawing=tuple(bars),
        table=money_table(figures, selections, "theme", gettext("Theme"), rows),
    )


def _without_type(figures: Figures, selections: Selections) -> str | None:
    table = figures.themes
    counts = dict(zip(table.rows, table.row_totals.projects.tolist(), strict=True))
    if not (count := counts.get(NOT_STATED, 0)):
        return None
    return left_out(
        '<a href="%(url)s">One record</a> states no project type and is left out.',
        '<a href="%(url)s">%(count)s records</a> state no project type and are left out.',
        count,
        selections.having(("theme", NOT_STATED)),
    )


def sizes(figures: Figures, selections: Selections) -> Figure:
    """How many grants are of each size."""
    named = _named(figures, selections, "budget")
    bars, rows = _banded(named)
    median = figures.budgets.median
    return Figure(
        key="budget-sizes",
        heading=headings.sizes([(name, count) for name, count, _ in named]),
        measure=gettext("Number of projects by size of their budget."),
        notes=sentences(
            gettext("The median is %(amount)s.", amount=formatting.usd(formatting.dollars(median)))
            if median is not None
            else None,
            _budget_missing(figures, selections),
        ),
        kind="bars",
        drawing=bars,
        table=table_of([gettext("Budget"), gettext("Projects")], rows),
    )


def _named(figures: Figures, selections: Selections, facet: str) -> list[tuple[str, int, str]]:
    """The name, the number of projects and the address of each band."""
    spread = figures.budgets if facet == "budget" else figures.lengths
    return [
        (filter_text.value_label(figures.snapshot.terms, facet, code), count, selections.having((facet, code)))
        for code, count in spread.bands.items()
    ]


def _budget_missing(figures: Figures, selections: Selections) -> str | None:
    if not (count := figures.sums.without_budget):
        return None
    return left_out(
        '<a href="%(url)s">One record</a> states no budget and is left out.',
        '<a href="%(url)s">%(count)s records</a> state no budget and are left out.',
        count,
        selections.having(("budget", NOT_STATED)),
    )


def lengths(figures: Figures, selections: Selections) -> Figure:
    """How many calendar years projects touch."""
    named = _named(figures, selections, "length")
    bars, rows = _banded(named)
    return Figure(
        key="project-lengths",
        heading=headings.lengths([(name, count) for name, count, _ in named]),
        measure=gettext("Number of projects by the calendar years from their start to their end, both included."),
        notes=sentences(
            gettext("Many records state only the year of a date, so months cannot be compared."),
            _median_length(figures.lengths.median),
            without_dates(figures, selections),
        ),
        kind="bars",
        drawing=bars,
        table=table_of([gettext("Calendar years"), gettext("Projects")], rows),
    )


def _median_length(median: int | None) -> str | None:
    if median is None:
        return None
    return ngettext("The median is one year.", "The median is %(num)s years.", median)


def _banded(named: list[tuple[str, int, str]]) -> tuple[tuple[Bar, ...], list[list[Cell]]]:
    """The bars and the table of counts by band."""
    most = max((count for _, count, _ in named), default=0)
    bars = tuple(
        Bar(
            name,
            count,
            percent_of(count, most),
            formatting.number(count),
            full_label(name, projects_phrase(count)),
            url if count else "",
        )
        for name, count, url in named
    )
    return bars, [[heading_cell(name, url if count else ""), count_cell(count, url)] for name, count, url in named]
