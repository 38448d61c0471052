"""The formats of files: a new one is a module in `formats/` and an entry here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from portal.config import Settings
from portal.exports.document import Document
from portal.exports.formats import (
    atom_file,
    csv_file,
    geojson_file,
    grants360_file,
    iati,
    iati_report,
    ics_file,
    json_file,
    jsonl_file,
    xlsx_file,
)
from portal.exports.iati.organisations import is_iati_offered
from portal.exports.options import ExportOptions
from portal.exports.record import Record
from portal.exports.selection import Selection
from portal.exports.workbook import limits
from portal.i18n.catalogues import N_

Writer = Callable[[Document, Iterable[Sequence[Record]], ExportOptions], Iterator[bytes]]
Check = Callable[[Selection, Document, Connection, ExportOptions, Callable[[], bool]], None]


def _always(_: Settings) -> bool:
    return True


@dataclass(frozen=True)
class Format:
    """One format. `suffix` is the end of its addresses, without the first dot.

    `head_bytes` and `record_bytes` are rough sizes of what stands around the records, and of one record.
    `purpose` says in English what the format is good for. `has_columns`: the visitor may choose the columns.
    `is_attachment`: a browser saves the file instead of showing it. `check` raises PortalError for a selection that the
    format cannot hold, and ExportInterrupted once its last argument says that nobody waits. `is_listed` is false for a
    file that stands in no menu. `is_offered` says whether a portal with these settings has the format.
    """

    suffix: str
    name: str
    purpose: str
    media_type: str
    record_bytes: int
    write: Writer
    has_columns: bool = False
    is_attachment: bool = True
    head_bytes: int = 500
    check: Check | None = None
    is_listed: bool = True
    is_offered: Callable[[Settings], bool] = _always


FORMATS = {
    export_format.suffix: export_format
    for export_format in (
        Format(
            "xlsx", "Excel", N_("with a guide to the columns"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 400, xlsx_file.write, has_columns=True,
            head_bytes=12_000, check=limits.check,
        ),
        Format(
            "csv", "CSV", N_("opens in any spreadsheet"), "text/csv; charset=utf-8", 900, csv_file.write,
            has_columns=True,
        ),
        Format(
            "json", "JSON", N_("one object, for programs"), "application/json", 1_500, json_file.write,
            has_columns=True, is_attachment=False,
        ),
        Format(
            "jsonl", "JSON Lines", N_("a project on each line, for programs"), "application/jsonl", 1_500,
            jsonl_file.write, has_columns=True,
        ),
        Format(
            "xml", "IATI", N_("activities in the standard for aid data"), "application/xml", 2_500, iati.write,
            is_offered=is_iati_offered,
        ),
        Format(
            "iati-report.csv", "Report on the IATI file", N_("what IATI cannot express, and why"),
            "text/csv; charset=utf-8", 300, iati_report.write, is_listed=False, is_offered=is_iati_offered,
        ),
        Format(
            "geojson", "GeoJSON", N_("points for a map"), "application/geo+json", 1_300, geojson_file.write,
            has_columns=True,
        ),
        Format(
            "atom", "Atom", N_("a feed, to follow changes"), "application/atom+xml", 1_900, atom_file.write,
            is_attachment=False,
        ),
        Format(
            "ics", "iCalendar", N_("starts and ends known to the day"), "text/calendar; charset=utf-8", 200,
            ics_file.write, is_attachment=False,
        ),
        Format(
            "360.json", "360Giving", N_("grants, to compare funders"), "application/json", 1_100, grants360_file.write
        ),
    )
}  # fmt: skip


def rough_bytes(export_format: Format, records: int) -> int:
    """About how large a file with so many records is."""
    return export_format.head_bytes + records * export_format.record_bytes


def offered_format(suffix: str, settings: Settings) -> Format | None:
    """The format of this suffix, None if a portal with these settings has no such files."""
    export_format = FORMATS.get(suffix)
    return export_format if export_format and export_format.is_offered(settings) else None


def listed_formats(settings: Settings) -> list[Format]:
    """The formats of a menu."""
    return [each for each in FORMATS.values() if each.is_listed and each.is_offered(settings)]


def split_suffix(name: str) -> tuple[str, Format] | None:
    """What stands before the longest known ending of a name, and its format; None for an unknown ending."""
    for suffix in sorted(FORMATS, key=len, reverse=True):
        if name.endswith(f".{suffix}") and len(name) > len(suffix) + 1:
            return name[: -len(suffix) - 1], FORMATS[suffix]
    return None
