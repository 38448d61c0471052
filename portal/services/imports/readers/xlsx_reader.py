"""The first sheet of an .xlsx workbook as rows of text. Limits are checked before anything is unpacked."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path, PurePosixPath
from typing import Any

from portal.errors import UnreadableFile

MAX_MEMBERS = 100
MAX_UNPACKED_BYTES = 100_000_000
MAX_COMPRESSION_RATIO = 200
MAX_ROWS = 1_000_000
# Small members may be compressed tightly; the ratio indicates a zip bomb only in larger ones.
_MIN_RATIO_CHECK_BYTES = 1_000_000
_FOREIGN_MEMBERS = {
    "vbaProject.bin": "it holds macros",
    "externalLinks/": "it links to other workbooks",
    "embeddings/": "it holds embedded files",
}


@contextmanager
def open_lines(path: Path) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Row numbers and cells of the first sheet, hidden ones included; formulas give their stored result."""
    _check_archive(path)
    # Imported here because openpyxl takes as long to load as everything else, and most files are CSV.
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            # openpyxl warns of formatting that it drops; only the text of cells matters here.
            warnings.simplefilter("ignore")
            book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        # openpyxl raises nearly any exception for a malformed workbook.
        raise UnreadableFile(_damaged_message(path.name)) from error
    try:
        yield _read_lines(book, path.name)
    finally:
        book.close()


def _read_lines(book: Any, name: str) -> Iterator[tuple[int, list[str]]]:
    if not book.worksheets:
        raise UnreadableFile(f"{name}: the workbook has no sheet; put the table on its first sheet.")
    sheet = book.worksheets[0]
    # The size that a sheet declares may be wrong, or chosen to exhaust the reader.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True)
    number = width = 0
    while True:
        try:
            values = next(rows, None)
        except Exception as error:
            raise UnreadableFile(_damaged_message(name, f" at row {number + 1}")) from error
        if values is None:
            return
        number += 1
        if number > MAX_ROWS:
            raise UnreadableFile(f"{name}: more than {MAX_ROWS:,} rows; save the table as CSV or divide it.")
        cells = [_cell_text(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        width = width or len(cells)
        # A sheet stores no empty cells at the end of a row, so a short row is complete.
        cells.extend("" for _ in range(width - len(cells)))
        yield number, cells


def _cell_text(value: object) -> str:
    """What a CSV export would hold: a year typed as a number is 2008, not 2008.0."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # A spreadsheet keeps fifteen digits; further digits are rounding noise.
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


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
