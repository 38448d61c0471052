"""The parts of a workbook around its rows: styles, header, column guide and how the file was made; by openpyxl."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from portal.exports.columns import Column, Kind, amount_text
from portal.exports.document import Document
from portal.exports.options import ExportOptions
from portal.exports.workbook.cells import column_letters, sheet_name
from portal.i18n.catalogues import N_, gettext
from portal.search.read_models.sums import PartSums
from portal.vocabulary.status_rules import CANCELLED, PLANNED

DATA_SHEET, DATA_PART = N_("Projects"), "xl/worksheets/sheet1.xml"
# The places of the cell formats that `_style_row` makes, as openpyxl numbers them in order of appearance.
_WIDTHS: dict[Kind, int] = {"text": 24, "amount": 16, "integer": 10, "date": 12, "url": 30, "list": 30}
_WIDE = {"title": 60, "summary": 60}
_SIZE = re.compile(rb"<dimension [^>]*/>")
_GUIDE_HEADER = (N_("Column"), N_("Key"), N_("Kind"), N_("Meaning"))
_STANDARDS = ("HXL", "IATI 2.03", "360Giving", "schema.org")
_KIND_NAMES: dict[Kind, str] = {
    "text": N_("text"),
    "amount": N_("US dollars, two decimals"),
    "integer": N_("whole number"),
    "date": N_("year, month or day"),
    "url": N_("web address"),
    "list": N_("names or codes, separated by “; ”"),
}


class WorkbookParts:
    """All files of a workbook by name; `styles` are the places of the cell formats for its rows."""

    def __init__(self, parts: dict[str, bytes], styles: dict[Kind, int]) -> None:
        self.files = parts
        self.styles = styles

    @property
    def before_rows(self) -> bytes:
        """The data sheet up to its last header row."""
        # Readers that trust the size of the header alone would see no rows (openpyxl, read_only).
        return _SIZE.sub(b"", self.files[DATA_PART].partition(b"</sheetData>")[0])

    @property
    def after_rows(self) -> bytes:
        """The data sheet after its rows."""
        return self.files[DATA_PART].partition(b"</sheetData>")[2]


def build_parts(
    document: Document, options: ExportOptions, rows: int, facts: Sequence[tuple[str, str]]
) -> WorkbookParts:
    """The parts of a workbook with so many rows of data; `facts` say how it was made."""
    # Imported here because it takes as long to load as everything else.
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(sheet_name(gettext(DATA_SHEET)))
    styles = _fill_data_sheet(sheet, options, rows)
    _fill_guide(book.create_sheet(sheet_name(gettext("Columns"))), options.columns)
    _fill_facts(book.create_sheet(sheet_name(gettext("How this was made"))), facts)
    book.properties.title, book.properties.creator = document.sentence, document.site
    if document.changed_at:
        book.properties.created = document.changed_at.replace(tzinfo=None)
    return WorkbookParts(unpack_book(book, document), styles)


def _fill_data_sheet(sheet: Any, options: ExportOptions, rows: int) -> dict[Kind, int]:
    from openpyxl.styles import Font, PatternFill

    header_rows = 2 if options.has_hxl else 1
    for place, (column, text) in enumerate(zip(options.columns, options.header(), strict=True), 1):
        cell = sheet.cell(1, place, text)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EDF7")
        if options.has_hxl:
            sheet.cell(2, place, column.hxl)
        sheet.column_dimensions[column_letters(place - 1)].width = _WIDE.get(column.name, _WIDTHS[column.kind])
    last = column_letters(len(options.columns) - 1)
    sheet.freeze_panes = f"A{header_rows + 1}"
    sheet.auto_filter.ref = f"A{header_rows}:{last}{rows + header_rows}"
    return cell_styles(sheet)


def cell_styles(sheet: Any) -> dict[Kind, int]:
    """The places of the cell formats of a workbook, which are added to it."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    formats: dict[Kind, str] = {"amount": "#,##0.00", "integer": "0", "date": "yyyy-mm-dd"}
    styles: dict[Kind, int] = {}
    for kind, number_format in formats.items():
        cell = WriteOnlyCell(sheet, 0)
        cell.number_format = number_format
        styles[kind] = cell.style_id
    link = WriteOnlyCell(sheet, "")
    link.font = Font(color="0B3D91", underline="single")
    styles["url"] = link.style_id
    return styles


