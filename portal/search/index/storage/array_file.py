"""ArrayFile: named arrays and byte strings in one file, which a process maps and does not copy. Knows no portal.

The file begins with a magic number, the version of the format, and length and CRC-32 of a header. The header is JSON:
what the writer says of the file, and for each section its type, place, length in bytes and CRC-32. Sections begin at
multiples of 64 bytes and are little-endian. Nothing in a file is executed when it is read.
"""

from __future__ import annotations

import json
import mmap
import os
import stat
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

# A one-dimensional array of one of _TYPES, or bytes.
Section = npt.NDArray[Any] | bytes | memoryview
Content = bytes | memoryview
About = Mapping[str, str | int | None]

FORMAT_VERSION = 1
_MAGIC = b"\x89PORTAL\n"
_PREFIX = struct.Struct("<8sIIQ")
_ALIGNMENT = 64
_BYTES = "bytes"
_TYPES = frozenset({"uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"})
_PRIVATE_MODE = 0o600
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


class UnusableFileError(Exception):
    """A file that is damaged, of another version of the format, or of another user."""


@dataclass(frozen=True, eq=False)
class ArrayFile:
    """A mapped file: `about` is what its writer said of it, `sections` are read-only views of it, by name.

    A section is a one-dimensional array or a memoryview. They stay valid as long as any of them is used, even if the
    file is replaced or removed meanwhile.
    """

    about: Mapping[str, Any]
    sections: Mapping[str, Section] = field(repr=False)

    def array(self, name: str) -> npt.NDArray[Any]:
        """A section that is an array. Raises UnusableFileError."""
        section = self.sections.get(name)
        if not isinstance(section, np.ndarray):
            raise UnusableFileError(f"no array {name}")
        return section

    def writable(self, name: str) -> npt.NDArray[Any]:
        """The same array, to write in: what is written is seen by this process alone, and not kept in the file.

        Raises UnusableFileError, and ValueError if the file was not read for that.
        """
        array = self.array(name).view()
        array.flags.writeable = True
        return array

    def content(self, name: str) -> memoryview:
        """A section of bytes. Raises UnusableFileError."""
        section = self.sections.get(name)
        if section is None or isinstance(section, np.ndarray):
            raise UnusableFileError(f"no bytes {name}")
        return memoryview(section)


def write(path: Path, about: About, sections: Mapping[str, Section], rooms: Mapping[str, int] | None = None) -> None:
    """Write a file that only this user can read; it appears complete, under its name, or not at all. Raises OSError.

    `rooms` says how many zeros follow an array, by the name of its section; what is read is longer by as many.
    Two processes must not write the same path at once. The disk may hold a part of it after a power cut, which `read`
    notices, so nobody waits here until it is written down.
    """
    rooms = rooms or {}
    contents = {name: _parts(section, rooms.get(name, 0)) for name, section in sections.items()}
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _PRIVATE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _write_all(file, about, contents)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def read(
    path: Path, is_checked: Callable[[os.stat_result], bool] = lambda status: False, *, is_writable: bool = False
) -> ArrayFile:
    """Map a file after comparing all of it with its checksums; only its header if it `is_checked`.

    `is_writable`: see ArrayFile.writable. Raises UnusableFileError, and OSError if there is none or it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & _OTHERS_MAY_WRITE:
            raise UnusableFileError("others may have written it")
        if status.st_size < _PREFIX.size:
            raise UnusableFileError("it is too short")
        # A writable mapping counts towards the memory that the machine has promised, used or not.
        access = mmap.ACCESS_COPY if is_writable else mmap.ACCESS_READ
        content = memoryview(mmap.mmap(file.fileno(), status.st_size, access=access))
    return _parse(content, compares=not is_checked(status))


def _parts(section: Section, zeros: int) -> tuple[str, tuple[Content, Content]]:
    """The type of a section, its content, and that of so many zeros after it."""
    if not isinstance(section, np.ndarray):
        return _BYTES, (memoryview(section).cast("B"), b"")
    if section.ndim != 1 or section.dtype.name not in _TYPES:
        raise TypeError(f"an array of {section.ndim} dimensions and type {section.dtype} cannot be stored")
    little = np.ascontiguousarray(section, dtype=section.dtype.newbyteorder("<"))
    return section.dtype.name, (memoryview(little.view(np.uint8).data), bytes(zeros * section.itemsize))


def _write_all(file: IO[bytes], about: About, contents: Mapping[str, tuple[str, tuple[Content, Content]]]) -> None:
    places, offset = {}, 0
    for name, (kind, (content, zeros)) in contents.items():
        length = len(content) + len(zeros)
        # Offsets count from the end of the header, whose length depends on them.
        places[name] = [kind, offset, length, zlib.crc32(zeros, zlib.crc32(content))]
        offset = _aligned(offset + length)
    header = json.dumps({"about": dict(about), "length": offset, "sections": places}, separators=(",", ":")).encode()
    file.write(_PREFIX.pack(_MAGIC, FORMAT_VERSION, zlib.crc32(header), len(header)))
    file.write(header)
    for _, parts in contents.values():
        _pad(file)
        file.writelines(parts)
    _pad(file)


def _pad(file: IO[bytes]) -> None:
    file.write(bytes(_aligned(file.tell()) - file.tell()))


def _parse(content: memoryview, *, compares: bool) -> ArrayFile:
    magic, version, checksum, length = _PREFIX.unpack_from(content)
    if (magic, version) != (_MAGIC, FORMAT_VERSION):
        raise UnusableFileError("it has another format")
    end = _PREFIX.size + length
    header = content[_PREFIX.size : end]
    if len(header) != length or zlib.crc32(header) != checksum:
        raise UnusableFileError("its header is damaged")
    try:
        told, rest = json.loads(bytes(header)), content[_aligned(end) :]
        if told["length"] != len(rest):
            raise UnusableFileError("it is not complete")
        sections = dict(_sections(rest, told["sections"], compares=compares))
        return ArrayFile(dict(told["about"]), sections)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise UnusableFileError("its header makes no sense") from error


def _sections(content: memoryview, places: Mapping[str, Any], *, compares: bool) -> Iterator[tuple[str, Section]]:
    for name, (kind, offset, length, checksum) in places.items():
        part = content[offset : offset + length]
        is_whole = offset >= 0 and length >= 0 and len(part) == length
        if not is_whole or (compares and zlib.crc32(part) != checksum):
            raise UnusableFileError(f"{name} is damaged")
        if kind == _BYTES:
            yield name, part.toreadonly()
        elif kind in _TYPES:
            array = np.frombuffer(part, dtype=np.dtype(kind).newbyteorder("<"))
            array.flags.writeable = False
            yield name, array
        else:
            raise UnusableFileError(f"{name} has an unknown type")


def _aligned(position: int) -> int:
    return -(-position // _ALIGNMENT) * _ALIGNMENT
