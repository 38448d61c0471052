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

_SPREADSHEET_ERRORS = frozenset(
    ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA")
)
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
    """One row: its number as a spreadsheet shows it, its text by field, and the issue that makes it unusable."""

    number: int
    values: dict[str, str]
    issue: ImportIssue | None = None


class SourceTable(NamedTuple):
    columns: tuple[str, ...]
    rows: Iterator[SourceRow]


@contextmanager
def open_table(path: Path) -> Iterator[SourceTable]:
    """The rows of a CSV file (also inside .gz or .xz) or of the first sheet of an .xlsx workbook.

    The first bytes of the file decide its format, not its name. Raises UnreadableFile, on opening or later while
    reading, when no row can be trusted. Rows are read one at a time: a file may exceed memory.
    """
    with open_rows(path) as (header, lines):
        yield SourceTable(header, _to_source_rows(lines, header))


@contextmanager
def open_rows(path: Path) -> Iterator[tuple[tuple[str, ...], Iterator[tuple[int, list[str]]]]]:
    """The header, and the number and cells of each row of `open_table`; raises UnreadableFile as that does."""
    with _open_lines(path) as lines:
        yield _read_header(lines, path.name), _skip_blank_rows(lines, path.name)


def _open_lines(path: Path) -> AbstractContextManager[Iterator[tuple[int, list[str]]]]:
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
        issue: ImportIssue | None = None
        if len(cells) != width:
            issue = ImportIssue(
                number,
                "",
                "",
                "refused",
                f"the row has {len(cells)} cells, the header {width}",
                "Check the commas and quotation marks of this row",
            )
        elif not _SPREADSHEET_ERRORS.isdisjoint(cells):
            at = next(place for place, cell in enumerate(cells) if cell in _SPREADSHEET_ERRORS)
            issue = ImportIssue(
                number,
                header[at],
                cells[at],
                "refused",
                "the cell holds an error of the spreadsheet",
                "Correct the formula or type the value",
            )
        yield SourceRow(number, dict(zip(fields, cells, strict=False)), issue)
