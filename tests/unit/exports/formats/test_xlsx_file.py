"""Excel workbooks, read back by two libraries."""

import csv
import hashlib
import io
from contextlib import closing
from datetime import date, datetime

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from portal.exports.columns import COLUMNS
from portal.exports.workbook import cells
from tests.factories import import_records
from tests.loops import not_empty

# Two records that together leave no column empty.
FULL = {
    "project_id": "LM.0901", "title": "Tout", "start_date": "2008-05-31", "end_date": "2009-06-30",
    "status": "Completed", "project_type": "Labour Migration", "budget_usd": "64240.50", "coverage": "Regional",
    "year": "2008", "region": "Africa", "benefiting_member_states": "Ghana; Togo", "country_shares": "70; 30",
    "summary": "Un.\n\nDeux.", "source_url": "https://example.org/a?b=1&c=2", "prima_id": "GH10P0532",
    "other_countries": "Algeria; Tunisia", "language": "fr", "title_language": "fr", "funding_line": "Line 2",
    "sdg": "8; 8.8", "gcm": "6; 23", "title_en": "Everything", "summary_en": "One.\n\nTwo.", "title_es": "Todo",
    "summary_es": "Uno.", "machine_translations": "title_es", "outdated_translations": "summary_en",
}  # fmt: skip
TRANSLATED = {
    "title": "Other", "title_language": "en", "summary": "A text.", "language": "en", "title_fr": "Autre",
    "summary_fr": "Un texte.",
}  # fmt: skip


def cell(sheet, title, row_of):
    """The cell of the column with this title, in the row of the project with this ID or title."""
    header = [cell.value for cell in sheet[1]]
    row = next(row for row in sheet.iter_rows(min_row=2) if row_of in (row[0].value, row[1].value))
    return row[header.index(title)]


def test_the_sheets_are_data_guide_and_facts(workbook):
    book, _ = workbook("/projects.xlsx")
    assert book.sheetnames == ["Projects", "Columns", "How this was made"]
    assert (book["Projects"].freeze_panes, book["Projects"].auto_filter.ref) == ("A2", "A1:AP10")


def test_a_reader_of_rows_finds_all_of_them(workbook):
    _, path = workbook("/projects.xlsx")
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        assert len(list(book["Projects"].iter_rows())) == 10


def test_numbers_are_numbers_and_years_stay_years(workbook):
    sheet = workbook("/projects.xlsx")[0]["Projects"]
    budget = cell(sheet, "Budget in US dollars", "PO.0103")
    assert (budget.value, budget.number_format) == (99999.5, "#,##0.00")
    assert cell(sheet, "Start date", "PO.0103").value == 2019
    assert cell(sheet, "Start date", "LM.0201").value == "2008-05"
    assert cell(sheet, "End date", "LM.0201").value == datetime(2009, 6, 30)  # noqa: DTZ001 # a day has no zone
    assert cell(sheet, "Budget in US dollars", "MA.0105").value is None


def test_text_is_never_a_formula(workbook):
    title = cell(workbook("/projects.xlsx")[0]["Projects"], "Title", "LM.0201")
    assert (title.value, title.data_type) == ("=1+1 is not a formula", "s")


def test_text_that_looks_like_an_escape_is_escaped():
    assert "_x005F_x0041_ &lt;b&gt;" in cells.text_cell("_x0041_ <b>\x07", "A1")


def test_addresses_are_links(workbook):
    address = cell(workbook("/projects.xlsx")[0]["Projects"], "Address", "LM.0101")
    assert address.value == address.hyperlink.target == "http://127.0.0.1:8000/projects/LM.0101"
    source = cell(workbook("/projects.xlsx")[0]["Projects"], "Source page", "IB.0102")
    assert source.hyperlink.target == "https://example.org/border?a=1&b=2"


def plain(rows):
    """The values of cells; one library reads a day as a moment, and nothing as None."""
    return [
        ["" if cell is None else cell.date() if isinstance(cell, datetime) else cell for cell in row] for row in rows
    ]


def test_both_libraries_read_the_same_cells(session, workbook):
    import_records(session, [FULL, TRANSLATED], is_sample=True)
    book, path = workbook("/projects.xlsx?hxl=1&" + "&".join(f"columns={column.name}" for column in COLUMNS))
    by_calamine = CalamineWorkbook.from_path(path)
    for name in not_empty(book.sheetnames):
        rows = plain(book[name].iter_rows(values_only=True))
        assert rows == plain(by_calamine.get_sheet_by_name(name).to_python()), name
    rows = plain(book["Projects"].iter_rows(values_only=True))
    assert len(rows) == 13
    # No column is compared by empty cells alone.
    assert [head for head, _, *cells in zip(*rows, strict=True) if not any(cells)] == []
    full = dict(zip(rows[0], next(row for row in rows if row[0] == FULL["project_id"]), strict=True))
    assert (full["End date"], full["Sustainable Development Goals"]) == (date(2009, 6, 30), "8; 8.8")


def test_the_workbook_says_how_it_was_made(workbook, file):
    book, _ = workbook("/projects.xlsx?country=KEN")
    facts = dict(book["How this was made"].iter_rows(values_only=True))
    assert (
        facts["Selection"]
        == "Projects benefiting Kenya: 3 projects, USD 1.7 million full value, USD 339,825 shared value"
    )
    assert facts["This file"] == "http://127.0.0.1:8000/projects.xlsx?country=KEN"
    assert facts["Licence"] == "No licence stated"
    rows = file("/projects.csv?country=KEN&bom=0").data
    assert facts["SHA-256 of these rows as CSV (bom=0)"] == hashlib.sha256(rows).hexdigest()


def test_the_guide_explains_the_columns_of_the_file(workbook):
    guide = list(workbook("/projects.xlsx?columns=year&columns=title")[0]["Columns"].iter_rows(values_only=True))
    assert [row[1] for row in guide] == ["Key", "year", "title"]


def test_the_same_state_gives_the_same_bytes(file):
    assert file("/projects.xlsx").data == file("/projects.xlsx").data


def test_hashtags_are_a_second_header_row(workbook):
    sheet = workbook("/projects.xlsx?hxl=1&columns=project_id&columns=title")[0]["Projects"]
    assert [cell.value for cell in sheet[2]] == ["#activity+code", "#activity+name"]
    assert sheet.freeze_panes == "A3"


def test_a_selection_of_nothing_is_a_valid_workbook(workbook):
    sheet = workbook("/projects.xlsx?q=nothingofthekind")[0]["Projects"]
    assert sheet.max_row == 1


def test_more_links_than_excel_takes_are_left_as_text(monkeypatch, workbook):
    monkeypatch.setattr("portal.exports.formats.xlsx_file.MAX_LINKS", 3)
    sheet = workbook("/projects.xlsx?columns=address")[0]["Projects"]
    assert sum(row[0].hyperlink is not None for row in sheet.iter_rows(min_row=2)) == 3


def test_rows_are_those_of_the_csv_file(workbook, file):
    """LibreOffice and Excel show the same texts, so a reader compares what both files state."""
    columns = "columns=key&columns=title&columns=benefiting_member_states&columns=language"
    sheet = workbook(f"/projects.xlsx?{columns}")[0]["Projects"]
    in_csv = list(csv.reader(io.StringIO(file(f"/projects.csv?bom=0&{columns}").text, newline="")))
    in_xlsx = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert len(in_csv) == 10
    assert [[text.removeprefix("'") for text in row] for row in in_csv] == in_xlsx


@pytest.mark.parametrize(("number", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_letters(number, letters):
    assert cells.column_letters(number) == letters
