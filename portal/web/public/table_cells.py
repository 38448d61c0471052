"""The cells of a table as markup: thousands of numbers, each a link to its projects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from portal.search.index.axis import OTHERS
from portal.search.index.crosstab import Tally
from portal.search.pivot import Pivot, narrowed
from portal.search.query.filters import Filters, encode_pairs
from portal.vocabulary.facets import SINGLE_VALUED_FACETS
from portal.web.presentation import formatting, i18n
from portal.web.public import results

# Places for the values of rows and columns in an address; no term has such a code.
_ROW, _COLUMN, _ROW_CODE, _COLUMN_CODE = "\x01", "\x02", "%01", "%02"


@dataclass(frozen=True)
class TableRow:
    """One row: its heading, its total and its cells, as markup."""

    heading: Markup
    total: Markup
    cells: Markup


class CellLinks:
    """The addresses of the projects behind the numbers: those of the search that have these values, too."""

    def __init__(self, pivot: Pivot) -> None:
        self._filters = pivot.filters
        self._by, self._across = pivot.options.by, pivot.options.across
        facets = [facet for facet in (self._by, self._across) if facet]
        # Nearly all addresses of a table differ only in the values: one is built, and the values are filled in.
        self._is_uniform = all(facet in SINGLE_VALUED_FACETS or not self._filters.values(facet) for facet in facets)
        self._patterns: dict[tuple[bool, bool], str] = {}

    def url(self, row: str | None, column: str | None) -> str:
        """The address, escaped for an attribute; "" if filters cannot say it. None stands for a total."""
        column = column if self._across else None
        if OTHERS in (row, column):
            return ""
        if not self._is_uniform:
            return self._build(row, column)
        key = row is not None, column is not None
        if (pattern := self._patterns.get(key)) is None:
            pattern = self._patterns[key] = self._build(_ROW if key[0] else None, _COLUMN if key[1] else None)
        return pattern.replace(_ROW_CODE, _quoted(row)).replace(_COLUMN_CODE, _quoted(column))

    def _build(self, row: str | None, column: str | None) -> str:
        filters: Filters | None = self._filters
        for facet, value in ((self._by, row), (self._across, column)):
            if value is not None and filters is not None:
                filters = self._narrowed(filters, facet, value)
        return str(escape(results.directory_url(filters))) if filters else ""

    def _narrowed(self, filters: Filters, facet: str, value: str) -> Filters | None:
        if self._is_uniform:
            return filters.replace(selected=filters.without(facet).selected | {(facet, value)})
        return narrowed(filters, facet, value)


@lru_cache(maxsize=10_000)
def _quoted(value: str | None) -> str:
    return encode_pairs([("", value)])[1:] if value else ""


def number_writer(measure: str) -> Callable[[int, int, int], str]:
    """What writes the number of a cell from its projects, those that state a budget, and their cents."""
    group = _grouping()
    if measure == "projects":
        return lambda projects, stated, cents: group(projects)
    return lambda projects, stated, cents: _money(group, cents) if stated else "–"


def _money(group: Callable[[int], str], cents: int) -> str:
    return formatting.plain_amount(formatting.dollars(cents)) if cents % 100 else group(cents // 100)


def _grouping() -> Callable[[int], str]:
    """Python groups digits much faster than Babel, where both do the same."""
    locale = i18n.current_locale()
    if all(format_decimal(number, locale=locale) == f"{number:,}" for number in (1_234, 1_234_567_890)):
        return "{:,}".format
    return formatting.number


def heading_cell(label: str, url: str, attributes: str) -> Markup:
    text = f'<a href="{url}">{escape(label)}</a>' if url else str(escape(label))
    return Markup(f"<th {attributes}>{text}</th>")  # noqa: S704 # the label is escaped, and so are addresses


def cells(tally: Tally, urls: Iterator[str], measure: str) -> Markup:
    """Cells of one row, or of the totals; `urls` are those of its numbers."""
    write = number_writer(measure)
    numbers = zip(tally.projects.tolist(), tally.stated.tolist(), tally.cents.tolist(), strict=True)
    return Markup("".join(_cell(write, url, *number) for url, number in zip(urls, numbers, strict=True)))  # noqa: S704 # numbers and escaped addresses


def _cell(write: Callable[[int, int, int], str], url: str, projects: int, stated: int, cents: int) -> str:
    if not projects:
        return "<td>0</td>"
    text = write(projects, stated, cents)
    return f'<td><a href="{url}">{text}</a></td>' if url else f"<td>{text}</td>"


def grand_total(pivot: Pivot) -> Markup:
    """The cell of everything, in which each project counts once."""
    sums = pivot.sums
    totals = (sums.projects, sums.projects - sums.without_budget, sums.total_cents)
    tally = Tally(*(np.array([number]) for number in totals))
    return cells(tally, iter([str(escape(results.directory_url(pivot.filters.criteria)))]), pivot.options.measure)


def table_rows(pivot: Pivot, labels: Sequence[str]) -> Iterator[TableRow]:
    table, links, measure = pivot.table, CellLinks(pivot), pivot.options.measure
    for place, (value, label) in enumerate(zip(table.rows, labels, strict=True)):
        row = Tally(*(part[place] for part in vars(table.cells).values()))
        total = Tally(*(part[place : place + 1] for part in vars(table.row_totals).values()))
        yield TableRow(
            heading_cell(label, links.url(value, None), 'scope="row"'),
            cells(total, iter([links.url(value, None)]), measure),
            cells(row, map(partial(links.url, value), table.columns), measure),
        )


def column_headings(pivot: Pivot, labels: Sequence[str]) -> Markup:
    links = CellLinks(pivot)
    headings = (
        heading_cell(label, links.url(None, value) if pivot.options.across else "", 'scope="col"')
        for value, label in zip(pivot.table.columns, labels, strict=True)
    )
    return Markup("").join(headings)


def total_cells(pivot: Pivot) -> Markup:
    links, table = CellLinks(pivot), pivot.table
    return cells(table.column_totals, (links.url(None, value) for value in table.columns), pivot.options.measure)