def _fill_guide(sheet: Any, columns: Sequence[Column]) -> None:
    sheet.append((*map(gettext, _GUIDE_HEADER), *_STANDARDS))
    for column in columns:
        standards = (column.hxl, column.iati, column.grants360, column.schema_org)
        meaning = gettext(_KIND_NAMES[column.kind]), gettext(column.description)
        sheet.append((column.label, column.name, *meaning, *standards))
    _finish_sheet(sheet, (34, 26, 26, 60, 26, 36, 30, 18))


def _fill_facts(sheet: Any, facts: Sequence[tuple[str, str]]) -> None:
    sheet.append((gettext("What"), gettext("How")))
    for fact in facts:
        sheet.append(fact)
    _finish_sheet(sheet, (30, 100))


def _finish_sheet(sheet: Any, widths: Sequence[int]) -> None:
    from openpyxl.styles import Alignment, Font

    for place, width in enumerate(widths):
        sheet.column_dimensions[column_letters(place)].width = width
        sheet.cell(1, place + 1).font = Font(bold=True)
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            # What a record states, such as a title that begins with "=", is text.
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"


def unpack_book(book: Any, document: Document) -> dict[str, bytes]:
    """The files of a workbook of openpyxl by name, without the time at which it was made."""
    file = io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    # openpyxl states the time of saving; the same state of the records gives the same bytes.
    modified = b"</dcterms:modified>"
    start, _, end = parts["docProps/core.xml"].partition(modified)
    moment = f"{document.changed_at:%Y-%m-%dT%H:%M:%SZ}" if document.changed_at else "1980-01-01T00:00:00Z"
    parts["docProps/core.xml"] = start[: start.rindex(b">") + 1] + moment.encode() + modified + end
    return parts


_PARTS = {PLANNED: N_("Of these planned"), CANCELLED: N_("Of these cancelled")}


def _part_text(part: PartSums) -> str:
    value = amount_text(part.total_cents) if part.has_budget else gettext("no budget is stated")
    return gettext("%(projects)s (full value in US dollars: %(value)s)", projects=part.projects, value=value)


def facts_of(document: Document, checksum: str) -> list[tuple[str, str]]:
    """How a file was made, as (what, how) pairs; `checksum` is of the same rows as CSV without a byte-order mark."""
    sums, licence = document.sums, document.licence
    state = f"{document.changed_at:%Y-%m-%d %H:%M:%S} UTC" if document.changed_at else ""
    full = amount_text(sums.total_cents) if sums.has_budget else gettext("No budget is stated")
    facts = [
        (gettext("Publisher"), document.site),
        (gettext("Run by"), document.operator),
        (gettext("Selection"), document.sentence),
        (gettext("The same list as a page"), document.page_address),
        (gettext("This file"), document.address),
        (gettext("State of the records"), state),
        (gettext("Licence"), f"{licence.name} ({licence.code})" if licence.code else licence.text),
        (gettext("Address of the licence"), licence.url),
        (gettext("Projects"), str(sums.projects)),
        (gettext("Full value in US dollars"), full),
        (gettext("Shared value in US dollars"), "" if sums.shared_cents is None else amount_text(sums.shared_cents)),
        (gettext("Projects without a budget"), str(sums.without_budget)),
        *((gettext(_PARTS[part.counts_as]), _part_text(part)) for part in sums.not_carried_out),
        (
            gettext("How we count"),
            gettext(
                "The full value counts each project once, however many states it benefits. The shared value is what "
                "the member states of the selection receive: equal parts, unless a record states others."
            ),
        ),
        (gettext("Note"), document.note),
        (gettext("SHA-256 of these rows as CSV (bom=0)"), checksum),
    ]
    return [fact for fact in facts if fact[1]]
