"""CSV (RFC 4180): UTF-8 with a byte-order mark, which spreadsheets need to see that it is UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from portal.exports.columns import SEPARATOR, Column, Value, amount_text, row_reader
from portal.exports.document import Document
from portal.exports.options import ExportOptions
from portal.exports.record import Record
from portal.text.formulas import escape_formula

# Cells of these columns are codes and numbers that this portal makes, which no spreadsheet runs.
_SAFE_KINDS = ("amount", "integer", "date")


def write(document: Document, batches: Iterable[Sequence[Record]], options: ExportOptions) -> Iterator[bytes]:
    """The file in pieces; a cell that a spreadsheet would run begins with an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(options.header())
    if options.has_hxl:
        writer.writerow([column.hxl for column in options.columns])
    if options.has_mark:
        yield "\ufeff".encode()
    read_row = row_reader(options.columns, document)
    to_text = [cell_writer(column) for column in options.columns]
    for batch in batches:
        writer.writerows(
            [convert(value) for convert, value in zip(to_text, read_row(record), strict=True)] for record in batch
        )
        yield _take(buffer)
    yield _take(buffer)


def cell_writer(column: Column) -> Callable[[Value], str]:
    """What turns a value of a column into the text of its cell."""
    if column.kind == "amount":
        return _amount
    if column.kind == "list":
        return lambda value: escape_formula(SEPARATOR.join(value)) if isinstance(value, tuple) else ""
    if column.kind in _SAFE_KINDS:
        return lambda value: "" if value is None else str(value)
    return lambda value: escape_formula(value) if isinstance(value, str) else ""


def _amount(value: Value) -> str:
    return amount_text(value) if isinstance(value, int) else ""


def _take(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
