"""XLSX: the data, a guide to its columns, and how the file was made. Rows are streamed into the archive.

Libraries write a sheet to a temporary file and pack it afterwards; here the first bytes leave while the first rows are
read (docs/decisions/0024-xlsx-streamed-between-parts-of-openpyxl.md).
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import IO, Any, cast
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from portal.exports.columns import row_reader
from portal.exports.dialect import RFC_4180
from portal.exports.document import Document
from portal.exports.formats.csv_file import CsvTable
from portal.exports.getters import Value
from portal.exports.options import ExportOptions
from portal.exports.record import Record, by_names
from portal.exports.spooled_export import ExportInterrupted
from portal.exports.workbook.cells import MAX_LINK_LENGTH, MAX_LINKS, MAX_SHEET_BYTES, cell_writer, column_letters
from portal.exports.workbook.parts import DATA_PART, WorkbookParts, build_parts, facts_of
from portal.i18n.languages import SOURCE

_RELATIONS_PART = "xl/worksheets/_rels/sheet1.xml.rels"
_FIRST_PARTS = ("[Content_Types].xml", "_rels/.rels")
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_EARLIEST = (1980, 1, 1, 0, 0, 0)
# Fast: the rows of a sheet repeat themselves, and a higher level takes three times as long for a tenth less.
_COMPRESSION_LEVEL = 2
_URL_CHARACTERS = "!#$%&'()*+,/:;=?@[]~"


def write(document: Document, batches: Iterable[Sequence[Record]], options: ExportOptions) -> Iterator[bytes]:
    """The file in pieces. Raises ExportInterrupted, which ends it early, for a sheet above MAX_SHEET_BYTES."""
    archive = StreamedArchive(document.changed_at)
    parts = build_parts(document, options, document.total, [])
    for name in _FIRST_PARTS:
        yield archive.add(name, parts.files[name])
    sheet = DataSheet(document, options, parts)
    with archive.open(DATA_PART) as member:
        room = MAX_SHEET_BYTES - member.write(parts.before_rows)
        for batch in batches:
            room -= member.write(sheet.rows(batch))
            if room < 0:
                raise ExportInterrupted("The sheet is larger than its sample said.")
            yield archive.take()
        member.write(b"</sheetData>" + sheet.with_links(parts.after_rows))
    finished = build_parts(document, options, document.total, facts_of(document, sheet.checksum))
    for name, content in finished.files.items():
        if name not in (*_FIRST_PARTS, DATA_PART):
            yield archive.add(name, content)
    yield archive.add(_RELATIONS_PART, sheet.relations())
    yield archive.close()


class DataSheet:
    """The rows of the data sheet as SpreadsheetML, with their links and their checksum."""

    def __init__(self, document: Document, options: ExportOptions, parts: WorkbookParts) -> None:
        self._language = document.language if options.has_labels else SOURCE.code
        self._read_row = row_reader(options.columns, document)
        self._columns = [
            (column_letters(place), cell_writer(column.kind, parts.styles), column.kind == "url")
            for place, column in enumerate(options.columns)
        ]
        self._number = 2 if options.has_hxl else 1
        self._links: list[tuple[str, str]] = []
        self._table = CsvTable(document, replace(options, dialect=RFC_4180))
        self._hash = hashlib.sha256(self._table.header())

    @property
    def checksum(self) -> str:
        """Of the same rows as CSV."""
        return self._hash.hexdigest()

    def rows(self, batch: Sequence[Record]) -> bytes:
        self._hash.update(self._table.rows(batch))
        return "".join(map(self._row, by_names(batch, self._language))).encode()

    def _row(self, record: Record) -> str:
        self._number += 1
        number = self._number
        cells = []
        for (letters, write_cell, is_link), value in zip(self._columns, self._read_row(record), strict=True):
            reference = f"{letters}{number}"
            cells.append(write_cell(value, reference))
            if is_link and value:
                self._add_link(reference, value)
        return f'<row r="{number}">{"".join(cells)}</row>'

    def _add_link(self, reference: str, value: Value) -> None:
        address = quote(str(value), safe=_URL_CHARACTERS)
        if len(self._links) < MAX_LINKS and len(address) <= MAX_LINK_LENGTH:
            self._links.append((reference, address))

    def with_links(self, after_rows: bytes) -> bytes:
        """The end of the sheet, with its links in their place before the margins."""
        if not self._links:
            return after_rows
        links = "".join(f'<hyperlink ref="{at}" r:id="rId{n}"/>' for n, (at, _) in enumerate(self._links, 1))
        before, margins, end = after_rows.partition(b"<pageMargins")
        element = f'<hyperlinks xmlns:r="{_OFFICE_RELATIONS}">{links}</hyperlinks>'
        return before + element.encode() + margins + end

    def relations(self) -> bytes:
        """The part with the addresses of the links."""
        kind = f"{_OFFICE_RELATIONS}/hyperlink"
        links = "".join(
            f'<Relationship Id="rId{number}" Type="{kind}" Target={quoteattr(address)} TargetMode="External"/>'
            for number, (_, address) in enumerate(self._links, 1)
        )
        return f'<Relationships xmlns="{_RELATIONS}">{links}</Relationships>'.encode()


class StreamedArchive:
    """A ZIP archive whose bytes are taken while it grows; the same content at the same moment gives the same bytes."""

    def __init__(self, moment: datetime | None) -> None:
        self._sink = _Sink()
        self._archive = zipfile.ZipFile(cast(IO[bytes], self._sink), "w", zipfile.ZIP_DEFLATED)
        self._moment = max(moment.timetuple()[:6], _EARLIEST) if moment else _EARLIEST

    def open(self, name: str) -> IO[bytes]:
        return self._archive.open(self._info(name), "w")

    def add(self, name: str, content: bytes) -> bytes:
        """Write a whole member; returns what can be sent."""
        self._archive.writestr(self._info(name), content)
        return self.take()

    def take(self) -> bytes:
        """The bytes written since the last call."""
        return self._sink.take()

    def close(self) -> bytes:
        self._archive.close()
        return self._sink.take()

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._moment)
        info.compress_type = zipfile.ZIP_DEFLATED
        info._compresslevel = _COMPRESSION_LEVEL  # type: ignore[attr-defined]  # public from Python 3.13 on
        return info


class _Sink(io.RawIOBase):
    """A file that can only be written to, so that zipfile never goes back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def flush(self) -> None:
        """Nothing: also of a file that ended early, which zipfile closes after its sink."""

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken
