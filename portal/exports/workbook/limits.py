"""Refuses a selection that Excel cannot hold, before the first byte of its file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from sqlalchemy.engine import Connection

from portal.errors import PortalError
from portal.exports.columns import columns_by_name
from portal.exports.document import Document
from portal.exports.formats.xlsx_file import DataSheet
from portal.exports.options import ExportOptions
from portal.exports.record import read_records
from portal.exports.selection import Selection
from portal.exports.spooled_export import ExportInterrupted
from portal.exports.workbook.cells import MAX_CELL_LENGTH, MAX_ROWS, MAX_SHEET_BYTES, excel_length
from portal.exports.workbook.parts import build_parts
from portal.i18n.catalogues import gettext
from portal.i18n.numbers import grouped
from portal.i18n.quoting import quoted
from portal.vocabulary.translations import SOURCE_LANGUAGES, TRANSLATIONS

_HEADER_ROWS = 2
_BATCH_IDS = 2_000
# Fewer rows fill a sheet only if nearly all their texts fill their cells; the file of such a list ends early.
_FEW_ROWS = 8_000
_SAMPLE_ROWS = 1_000
# The rows of the sample have shorter numbers than those of the file.
_SAFE_PART = 0.9


class TooLargeForExcel(PortalError):
    """Excel cannot hold the selection; the message says why and offers CSV."""


def check(
    selection: Selection,
    document: Document,
    connection: Connection,
    options: ExportOptions,
    is_wanted: Callable[[], bool],
) -> None:
    """Raise TooLargeForExcel for too many rows, too large a sheet, or a text that is longer than a cell may be.

    `is_wanted` is asked all the time; once it is false, ExportInterrupted is raised.
    """
    if len(selection.ids) > MAX_ROWS - _HEADER_ROWS:
        raise TooLargeForExcel(
            gettext(
                "The list has %(projects)s projects, and a sheet of Excel ends after %(most)s rows. Narrow the list, "
                "or take it as CSV.",
                projects=grouped(len(selection.ids)),
                most=grouped(MAX_ROWS),
            )
        )
    if long := next(_long_texts(selection, connection, options, is_wanted), None):
        raise TooLargeForExcel(
            gettext(
                "The column %(column)s of %(project)s has more than %(most)s characters, which is all that a cell of "
                "Excel holds. Take the list as CSV, or leave the column out.",
                column=quoted(columns_by_name()[long[1]].label),
                project=long[0],
                most=grouped(MAX_CELL_LENGTH),
            )
        )
    if _sheet_bytes(selection, document, connection, options) > MAX_SHEET_BYTES * _SAFE_PART:
        raise TooLargeForExcel(
            gettext(
                "The list would fill a sheet of more than 2 GB, which Excel does not open. Choose fewer columns, "
                "narrow the list, or take it as CSV."
            )
        )


def _long_texts(
    selection: Selection, connection: Connection, options: ExportOptions, is_wanted: Callable[[], bool]
) -> Iterator[tuple[str, str]]:
    """The projects, by their slugs, and the columns of texts that are too long for a cell.

    All other texts are short by themselves: imports and forms limit them.
    """
    chosen = {column.name for column in options.columns}
    has_sources = bool(chosen & SOURCE_LANGUAGES.keys())
    has_translations = bool(chosen & TRANSLATIONS.keys()) and bool(
        connection.exec_driver_sql("SELECT 1 FROM record_translation LIMIT 1").first()
    )
    # In the order of the table, which is read in nearly half the time; half a million rows take seconds.
    ids = np.sort(selection.ids)
    for start in range(0, len(ids), _BATCH_IDS):
        if not is_wanted():
            raise ExportInterrupted("Nobody waits for the file any more.")
        listed = ", ".join(map(str, ids[start : start + _BATCH_IDS].tolist()))
        for key, name, text in (
            *(_sources(connection, listed) if has_sources else ()),
            *(_translations(connection, listed) if has_translations else ()),
        ):
            if name in chosen and excel_length(text) > MAX_CELL_LENGTH:
                yield key, name


# A text has at least as many bytes as Excel counts characters.
def _sources(connection: Connection, listed: str) -> Iterator[tuple[str, str, str]]:
    rows = connection.exec_driver_sql(
        f"SELECT key, title, summary FROM project WHERE id IN ({listed}) "  # noqa: S608 # our own integers
        f"AND (octet_length(title) > {MAX_CELL_LENGTH} OR octet_length(summary) > {MAX_CELL_LENGTH})"
    )
    for key, *texts in rows:
        yield from ((key, name, text) for name, text in zip(SOURCE_LANGUAGES, texts, strict=True))


def _translations(connection: Connection, listed: str) -> Iterator[tuple[str, str, str]]:
    rows = connection.exec_driver_sql(
        "SELECT p.key, t.field, t.language, t.text FROM record_translation AS t JOIN project AS p "  # noqa: S608
        f"ON p.id = t.project_id WHERE t.project_id IN ({listed}) AND octet_length(t.text) > {MAX_CELL_LENGTH}"
    )
    for key, field, language, text in rows:
        yield key, f"{field}_{language}", text


def _sheet_bytes(selection: Selection, document: Document, connection: Connection, options: ExportOptions) -> float:
    """About how large the sheet of rows is, by rows from all over the selection; 0 for few of them."""
    total = len(selection.ids)
    if total <= _FEW_ROWS:
        return 0
    sample = selection.ids[:: -(-total // _SAMPLE_ROWS)]
    sheet = DataSheet(document, options, build_parts(document, options, total, []))
    batches = read_records(connection, selection.snapshot.terms, sample)
    return sum(len(sheet.rows(batch)) for batch in batches) / len(sample) * total
