"""CSV as rows of text: plain, .gz or .xz. Rows are read one at a time, because a file may exceed memory."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

from portal.errors import UnreadableFile
from portal.services.imports.header import KNOWN_COLUMNS
from portal.services.imports.readers.source_lines import SourceLines

MAX_CELL_LENGTH = 131_072
MAX_MAGIC_BYTES = 8
_MAX_LINE_LENGTH = 4_000_000
_CHUNK_BYTES = 1 << 20
_READ_ERRORS = (UnicodeDecodeError, csv.Error, EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)
# The separators that programs write, most usual first; Excel writes semicolons where a comma divides cents.
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_SEPARATOR_LINE = "sep="
_OTHER_TEXT_FORMATS = {
    "<!doctype html": "an HTML page",
    "<html": "an HTML page",
    "<": "an XML file",
    "{": "a JSON file",
    "[": "a JSON file",
}


@contextmanager
def open_lines(path: Path) -> Iterator[SourceLines]:
    """Row numbers and cells of a CSV file; the first bytes decide how it is compressed."""
    # The csv module has one limit for the whole process, so it is restored.
    previous_limit = csv.field_size_limit(MAX_CELL_LENGTH)
    try:
        with _open_binary(path) as stream:
            lines = _text_lines(stream, path.name)
            first = _read_first_line(lines, path)
            _refuse_other_formats(first, path.name)
            separator = _find_separator(first)
            states_separator = first.startswith(_SEPARATOR_LINE)
            rows = _read_lines(lines if states_separator else chain([first], lines), path, separator, states_separator)
            notes = () if separator == "," else (f"The cells are separated by {_SEPARATORS[separator]}",)
            yield SourceLines(rows, notes)
    finally:
        csv.field_size_limit(previous_limit)


def read_magic(path: Path) -> bytes:
    """The first bytes of a file, which show its format."""
    with path.open("rb") as file:
        return file.read(MAX_MAGIC_BYTES)


def _open_binary(path: Path) -> BinaryIO:
    magic = read_magic(path)
    if magic.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.open(path, "rb"))
    if magic.startswith(b"\xfd7zXZ\x00"):
        return cast(BinaryIO, lzma.open(path, "rb"))
    return path.open("rb")


def _read_first_line(lines: Iterator[str], path: Path) -> str:
    try:
        return next(lines, "")
    except _READ_ERRORS as error:
        raise _unreadable(error, path, 1, 1, 0) from error


def _refuse_other_formats(first_line: str, name: str) -> None:
    """Raise UnreadableFile for text that is no table, by how it begins."""
    start = first_line.lstrip().casefold()
    for prefix, description in _OTHER_TEXT_FORMATS.items():
        if start.startswith(prefix):
            raise UnreadableFile(f"{name}: this is {description}, not a table; export it as CSV (UTF-8) or .xlsx.")


def _find_separator(first_line: str) -> str:
    """What separates the cells: the first line says so ("sep=;"), or shows it by the columns that it names."""
    if first_line.startswith(_SEPARATOR_LINE):
        stated = first_line.removeprefix(_SEPARATOR_LINE)[:1]
        return stated if stated in _SEPARATORS else ","

    def known_columns(separator: str) -> int:
        cells = next(csv.reader([first_line], delimiter=separator), [])
        return len({cell.strip().casefold() for cell in cells} & set(KNOWN_COLUMNS))

    return max(_SEPARATORS, key=known_columns)


def _read_lines(
    lines: Iterator[str], path: Path, separator: str, follows_separator_line: bool
) -> Iterator[tuple[int, list[str]]]:
    """Row numbers and cells. A first line that states the separator counts as a row."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    number = int(follows_separator_line)
    while True:
        number += 1
        line = reader.line_num + 1 + follows_separator_line
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _READ_ERRORS as error:
            raise _unreadable(error, path, number, line, reader.line_num) from error
        yield number, cells


def _unreadable(error: Exception, path: Path, number: int, line: int, last_line: int) -> UnreadableFile:
    """What is said of an error in a row that begins in a line, after the last line that was read."""
    if isinstance(error, UnicodeDecodeError):
        return UnreadableFile(
            f"{path.name}: line {_undecodable_line(path)} is not UTF-8 text; save the file as CSV UTF-8."
        )
    if isinstance(error, csv.Error):
        return UnreadableFile(f"{path.name}: row {number} (line {line}): {_csv_error_advice(error)}")
    return UnreadableFile(
        f"{path.name}: the compressed file is cut off or damaged after line {last_line}; compress it again."
    )


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
    """The line of the first byte that is not UTF-8; read a second time, because the decoder runs ahead of the rows."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, ends_in_return = 1, False
    with _open_binary(path) as stream:
        while True:
            chunk = stream.read(_CHUNK_BYTES)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                decoded = bytes(error.object[: error.start]).decode("utf-8")
                return line + _count_line_ends(decoded, follows_return=ends_in_return)
            if not chunk:
                return line
            line += _count_line_ends(text, follows_return=ends_in_return)
            ends_in_return = text.endswith("\r") if text else ends_in_return


def _count_line_ends(text: str, *, follows_return: bool) -> int:
    """Line ends of any of the three kinds; a pair split between two chunks counts once."""
    pairs = text.count("\r\n") + (follows_return and text.startswith("\n"))
    return text.count("\n") + text.count("\r") - pairs
