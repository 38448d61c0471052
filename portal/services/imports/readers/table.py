"""The rows of an import file of any supported format, and the detection of that format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

from portal.errors import UnreadableFile
from portal.services.imports.header import field_of, parse_header
from portal.services.imports.issues import ImportIssue
from portal.services.imports.readers import csv_reader, xlsx_reader
from portal.services.imports.readers.source_lines import FORMULA_WITHOUT_VALUE, SourceLines
from portal.text.folding import fold, trim_punctuation

_SPREADSHEET_ERRORS = frozenset(
    ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA")
)
_UNUSABLE_CELLS = _SPREADSHEET_ERRORS | {FORMULA_WITHOUT_VALUE}
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


class SourceRow(NamedTuple):
    """One row: its number as a spreadsheet shows it, its text by field, and the issue that makes it unusable.

    `note` says what was filled in or left out to read it.
    """

    number: int
    values: dict[str, str]
    issue: ImportIssue | None = None
    note: ImportIssue | None = None


class SourceTable(NamedTuple):
    """`notes` are sentences about the file as a whole, for the report."""

    columns: tuple[str, ...]
    rows: Iterator[SourceRow]
    notes: tuple[str, ...] = ()


@contextmanager
def open_table(path: Path) -> Iterator[SourceTable]:
    """The rows of a CSV file (also inside .gz or .xz) or of the first visible sheet of an .xlsx workbook.

    The first bytes of the file decide its format, not its name. Raises UnreadableFile, on opening or later while
    reading, when no row can be trusted. Rows are read one at a time: a file may exceed memory.
    """
    with _open_lines(path) as lines:
        header = _read_header(lines.rows, path.name)
        yield SourceTable(header, _to_source_rows(_skip_blank_rows(lines.rows, path.name), header), lines.notes)


@contextmanager
def open_rows(path: Path) -> Iterator[tuple[tuple[str, ...], Iterator[tuple[int, list[str]]]]]:
    """The header, and the number and cells of each row of `open_table`; raises UnreadableFile as that does."""
    with _open_lines(path) as lines:
        yield _read_header(lines.rows, path.name), _skip_blank_rows(lines.rows, path.name)


def _open_lines(path: Path) -> AbstractContextManager[SourceLines]:
    try:
        magic = csv_reader.read_magic(path)
    except OSError as error:
        raise UnreadableFile(
            f"{path.name}: cannot be opened ({error.strerror}); check the path and its rights."
        ) from error
    for prefix, description in _UNSUPPORTED_FORMATS.items():
        if magic.startswith(prefix):
            raise UnreadableFile(f"{path.name}: this is {description}; save it as CSV (UTF-8) or as .xlsx.")
    return xlsx_reader.open_lines(path) if magic.startswith(b"PK") else csv_reader.open_lines(path)


def _read_header(lines: Iterator[tuple[int, list[str]]], name: str) -> tuple[str, ...]:
    for _, cells in lines:
        if not _is_blank(cells):
            return parse_header(cells, name)
    raise UnreadableFile(f"{name}: no rows; the file is empty.")


def _is_blank(cells: list[str]) -> bool:
    return not (cells and cells[0].strip()) and not "".join(cells).strip()


def _skip_blank_rows(lines: Iterator[tuple[int, list[str]]], name: str) -> Iterator[tuple[int, list[str]]]:
    is_empty = True
    for line in lines:
        if not _is_blank(line[1]):
            is_empty = False
            yield line
    if is_empty:
        raise UnreadableFile(f"{name}: no rows; the file holds only a header.")


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
    """The refusal of the first cell that holds an error, or a formula that no program has calculated."""
    place = next(place for place, cell in enumerate(cells) if cell in _UNUSABLE_CELLS)
    if cells[place] == FORMULA_WITHOUT_VALUE:
        reason, advice = "The cell has a formula without a value", "Open the workbook, save it and import it again"
        return ImportIssue(number, header[place], "", "refused", reason, advice)
    reason, advice = "The cell contains a spreadsheet error", "Correct the formula or type the value"
    return ImportIssue(number, header[place], cells[place], "refused", reason, advice)


def is_total_row(values: dict[str, str]) -> bool:
    """Whether a row sums up the others: it says total or sum, and states nothing that a project has."""
    if any(values.get(name, "").strip() for name in _PROJECT_FACTS):
        return False
    names = [trim_punctuation(fold(values.get(name, ""))) for name in ("number", "title")]
    return any(name in _TOTALS for name in names) or (not any(names) and bool(values.get("budget", "").strip()))
