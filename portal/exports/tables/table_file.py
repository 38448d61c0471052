"""A table of projects by one facet or two, as CSV, Excel and JSON."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from portal.exports.columns import Kind, amount_text, json_value
from portal.exports.dialect import RFC_4180, Dialect
from portal.exports.document import Document
from portal.exports.formats.json_file import head
from portal.exports.getters import Value
from portal.exports.workbook.parts import facts_of
from portal.exports.workbook.sheets import Sheet, SheetColumn, write_sheets
from portal.i18n.catalogues import gettext
from portal.search.index.crosstab import CellTotals
from portal.search.pivot import Pivot
from portal.text.formulas import escape_formula

_BYTE_ORDER_MARK = "\ufeff"


def total_label() -> str:
    return gettext("All")


@dataclass(frozen=True)
class TableFile:
    """A table with its words: `notes` say what its numbers count.

    `row_title` names the facet of the rows, and the labels are parallel to the rows and columns of the table. Without a
    second facet the totals of the rows are its numbers; `total_title` is the heading of those beside one.
    """

    document: Document
    pivot: Pivot
    notes: Sequence[str]
    row_title: str
    measure_title: str
    total_title: str
    row_labels: Sequence[str]
    column_labels: Sequence[str]

    @property
    def kind(self) -> Kind:
        return "integer" if self.pivot.options.measure == "projects" else "amount"

    @property
    def has_columns(self) -> bool:
        return bool(self.pivot.options.across)

    def header(self) -> list[str]:
        first = [self.row_title, gettext("Code")]
        return [*first, self.total_title, *self.column_labels] if self.has_columns else [*first, self.measure_title]

    def rows(self) -> Iterator[list[Value]]:
        """The rows of the table, and at last the totals; an empty number means that no project states a budget."""
        table = self.pivot.table
        totals = self._numbers(table.row_totals)
        for place, (value, label) in enumerate(zip(table.rows, self.row_labels, strict=True)):
            cells = CellTotals(*(part[place] for part in vars(table.cells).values()))
            yield [label, value, totals[place], *(self._numbers(cells) if self.has_columns else ())]
        yield [total_label(), "", self.total(), *(self._numbers(table.column_totals) if self.has_columns else ())]

    def total(self) -> int | None:
        """The number of everything: each project counts once."""
        sums = self.pivot.sums
        return self._number(sums.projects, sums.projects - sums.without_budget, sums.total_cents)

    def _numbers(self, totals: CellTotals) -> list[int | None]:
        columns = (part.tolist() for part in vars(totals).values())
        return [self._number(*numbers) for numbers in zip(*columns, strict=True)]

    def _number(self, projects: int, stated: int, cents: int) -> int | None:
        if self.kind == "integer":
            return projects
        return cents if stated or not projects else None


def write_csv(file: TableFile, dialect: Dialect = RFC_4180) -> bytes:
    """UTF-8 with a byte-order mark; amounts in US dollars with two decimals."""
    buffer = io.StringIO()
    writer = dialect.writer(buffer)
    writer.writerow(map(escape_formula, file.header()))
    for label, value, *numbers in file.rows():
        texts = (dialect.number(_text(file.kind, number)) for number in numbers)
        writer.writerow([escape_formula(str(label)), value, *texts])
    return (_BYTE_ORDER_MARK + buffer.getvalue()).encode()


def _text(kind: Kind, number: Value) -> str:
    if not isinstance(number, int):
        return ""
    return amount_text(number) if kind == "amount" else str(number)


def write_xlsx(file: TableFile) -> bytes:
    """The table, and how it was made."""
    first, second, *others = file.header()
    numbers = [SheetColumn(label, file.kind, 16) for label in others]
    sheets = (
        Sheet(gettext("Table"), [SheetColumn(first, width=34), SheetColumn(second), *numbers], file.rows()),
        facts_sheet(file.document, file.notes),
    )
    return b"".join(write_sheets(file.document, sheets))


def facts_sheet(document: Document, notes: Sequence[str]) -> Sheet:
    """The sheet that says what was counted, how, and when."""
    facts = [*((gettext("What the numbers count"), note) for note in notes), *facts_of(document, "")]
    columns = SheetColumn(gettext("What"), width=30), SheetColumn(gettext("How"), width=100)
    return Sheet(gettext("How this was made"), columns, facts)


def write_json(file: TableFile) -> bytes:
    """One object; amounts in US dollars, null where no project states a budget."""
    return orjson.dumps(head(file.document) | json_content(file)) + b"\n"


def json_content(file: TableFile) -> dict[str, object]:
    """The numbers of a table as JSON states them, and what they count."""
    options, table = file.pivot.options, file.pivot.table
    *rows, totals = ([json_value(file.kind, number) for number in row[2:]] for row in file.rows())
    return {
        "by": options.by,
        "across": options.across or None,
        "measure": options.counted,
        "unit": "projects" if file.kind == "integer" else "USD",
        "notes": list(file.notes),
        "table_total": totals[0],
        "columns": _json_entries(table.columns, file.column_labels, totals[1:]) if file.has_columns else [],
        "rows": [
            entry | ({"cells": cells} if file.has_columns else {})
            for entry, (_, *cells) in zip(
                _json_entries(table.rows, file.row_labels, [row[0] for row in rows]), rows, strict=True
            )
        ],
    }


def _json_entries(values: Sequence[str], labels: Sequence[str], totals: Sequence[object]) -> list[dict[str, object]]:
    entries = zip(values, labels, totals, strict=True)
    return [{"value": value, "label": label, "total": total} for value, label, total in entries]
