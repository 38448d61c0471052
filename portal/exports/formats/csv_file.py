"""CSV: RFC 4180 or as a French Excel opens it; UTF-8 with the byte-order mark by which spreadsheets know that it is."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from portal.exports.columns import Column, amount_text
from portal.exports.dialect import Dialect
from portal.exports.document import Document
from portal.exports.options import ExportOptions
from portal.exports.record import Record, by_names
from portal.i18n.languages import SOURCE
from portal.text.formulas import escape_formula
from portal.vocabulary.columns import SEPARATOR

_BYTE_ORDER_MARK = "\ufeff"


def write(document: Document, batches: Iterable[Sequence[Record]], options: ExportOptions) -> Iterator[bytes]:
    """The file in pieces; a cell that a spreadsheet would run begins with an apostrophe."""
    table = CsvTable(document, options)
    if options.has_mark:
        yield _BYTE_ORDER_MARK.encode()
    yield table.header()
    for batch in batches:
        yield table.rows(batch)


class CsvTable:
    """The lines of a CSV file, as bytes."""

    def __init__(self, document: Document, options: ExportOptions) -> None:
        self._options = options
        self._buffer = io.StringIO()
        self._writer = options.dialect.writer(self._buffer)
        self._language = document.language if options.has_labels else SOURCE.code
        self._cells = [cell_reader(column, document, options.dialect) for column in options.columns]

    def header(self) -> bytes:
        """The header and, if it is wanted, the row of HXL hashtags."""
        self._writer.writerow(self._options.header())
        if self._options.has_hxl:
            self._writer.writerow([column.hxl for column in self._options.columns])
        return self._take()

    def rows(self, batch: Sequence[Record]) -> bytes:
        cells = self._cells
        self._writer.writerows(
            [[read_cell(record) for read_cell in cells] for record in by_names(batch, self._language)]
        )
        return self._take()

    def _take(self) -> bytes:
        text = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        return text.encode()


def cell_reader(column: Column, document: Document, dialect: Dialect) -> Callable[[Record], object]:
    """What reads the cell of a column from a record: text, or what the csv module writes as such."""
    get = column.getter(document)
    if column.kind == "amount":
        return lambda record: dialect.number(amount_text(value)) if isinstance(value := get(record), int) else ""
    if column.kind == "list":
        return lambda record: escape_formula(SEPARATOR.join(value)) if isinstance(value := get(record), tuple) else ""
    return get if column.is_safe else lambda record: escape_formula(str(get(record)))
