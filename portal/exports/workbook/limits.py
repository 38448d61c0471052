"""Refuses a selection that Excel cannot hold, before the first byte of its file."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from portal.errors import PortalError
from portal.exports.options import ExportOptions
from portal.exports.selection import Selection
from portal.exports.workbook.cells import MAX_CELL_LENGTH, MAX_ROWS, excel_length
from portal.i18n.catalogues import N_, gettext
from portal.i18n.numbers import grouped

_HEADER_ROWS = 2
_LONG_COLUMNS = {
    "title": N_(
        "The title of %(project)s has more than %(most)s characters, which is all that a cell of Excel holds. Take the "
        "list as CSV, or leave the column out."
    ),
    "summary": N_(
        "The summary of %(project)s has more than %(most)s characters, which is all that a cell of Excel holds. Take "
        "the list as CSV, or leave the column out."
    ),
}
_BATCH_IDS = 2_000


class TooLargeForExcel(PortalError):
    """Excel cannot hold the selection; the message says why and offers CSV."""


def check(selection: Selection, connection: Connection, options: ExportOptions) -> None:
    """Raise TooLargeForExcel for too many rows, or a text that is longer than a cell may be."""
    if len(selection.ids) > MAX_ROWS - _HEADER_ROWS:
        raise TooLargeForExcel(
            gettext(
                "The list has %(projects)s projects, and a sheet of Excel ends after %(most)s rows. Narrow the list, "
                "or take it as CSV.",
                projects=grouped(len(selection.ids)),
                most=grouped(MAX_ROWS),
            )
        )
    chosen = {column.name for column in options.columns}
    for name in _LONG_COLUMNS:
        if name in chosen and (long := _long_texts(selection, connection, name)):
            raise TooLargeForExcel(gettext(_LONG_COLUMNS[name], project=long, most=grouped(MAX_CELL_LENGTH)))


def _long_texts(selection: Selection, connection: Connection, name: str) -> str:
    """The address of the first project whose text is too long for a cell; "" if there is none."""
    for start in range(0, len(selection.ids), _BATCH_IDS):
        listed = ", ".join(map(str, selection.ids[start : start + _BATCH_IDS].tolist())) or "NULL"
        # Excel counts a rare character twice, so half the limit may be too long.
        rows = connection.exec_driver_sql(
            f"SELECT key, {name} FROM project WHERE length({name}) > {MAX_CELL_LENGTH // 2} AND id IN ({listed})"  # noqa: S608 # our own names and integers
        )
        for key, text in rows:
            if excel_length(text) > MAX_CELL_LENGTH:
                return str(key)
    return ""
