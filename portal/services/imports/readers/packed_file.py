"""Files that may be compressed: the first bytes decide, not the name."""

from __future__ import annotations

import gzip
import lzma
import zlib
from io import BufferedIOBase
from pathlib import Path
from typing import BinaryIO, cast

MAX_MAGIC_BYTES = 8
# What reading a damaged compressed file raises.
UNPACKING_ERRORS = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)


def read_magic(path: Path) -> bytes:
    """The first bytes of a file, which show its format."""
    with path.open("rb") as file:
        return file.read(MAX_MAGIC_BYTES)


def open_unpacked(path: Path) -> BinaryIO:
    """The content of a file: plain, .gz or .xz. Reading it may raise UNPACKING_ERRORS."""
    return cast(BinaryIO, _open_stream(path))


def _open_stream(path: Path) -> BufferedIOBase:
    magic = read_magic(path)
    if magic.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(path, "rb")
    if magic.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(path, "rb")
    return path.open("rb")


def read_start(path: Path, size: int) -> bytes:
    """The first bytes of the content, at most so many; b"" if nothing can be unpacked."""
    try:
        with _open_stream(path) as stream:
            return stream.read1(size)
    except UNPACKING_ERRORS:
        return b""
