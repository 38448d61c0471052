"""The table of a chart of money: which value each number is, and what the sums leave out or contain, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from portal.search.figures import Figures
from portal.vocabulary.facets import NOT_STATED
from portal.web.presentation.i18n import gettext
from portal.web.public.data.figure import Cell, Selections, Table, count_cell, heading_cell, money_cell, table_of

# Code and name of a value, then its projects, those of them with a budget, and cents.
MoneyRow = tuple[str, str, tuple[int, int, int]]


def money_table(figures: Figures, selections: Selections, facet: str, title: str, rows: Sequence[MoneyRow]) -> Table:
    """One row for each value of a facet. Columns for what no record of the search is are left out."""
    sums, details = figures.sums, figures.details[facet]
    columns = [title, gettext("Projects")]
    if sums.without_budget:
        columns.append(gettext("Projects without a budget"))
    if details.not_carried_out is not None:
        columns.append(gettext("Planned or cancelled projects"))
    columns.append(gettext("Full value, USD"))
    if details.shared is not None:
        columns.append(gettext("Shared value, USD"))
    return table_of(columns, [[*_cells(figures, selections, facet, row)] for row in rows])


def _cells(figures: Figures, selections: Selections, facet: str, row: MoneyRow) -> Iterator[Cell]:
    code, name, (projects, stated, cents) = row
    sums, details, url = figures.sums, figures.details[facet], selections.having((facet, code))
    yield heading_cell(name, url)
    yield count_cell(projects, url)
    if sums.without_budget:
        yield count_cell(projects - stated, selections.having((facet, code), ("budget", NOT_STATED)))
    if details.not_carried_out is not None:
        count = details.not_carried_out.get(code, 0)
        yield count_cell(count, selections.not_carried_out(sums, facet, code) if count else "")
    yield money_cell(cents, stated, url)
    if details.shared is not None:
        yield money_cell(details.shared.get(code, 0), stated, url)


def shared_note(figures: Figures) -> str | None:
    """What the chart does not draw where member states are chosen."""
    if figures.sums.shared_cents is None:
        return None
    return gettext("What the chosen member states receive of it, shared value, is in the table and its file.")
