"""A file becomes rows of text: which kind of file it is, its header, and CSV. Workbooks: workbook.py."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from portal.errors import UnreadableFile
from portal.services.imports import xlsx_reader
from portal.services.imports.header import parse_header
from portal.services.records.findings import ImportIssue

MAX_CELL_LENGTH = 131_072
_MAX_LINE_LENGTH = 4_000_000
_CHUNK_BYTES = 1 << 20
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
    """One row: its number as a spreadsheet shows it, its text by column, and why it is no row at all."""

    number: int
    cells: dict[str, str]
    issue: ImportIssue | None = None


class SourceTable(NamedTuple):
    columns: tuple[str, ...]
    rows: Iterator[SourceRow]


@contextmanager
def open_table(path: Path) -> Iterator[SourceTable]:
    """The rows of a CSV file (also inside .gz or .xz) or of the first sheet of an .xlsx workbook.

    What the file is, its first bytes tell, not its name. Raise UnreadableFile, on opening or while
    reading on, when no row can be trusted. Reads as it goes: a file may be larger than the memory.
    """
    with open_rows(path) as (header, lines):
        yield SourceTable(header, _to_source_rows(lines, header))


@contextmanager
def open_rows(path: Path) -> Iterator[tuple[tuple[str, ...], Iterator[tuple[int, list[str]]]]]:
    """The header, and number and cells of each row that table() will give; raises UnreadableFile as it would."""
    with _open_lines(path) as lines:
        yield _read_header(lines, path.name), _skip_blank_rows(lines, path.name)


@contextmanager
def _open_lines(path: Path) -> Iterator[Iterator[tuple[int, list[str]]]]:
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as why:
        raise UnreadableFile(f"{path.name}: cannot be opened ({why.strerror}); check the path and its rights.") from why
    for start, kind in _UNSUPPORTED_FORMATS.items():
        if head.startswith(start):
            raise UnreadableFile(f"{path.name}: this is {kind}; save it as CSV (UTF-8) or as .xlsx.")
    if head.startswith(b"PK"):
        with xlsx_reader.open_lines(path) as lines:
            yield lines
        return
    # The limit holds for the whole process, so it is set on purpose and put back.
    before = csv.field_size_limit(MAX_CELL_LENGTH)
    try:
        with _binary_opener(head)(path) as stream:
            yield _csv_lines(stream, path)
    finally:
        csv.field_size_limit(before)


def _binary_opener(head: bytes) -> Callable[[Path], BinaryIO]:
    if head.startswith(b"\x1f\x8b"):
        return lambda path: cast(BinaryIO, gzip.open(path, "rb"))
    if head.startswith(b"\xfd7zXZ\x00"):
        return lambda path: cast(BinaryIO, lzma.open(path, "rb"))
    return lambda path: path.open("rb")


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
    width = len(header)
    for number, cells in lines:
        fault = None
        if len(cells) != width:
            fault = ImportIssue(
                number,
                "",
                "",
                "refused",
                f"the row has {len(cells)} cells, the header {width}",
                "Check the commas and quotation marks of this row",
            )
        elif not _SPREADSHEET_ERRORS.isdisjoint(cells):
            at = next(place for place, cell in enumerate(cells) if cell in _SPREADSHEET_ERRORS)
            fault = ImportIssue(
                number,
                header[at],
                cells[at],
                "refused",
                "the cell holds an error of the spreadsheet",
                "Correct the formula or type the value",
            )
        yield SourceRow(number, dict(zip(header, cells, strict=False)), fault)


def _csv_lines(stream: BinaryIO, path: Path) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_text_lines(stream, path.name), strict=True)
    number = 0
    while True:
        number += 1
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError as why:
            raise UnreadableFile(
                f"{path.name}: line {_undecodable_line(path)} is not UTF-8 text; save the file as CSV UTF-8."
            ) from why
        except csv.Error as why:
            raise UnreadableFile(f"{path.name}: row {number} (line {line}): {_csv_error_advice(why)}") from why
        except (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error) as why:
            raise UnreadableFile(
                f"{path.name}: the compressed file is cut off or damaged after line {line}; make it anew."
            ) from why
        yield number, cells


def _csv_error_advice(error: csv.Error) -> str:
    message = str(error)
    if "field limit" in message:
        return f"a cell is longer than {MAX_CELL_LENGTH:,} characters; look for a quotation mark that is not closed."
    if "unexpected end of data" in message:
        return "a quotation mark is opened and never closed; close it."
    if "expected after" in message:
        return "text follows a closing quotation mark; write quotation marks inside a cell twice."
    return f"the row cannot be read ({message}); correct it."


def _text_lines(stream: BinaryIO, name: str) -> Iterator[str]:
    with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
        number = 0
        while line := text.readline(_MAX_LINE_LENGTH):
            number += 1
            if "\0" in line:
                raise UnreadableFile(
                    f"{name}: line {number} holds a NUL byte, as UTF-16 and binary files do; save it as CSV UTF-8."
                )
            if len(line) >= _MAX_LINE_LENGTH:
                raise UnreadableFile(
                    f"{name}: line {number} is longer than {_MAX_LINE_LENGTH:,} characters; shorten its cells."
                )
            yield line


def _undecodable_line(path: Path) -> int:
    """The line of the first byte that is not UTF-8, found by reading anew: a decoder works ahead of the rows."""
    with path.open("rb") as file:
        head = file.read(8)
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, ends_in_return = 1, False
    with _binary_opener(head)(path) as stream:
        while True:
            piece = stream.read(_CHUNK_BYTES)
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as why:
                good = bytes(why.object[: why.start]).decode("utf-8")
                return line + _count_line_ends(good, follows_return=ends_in_return)
            if not piece:
                return line
            line += _count_line_ends(text, follows_return=ends_in_return)
            ends_in_return = text.endswith("\r") if text else ends_in_return


def _count_line_ends(text: str, *, follows_return: bool) -> int:
    """Line ends of any of the three kinds; one that the cut between two pieces divides is counted once."""
    pairs = text.count("\r\n") + (follows_return and text.startswith("\n"))
    return text.count("\n") + text.count("\r") - pairs
