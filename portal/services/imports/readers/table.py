"""The rows of an import file of any supported format, and the detection of that format."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from portal.errors import UnreadableFile
from portal.services.imports.header import field_of, parse_header
from portal.services.imports.issues import ImportIssue
from portal.services.imports.readers import csv_reader, json_reader, xlsx_reader
from portal.services.imports.readers.iati import reader as iati_reader
from portal.services.imports.readers.packed_file import read_magic, read_start
from portal.services.imports.readers.source_lines import UNUSABLE_CELLS, UNUSABLE_ROWS, SourceLines
from portal.text.folding import fold, trim_punctuation

_SPREADSHEET_ERRORS = frozenset(
    ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA")
)
_UNUSABLE_CELLS = _SPREADSHEET_ERRORS | UNUSABLE_CELLS.keys()
# What a row at the foot of a sheet says in place of a title, folded, in the languages of the Fund.
_TOTALS = {
    *("total", "totals", "grand total", "subtotal", "sub-total", "total usd", "total budget", "total amount"),
    *("sum", "sums", "overall", "total general", "totaux", "somme", "sous-total", "suma", "totales"),
}
_PROJECT_FACTS = ("status", "project_type", "coverage", "region", "countries", "start", "end", "summary")
_UNSUPPORTED_FORMATS = {
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old .xls workbook or one with a password",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
    b"BZh": "a bzip2 archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
}
_HTML_STARTS = (b"<!doctype html", b"<html")
_START_BYTES = 4_096
# A hashtag of HXL with its attributes (hxlstandard.org, 1.1).
_HXL_TAG = re.compile(r"#[A-Za-z][A-Za-z0-9_]*(?:\s*\+[A-Za-z][A-Za-z0-9_]*)*")
_MIN_HXL_TAGS = 2


class SourceRow(NamedTuple):
    """One row: its number as a spreadsheet shows it, its text by field, and the issue that makes it unusable.

    `note` says what was filled in or left out to read it.
    """

    number: int
    values: dict[str, str]
    issue: ImportIssue | None = None
    note: ImportIssue | None = None


class SourceTable(NamedTuple):
    """`notes` are sentences about the file as a whole, for the report, as are those of `closing_notes` at its end."""

    columns: tuple[str, ...]
    rows: Iterator[SourceRow]
    notes: tuple[str, ...] = ()
    closing_notes: Callable[[], Sequence[str]] = tuple


@contextmanager
def open_table(path: Path, *, iati_prefix: str = "") -> Iterator[SourceTable]:
    """The rows of a CSV, JSON Lines, 360Giving or IATI file (also inside .gz or .xz), or of an .xlsx workbook.

    Of a workbook, the first visible sheet is read. `iati_prefix` is the IATI identifier of the organisation whose
    activities have their Projects ID behind it. The first bytes of the file decide its format, not its name. Raises
    UnreadableFile, on opening or later while reading, when no row can be trusted. Rows are read one at a time: a file
    may exceed memory.
    """
    with _open_lines(path, iati_prefix) as lines:
        header = lines.columns or _read_header(lines.rows, path.name)
        rows = _to_source_rows(_data_rows(lines, path.name), header)
        yield SourceTable(header, rows, lines.notes, lines.closing_notes)


@contextmanager
def open_rows(path: Path) -> Iterator[tuple[tuple[str, ...], Iterator[tuple[int, list[str]]]]]:
    """The header, and the number and cells of each row of `open_table`; raises UnreadableFile as that does."""
    with _open_lines(path, "") as lines:
        yield lines.columns or _read_header(lines.rows, path.name), _data_rows(lines, path.name)


def _open_lines(path: Path, iati_prefix: str) -> AbstractContextManager[SourceLines]:
    try:
        magic = read_magic(path)
    except OSError as error:
        raise UnreadableFile(
            f"{path.name}: cannot be opened ({error.strerror}); check the path and its rights."
        ) from error
    for prefix, description in _UNSUPPORTED_FORMATS.items():
        if magic.startswith(prefix):
            raise UnreadableFile(f"{path.name}: this is {description}; save it as CSV (UTF-8) or as .xlsx.")
    if magic.startswith(b"PK"):
        return xlsx_reader.open_lines(path)
    start = read_start(path, _START_BYTES).removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if start.startswith(_HTML_STARTS):
        raise UnreadableFile(f"{path.name}: this is an HTML page, not a table; export it as CSV (UTF-8) or .xlsx.")
    if start.startswith(b"<"):
        return iati_reader.open_lines(path, iati_prefix)
    return json_reader.open_lines(path) if start.startswith((b"{", b"[")) else csv_reader.open_lines(path)


def _read_header(lines: Iterator[tuple[int, list[str]]], name: str) -> tuple[str, ...]:
    for _, cells in lines:
        if not _is_blank(cells):
            return parse_header(cells, name)
    raise UnreadableFile(f"{name}: no rows; the file is empty.")


def _is_blank(cells: list[str]) -> bool:
    return not (cells and cells[0].strip()) and not "".join(cells).strip()


def _data_rows(lines: SourceLines, name: str) -> Iterator[tuple[int, list[str]]]:
    """The rows; those after a header without blank ones and the row of HXL hashtags."""
    if lines.columns:
        yield from lines.rows
        return
    stated = (line for line in lines.rows if not _is_blank(line[1]))
    if (first := next(stated, None)) and _is_hxl(first[1]):
        first = next(stated, None)
    if first is None:
        raise UnreadableFile(f"{name}: no rows; the file holds only a header.")
    yield from chain([first], stated)


def _is_hxl(cells: list[str]) -> bool:
    """Whether all cells are hashtags or empty; one hashtag alone may be a title."""
    tags = [cell.strip() for cell in cells if cell.strip()]
    return len(tags) >= _MIN_HXL_TAGS and all(map(_HXL_TAG.fullmatch, tags))


def _to_source_rows(lines: Iterator[tuple[int, list[str]]], header: tuple[str, ...]) -> Iterator[SourceRow]:
    width, fields = len(header), tuple(map(field_of, header))
    for number, cells in lines:
        issue = note = None
        if len(cells) != width:
            cells, issue, note = _fit_to_header(number, cells, width)
        if issue is None and not _UNUSABLE_CELLS.isdisjoint(cells):
            issue = _unusable_cell_issue(number, cells, header)
        values = dict(zip(fields, cells, strict=False))
        if issue is None and is_total_row(values):
            issue = ImportIssue(number, "", "", "refused", "The row is a total, not a project", "Delete the row")
        yield SourceRow(number, values, issue, note)


def _fit_to_header(
    number: int, cells: list[str], width: int
) -> tuple[list[str], ImportIssue | None, ImportIssue | None]:
    """The cells of a row that has more or fewer than the header: empty ones may be missing or too many at its end."""
    if len(cells) < width:
        reason = f"The row has {len(cells)} cells, the header {width}; the missing ones were read as empty"
        note = ImportIssue(number, "", "", "note", reason, "Check the commas of this row")
        return [*cells, *[""] * (width - len(cells))], None, note
    if not "".join(cells[width:]).strip():
        return cells[:width], None, None
    reason = f"The row has {len(cells)} cells, the header {width}"
    issue = ImportIssue(number, "", "", "refused", reason, "Check the commas and quotation marks of this row")
    return cells, issue, None


def _unusable_cell_issue(number: int, cells: list[str], header: tuple[str, ...]) -> ImportIssue:
    """The refusal of the first cell that holds an error, or what no reader can make a text of."""
    place = next(place for place, cell in enumerate(cells) if cell in _UNUSABLE_CELLS)
    if said := UNUSABLE_CELLS.get(cells[place]):
        column = "" if cells[place] in UNUSABLE_ROWS else header[place]
        return ImportIssue(number, column, "", "refused", *said)
    reason, advice = "The cell contains a spreadsheet error", "Correct the formula or type the value"
    return ImportIssue(number, header[place], cells[place], "refused", reason, advice)


def is_total_row(values: dict[str, str]) -> bool:
    """Whether a row sums up the others: it says total or sum, and states nothing that a project has."""
    if any(values.get(name, "").strip() for name in _PROJECT_FACTS):
        return False
    names = [trim_punctuation(fold(values.get(name, ""))) for name in ("number", "title")]
    return any(name in _TOTALS for name in names) or (not any(names) and bool(values.get("budget", "").strip()))
