"""The cells of a table as markup: thousands of numbers, each a link to its projects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import numpy as np
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from portal.search.index.crosstab import CellTotals
from portal.search.pivot import Pivot
from portal.web.presentation import formatting, i18n
from portal.web.public.tables.links import TableLinks


@dataclass(frozen=True)
class TableRow:
    """One row: its heading, its total and its cells, as markup."""

    heading: Markup
    total: Markup
    cells: Markup


def _texts(totals: CellTotals, measure: str) -> list[str]:
    """The number of each cell: projects, or US dollars, a dash where no budget is stated; "" for no project."""
    projects, stated, cents = totals.projects.ravel().tolist(), totals.stated.ravel(), totals.cents.ravel()
    if measure == "projects":
        write: Callable[[int], str] = "{:,}".format if _groups_like_python(i18n.current_locale()) else formatting.number
        return [write(count) if count else "" for count in projects]
    write = _money if _groups_like_python(i18n.current_locale()) else _money_of_the_language
    return [
        ("" if not count else write(amount) if known else "–")
        for count, known, amount in zip(projects, stated.tolist(), cents.tolist(), strict=True)
    ]


def _money(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02}" if cents % 100 else f"{cents // 100:,}"


def _money_of_the_language(cents: int) -> str:
    return formatting.plain_amount(formatting.dollars(cents))


@lru_cache
def _groups_like_python(locale: str) -> bool:
    """Python writes thousands of numbers much faster than Babel, where both write the same."""
    numbers = (1_234, 1_234_567_890)
    return all(format_decimal(number, locale=locale) == f"{number:,}" for number in numbers) and (
        format_decimal(Decimal("1234.5"), "#,##0.00", locale) == f"{1234.5:,.2f}"
    )


def table_rows(pivot: Pivot, labels: Sequence[str]) -> Iterator[TableRow]:
    table, links, measure = pivot.table, TableLinks(pivot), pivot.options.measure
    totals = _texts(table.row_totals, measure)
    columns = table.columns if pivot.options.across else ()
    texts = _texts(table.cells, measure) if columns else []
    width = len(columns)
    for place, (value, label, total) in enumerate(zip(table.rows, labels, totals, strict=True)):
        url = links.row(value)
        row = texts[place * width : (place + 1) * width]
        yield TableRow(
            _heading(label, links.without_file(url), "row"),
            _cells([total], [url]),
            _row_cells(row, links, value, columns),
        )


def _row_cells(texts: Sequence[str], links: TableLinks, row: str, columns: tuple[str, ...]) -> Markup:
    if not (pattern := links.in_row(row)):
        return _cells(texts, (links.cell(row, column) for column in columns))
    before, codes, after = f'<td><a href="{pattern[0]}', links.codes(columns), f'{pattern[1]}">'
    elsewhere = f'<td><a href="{links.file}">'
    cells = [
        (f"{before}{code}{after}{text}</a></td>" if code else f"{elsewhere}{text}</a></td>") if text else "<td>0</td>"
        for text, code in zip(texts, codes, strict=True)
    ]
    return Markup("".join(cells))  # noqa: S704 # numbers and escaped addresses


def column_headings(pivot: Pivot, labels: Sequence[str]) -> Markup:
    links = TableLinks(pivot)
    headings = (
        _heading(label, links.without_file(links.column(value)), "col")
        for value, label in zip(pivot.table.columns, labels, strict=True)
    )
    return Markup("").join(headings)


def column_totals(pivot: Pivot) -> Markup:
    """The totals of the columns, without the one of everything."""
    texts = _texts(pivot.table.column_totals, pivot.options.measure)
    return _cells(texts, map(TableLinks(pivot).column, pivot.table.columns))


def grand_total(pivot: Pivot) -> Markup:
    """The cell of everything, in which each project counts once."""
    sums = pivot.sums
    numbers = sums.projects, sums.projects - sums.without_budget, sums.total_cents
    total = CellTotals(*(np.array([number]) for number in numbers))
    return _cells(_texts(total, pivot.options.measure), [TableLinks(pivot).everything()])


def _heading(label: str, url: str, scope: str) -> Markup:
    text = f'<a href="{url}">{escape(label)}</a>' if url else str(escape(label))
    return Markup(f'<th scope="{scope}">{text}</th>')  # noqa: S704 # the label is escaped, and so are addresses


def _cells(texts: Iterable[str], urls: Iterable[str]) -> Markup:
    cells = [
        "<td>0</td>" if not text else f'<td><a href="{url}">{text}</a></td>' if url else f"<td>{text}</td>"
        for text, url in zip(texts, urls, strict=True)
    ]
    return Markup("".join(cells))  # noqa: S704 # numbers and escaped addresses
