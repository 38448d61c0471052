"""CSV as rows of text: plain, .gz or .xz. Rows are read one at a time, because a file may exceed memory."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from portal.errors import UnreadableFile
from portal.services.imports.header import column_named
from portal.services.imports.readers.packed_file import UNPACKING_ERRORS, open_unpacked
from portal.services.imports.readers.source_lines import MAX_CELL_LENGTH, SourceLines
from portal.text.formulas import unescape_formula
from portal.vocabulary.columns import LABELS

_MAX_LINE_LENGTH = 4_000_000
_CHUNK_BYTES = 1 << 20
_READ_ERRORS = (UnicodeDecodeError, csv.Error, *UNPACKING_ERRORS)
# The separators that programs write, most usual first; Excel writes semicolons where a comma divides cents.
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_SEPARATOR_LINE = "sep="


@contextmanager
def open_lines(path: Path) -> Iterator[SourceLines]:
    """Row numbers and cells of a CSV file, without the apostrophes that our own files have before a formula."""
    # The csv module has one limit for the whole process, so it is restored.
    previous_limit = csv.field_size_limit(MAX_CELL_LENGTH)
    try:
        with open_unpacked(path) as stream:
            lines = _text_lines(stream, path.name)
            first = _read_first_line(lines, path)
            separator = _find_separator(first)
            states_separator = first.startswith(_SEPARATOR_LINE)
            rows = _read_lines(lines if states_separator else chain([first], lines), path, separator, states_separator)
            notes = () if separator == "," else (f"The cells are separated by {_SEPARATORS[separator]}",)
            yield SourceLines(rows, notes)
    finally:
        csv.field_size_limit(previous_limit)


def _read_first_line(lines: Iterator[str], path: Path) -> str:
    try:
        return next(lines, "")
    except _READ_ERRORS as error:
        raise _unreadable(error, path, 1, 1, 0) from error


def _find_separator(first_line: str) -> str:
    """What separates the cells: the first line says so ("sep=;"), or shows it by the columns that it names."""
    if first_line.startswith(_SEPARATOR_LINE):
        stated = first_line.removeprefix(_SEPARATOR_LINE)[:1]
        return stated if stated in _SEPARATORS else ","

    def known_columns(separator: str) -> int:
        cells = next(csv.reader([first_line], delimiter=separator), [])
        return len({column_named(cell) for cell in cells} & LABELS.keys())

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
        yield number, [unescape_formula(cell) if cell[:1] == "'" else cell for cell in cells]


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
    with open_unpacked(path) as stream:
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
