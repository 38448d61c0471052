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
from pathlib import Path
from typing import BinaryIO, cast

from portal.errors import UnreadableFile

MAX_CELL_LENGTH = 131_072
MAX_MAGIC_BYTES = 8
_MAX_LINE_LENGTH = 4_000_000
_CHUNK_BYTES = 1 << 20


@contextmanager
def open_lines(path: Path) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Row numbers and cells of a CSV file; the first bytes decide how it is compressed."""
    # The csv module has one limit for the whole process, so it is restored.
    previous_limit = csv.field_size_limit(MAX_CELL_LENGTH)
    try:
        with _open_binary(path) as stream:
            yield _read_lines(stream, path)
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


def _read_lines(stream: BinaryIO, path: Path) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_text_lines(stream, path.name), strict=True)
    number = 0
    while True:
        number += 1
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError as error:
            raise UnreadableFile(
                f"{path.name}: line {_undecodable_line(path)} is not UTF-8 text; save the file as CSV UTF-8."
            ) from error
        except csv.Error as error:
            raise UnreadableFile(f"{path.name}: row {number} (line {line}): {_csv_error_advice(error)}") from error
        except (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error) as error:
            raise UnreadableFile(
                f"{path.name}: the compressed file is cut off or damaged after line {reader.line_num}; "
                "compress it again."
            ) from error
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
