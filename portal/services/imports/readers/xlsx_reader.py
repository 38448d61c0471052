"""The first visible sheet of an .xlsx workbook as rows of text. Limits are checked before anything is unpacked."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date, datetime, time
from pathlib import Path, PurePosixPath
from typing import Any

from portal.errors import UnreadableFile
from portal.services.imports.readers.sheet_markup import MergedColumn, scan_sheet
from portal.services.imports.readers.source_lines import FORMULA_WITHOUT_VALUE, SourceLines
from portal.services.records.amounts import NumberCell

MAX_MEMBERS = 100
MAX_UNPACKED_BYTES = 100_000_000
MAX_COMPRESSION_RATIO = 200
MAX_ROWS = 1_000_000
# Small members may be compressed tightly; the ratio indicates a zip bomb only in larger ones.
_MIN_RATIO_CHECK_BYTES = 1_000_000
_MAX_NAMED_RANGES = 20
# Text in quotes, escaped characters, colours and locales: none of it shows a part of a date.
_FORMAT_LITERALS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
# Excel stores the carriage return of a text from Windows as _x000D_, and a text that only looks like such an escape has
# its first sign escaped (ECMA-376 part 1, 22.9.2.19). openpyxl leaves the first as it stands, and the second too in
# strings that stand in their cell. Escapes of letters are no program's: whoever wrote them meant what they look like.
_ESCAPES = re.compile("_x005[Ff]_(?=x[0-9A-Fa-f]{4}_)|_x000([9AaDd])_")
_FOREIGN_MEMBERS = {
    "vbaProject.bin": "it holds macros",
    "externalLinks/": "it links to other workbooks",
    "embeddings/": "it holds embedded files",
}


@contextmanager
def open_lines(path: Path) -> Iterator[SourceLines]:
    """Row numbers and cells of the first visible sheet; formulas give their stored result."""
    _check_archive(path)
    # Imported here because openpyxl takes as long to load as everything else, and most files are CSV.
    from openpyxl import load_workbook

    def open_book(*, data_only: bool) -> Any:
        try:
            with warnings.catch_warnings():
                # openpyxl warns of formatting that it drops; only the text of cells matters here.
                warnings.simplefilter("ignore")
                return load_workbook(path, read_only=True, data_only=data_only, keep_links=False)
        except Exception as error:
            # openpyxl raises nearly any exception for a malformed workbook.
            raise UnreadableFile(_damaged_message(path.name)) from error

    with ExitStack() as books:
        book = books.enter_context(closing(open_book(data_only=True)))
        index, notes = _choose_sheet(book, path.name)
        sheet = book.worksheets[index]
        markup = scan_sheet(path, sheet)
        # Results and formulas come from two readings; the second is needed only where there are formulas.
        formulas = books.enter_context(closing(open_book(data_only=False))) if markup.has_formulas else None
        rows = _read_lines(sheet, formulas and formulas.worksheets[index], markup.merged, path.name)
        if markup.merged:
            ranges = ", ".join(str(merged) for merged in markup.merged[:_MAX_NAMED_RANGES])
            notes = (*notes, f"The value of merged cells was read in each of their rows: {ranges}")
        yield SourceLines(rows, notes)


def _choose_sheet(book: Any, name: str) -> tuple[int, tuple[str, ...]]:
    """The place of the first visible sheet, and which sheet it is if there are others."""
    sheets = book.worksheets
    index = next((place for place, sheet in enumerate(sheets) if sheet.sheet_state == "visible"), None)
    if index is None:
        raise UnreadableFile(f"{name}: the workbook has no visible sheet; put the table on its first sheet.")
    if len(sheets) == 1:
        return index, ()
    hidden = [f"“{sheet.title}”" for sheet in sheets[:index]]
    notes = [f"The sheet “{sheets[index].title}” was read"]
    if hidden:
        notes.append(f"Hidden sheets before it were not read: {', '.join(hidden)}")
    return index, tuple(notes)


def _read_lines(
    sheet: Any, formulas: Any, merged: tuple[MergedColumn, ...], name: str
) -> Iterator[tuple[int, list[str]]]:
    # The size that a sheet declares may be wrong, or chosen to exhaust the reader.
    sheet.reset_dimensions()
    rows = sheet.iter_rows()
    formula_rows: Iterator[tuple[object, ...]] = iter(())
    if formulas is not None:
        formulas.reset_dimensions()
        formula_rows = formulas.iter_rows(values_only=True)
    number = width = 0
    while True:
        try:
            row = next(rows, None)
            formula_row = next(formula_rows, ())
        except Exception as error:
            raise UnreadableFile(_damaged_message(name, f" at row {number + 1}")) from error
        if row is None:
            return
        number += 1
        if number > MAX_ROWS:
            raise UnreadableFile(f"{name}: more than {MAX_ROWS:,} rows; save the table as CSV or divide it.")
        cells = [_cell_text(cell) for cell in row]
        for place, formula in enumerate(formula_row):
            if formula is not None and place < len(cells) and row[place].value is None:
                cells[place] = FORMULA_WITHOUT_VALUE
        _fill_merged(cells, number, merged)
        while cells and not cells[-1]:
            cells.pop()
        width = width or len(cells)
        # A sheet stores no empty cells at the end of a row, so a short row is complete.
        cells.extend("" for _ in range(width - len(cells)))
        yield number, cells


def _fill_merged(cells: list[str], number: int, merged: tuple[MergedColumn, ...]) -> None:
    """Put the value of merged cells, which stands in the first of them alone, into this row."""
    for column in merged:
        if column.first_row <= number <= column.last_row:
            cells.extend("" for _ in range(column.place + 1 - len(cells)))
            if number == column.first_row:
                column.value = cells[column.place]
            elif not cells[column.place]:
                cells[column.place] = column.value


def _cell_text(cell: Any) -> str:
    """What a CSV export would hold: a year typed as a number is 2008, not 2008.0; a date is as exact as it is shown."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return _ESCAPES.sub(_unescaped, value) if "_x00" in value else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # A spreadsheet keeps fifteen digits; further digits are rounding noise.
        return NumberCell(int(value)) if value.is_integer() else NumberCell(f"{value:.15g}")
    if isinstance(value, int):
        return NumberCell(value)
    if isinstance(value, datetime):
        if value.time() != time():
            return value.isoformat(sep=" ")
        return value.date().isoformat()[: _shown_length(cell.number_format)]
    if isinstance(value, date):
        return value.isoformat()[: _shown_length(cell.number_format)]
    return str(value)


