"""A workbook of several sheets: openpyxl makes everything but the rows, which are streamed into their sheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from portal.exports.columns import Kind
from portal.exports.document import Document
from portal.exports.formats.xlsx_file import StreamedArchive
from portal.exports.getters import Value
from portal.exports.workbook.cells import cell_writer, column_letters, sheet_name
from portal.exports.workbook.parts import cell_styles, unpack_book

_ROWS_AT_ONCE = 200


@dataclass(frozen=True)
class SheetColumn:
    """One column; `width` is in characters."""

    label: str
    kind: Kind = "text"
    width: int = 14


@dataclass(frozen=True)
class Sheet:
    """One sheet. `rows` are read once, when the sheet is written; a value fits the kind of its column."""

    name: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[Value]]


def write_sheets(document: Document, sheets: Sequence[Sheet]) -> Iterator[bytes]:
    """The workbook in pieces; the same state of the records gives the same bytes."""
    archive = StreamedArchive(document.changed_at)
    files, styles = _build_parts(document, sheets)
    rows = {f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in enumerate(sheets, 1)}
    for name, content in files.items():
        if name not in rows:
            yield archive.add(name, content)
            continue
        before, end, after = content.partition(b"</sheetData>")
        with archive.open(name) as member:
            member.write(before)
            for piece in _row_pieces(rows[name], styles):
                member.write(piece)
                yield archive.take()
            member.write(end + after)
    yield archive.close()


def _row_pieces(sheet: Sheet, styles: dict[Kind, int]) -> Iterator[bytes]:
    cells = [(column_letters(place), cell_writer(column.kind, styles)) for place, column in enumerate(sheet.columns)]
    piece: list[str] = []
    for number, row in enumerate(sheet.rows, 2):
        written = [write(value, f"{letters}{number}") for (letters, write), value in zip(cells, row, strict=True)]
        piece.append(f'<row r="{number}">{"".join(written)}</row>')
        if len(piece) >= _ROWS_AT_ONCE:
            yield "".join(piece).encode()
            piece = []
    yield "".join(piece).encode()


def _build_parts(document: Document, sheets: Sequence[Sheet]) -> tuple[dict[str, bytes], dict[Kind, int]]:
    # Imported here because it takes as long to load as everything else.
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    styles: dict[Kind, int] = {}
    for sheet in sheets:
        made = book.create_sheet(sheet_name(sheet.name))
        _fill_header(made, sheet.columns)
        styles = styles or cell_styles(made)
    book.properties.title, book.properties.creator = document.sentence, document.site
    if document.changed_at:
        book.properties.created = document.changed_at.replace(tzinfo=None)
    return unpack_book(book, document), styles


def _fill_header(sheet: Any, columns: Sequence[SheetColumn]) -> None:
    from openpyxl.styles import Font, PatternFill

    for place, column in enumerate(columns, 1):
        cell = sheet.cell(1, place, column.label)
        # A name of a state or a term is text, whatever it begins with.
        cell.data_type = "s"
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EDF7")
        sheet.column_dimensions[column_letters(place - 1)].width = column.width
    sheet.freeze_panes = "B2"
