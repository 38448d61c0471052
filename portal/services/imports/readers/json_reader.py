"""JSON as rows of text: a record on each line, as our own exports have them, or a document with a list of them."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from portal.errors import UnreadableFile
from portal.services.imports.readers.grants import GRANT_COLUMNS, GrantReader
from portal.services.imports.readers.json_stream import DECODER, DECODING_ERRORS, MAX_VALUE_LENGTH, list_elements
from portal.services.imports.readers.packed_file import UNPACKING_ERRORS, open_unpacked
from portal.services.imports.readers.source_lines import NO_OBJECT, NO_VALUE, OTHER_KEYS, SourceLines, within_limit
from portal.vocabulary.columns import LABELS, SEPARATOR

# The lists of a 360Giving file, and of our own JSON.
_GRANTS, _RECORDS = "grants", "items"
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


@contextmanager
def open_lines(path: Path) -> Iterator[SourceLines]:
    """Row numbers and cells: lines of JSON Lines are numbered as such, grants and records by their place."""
    with open_unpacked(path) as stream:
        if _has_record_lines(stream):
            yield SourceLines(_record_rows(_read_lines(stream, path.name)))
            return
        elements = list_elements(stream, path.name, (_GRANTS, _RECORDS))
        first = next(elements, None)
        if first is None:
            raise UnreadableFile(f"{path.name}: no rows; the list is empty.")
        numbered = enumerate((element for _, element in chain([first], elements)), 1)
        if first[0] == _RECORDS:
            yield SourceLines(_record_rows(numbered))
        else:
            reader = GrantReader()
            rows = ((number, reader.cells(grant)) for number, grant in numbered)
            yield SourceLines(rows, columns=GRANT_COLUMNS, closing_notes=reader.notes)


def _has_record_lines(stream: BinaryIO) -> bool:
    """Whether the first line is a record of its own; the stream stands at its beginning again."""
    try:
        first = stream.readline(MAX_VALUE_LENGTH)
        record = DECODER.decode(first.removeprefix(codecs.BOM_UTF8).decode())
    except (*DECODING_ERRORS, *UNPACKING_ERRORS):
        record = None
    stream.seek(0)
    is_record = isinstance(record, dict) and not record.keys().isdisjoint(LABELS)
    return is_record and record.keys().isdisjoint((_GRANTS, _RECORDS))


def _read_lines(stream: BinaryIO, name: str) -> Iterator[tuple[int, Any]]:
    """The value of each line that is not blank; None for a line that is no JSON."""
    number = 0
    try:
        while line := stream.readline(MAX_VALUE_LENGTH):
            number += 1
            if len(line) >= MAX_VALUE_LENGTH:
                raise UnreadableFile(f"{name}: line {number} is longer than {MAX_VALUE_LENGTH:,} bytes; shorten it.")
            if line.strip():
                yield number, _decode(line.removeprefix(codecs.BOM_UTF8))
    except UNPACKING_ERRORS as error:
        raise UnreadableFile(
            f"{name}: the compressed file is cut off or damaged after line {number}; compress it again."
        ) from error


def _decode(line: bytes) -> Any:
    try:
        return DECODER.decode(line.decode())
    except DECODING_ERRORS:
        return None


def _record_rows(records: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, list[str]]]:
    """The keys of the first record as a header, then the values of each."""
    keys: list[str] = []
    for number, record in records:
        if not keys and isinstance(record, dict):
            keys = list(record)
            yield number, keys
        yield number, _record_cells(record, keys)


def _record_cells(record: Any, keys: list[str]) -> list[str]:
    if isinstance(record, dict) and record.keys() == set(keys):
        return [_cell(record[key]) for key in keys]
    return [OTHER_KEYS if isinstance(record, dict) else NO_OBJECT, *[""] * (len(keys) - 1)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        # Half of a pair, which JSON can write and nothing can store.
        return within_limit(value if value.isprintable() else value.translate(_SURROGATES))
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return within_limit(SEPARATOR.join(value))
    return NO_VALUE