def _unescaped(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else "_"


def _shown_length(number_format: str) -> int:
    """How much of YYYY-MM-DD a number format shows: 4 for a year, 7 for a month, 10 for a day."""
    letters = _FORMAT_LITERALS.sub("", number_format).casefold()
    if "d" in letters or "y" not in letters:
        return 10
    return 7 if "m" in letters else 4


def _check_archive(path: Path) -> None:
    """Refuse from the central directory alone, before a byte is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableFile(_damaged_message(path.name)) from error
    names = [member.filename for member in members]
    if "xl/workbook.xml" not in names:
        raise UnreadableFile(
            f"{path.name}: this is {_describe_archive(names)}, not an .xlsx workbook; save it as CSV or .xlsx."
        )
    for sign, reason in _FOREIGN_MEMBERS.items():
        if any(sign in name for name in names):
            raise UnreadableFile(f"{path.name}: {reason}; save the table alone as a plain .xlsx or as CSV.")
    if len(names) > MAX_MEMBERS or len(set(map(str.casefold, names))) < len(names) or any(map(_escapes_archive, names)):
        raise UnreadableFile(f"{path.name}: the parts inside the workbook are not those of a table; save it as CSV.")
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableFile(f"{path.name}: the workbook has a password; save it without one.")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES or any(
        member.file_size > _MIN_RATIO_CHECK_BYTES
        and member.file_size > MAX_COMPRESSION_RATIO * max(member.compress_size, 1)
        for member in members
    ):
        raise UnreadableFile(
            f"{path.name}: the workbook unpacks to {unpacked:,} bytes, more than is safe to read; save it as CSV."
        )


def _escapes_archive(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in PurePosixPath(name).parts


def _describe_archive(names: list[str]) -> str:
    if "xl/workbook.bin" in names:
        return "an .xlsb workbook"
    if "content.xml" in names and "mimetype" in names:
        return "an OpenDocument file (.ods)"
    if any(name.startswith(("word/", "ppt/")) for name in names):
        return "a document of another office program"
    return "a ZIP archive"


def _damaged_message(name: str, where: str = "") -> str:
    return f"{name}: the workbook is damaged{where}; open it in a spreadsheet and save it again, or save it as CSV."
