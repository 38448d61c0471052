"""Workbooks as rows of text, and workbooks that are not opened."""

import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from portal.errors import UnreadableFile
from portal.services.imports.readers import xlsx_reader


@pytest.fixture
def read(tmp_path):
    """read(rows) is what is read of a workbook whose first sheet has these rows."""

    def read(*rows):
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.create_sheet("Other").append(["no"])
        book.save(tmp_path / "in.xlsx")
        with xlsx_reader.open_lines(tmp_path / "in.xlsx") as lines:
            return list(lines.rows)

    return read


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("Text", "Text"),
        (2008, "2008"),
        (2008.0, "2008"),
        (64240.5, "64240.5"),
        (0.1 + 0.2, "0.3"),
        (True, "TRUE"),
        (False, "FALSE"),
        (date(2008, 5, 31), "2008-05-31"),
        (datetime(2008, 5, 31), "2008-05-31"),  # noqa: DTZ001 # a spreadsheet has no time zones
        (datetime(2008, 5, 31, 12, 30), "2008-05-31 12:30:00"),  # noqa: DTZ001
    ],
)
def test_a_cell_is_what_a_csv_export_would_hold(read, value, text):
    assert read(["a", "b"], [value, "x"]) == [(1, ["a", "b"]), (2, [text, "x"])]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("_x005F_x0041_", "_x0041_"),
        ("a_x005f_x000D_b", "a_x000D_b"),
        ("_x005F_", "_x005F_"),
        ("a_x000D_\nb", "a\r\nb"),
        ("a_x0009_b_x0041_", "a\tb_x0041_"),
        ("x005F_x0041_", "x005F_x0041_"),
    ],
)
def test_escapes_are_read_as_programs_write_them(read, written, text):
    # openpyxl writes what it is given as it is, so this is what other programs write.
    assert read(["a"], [written])[1] == (2, [text])


def test_a_row_is_as_wide_as_the_header(read):
    assert read(["a", "b", None], [1], [1, 2, 3]) == [(1, ["a", "b"]), (2, ["1", ""]), (3, ["1", "2", "3"])]


@pytest.mark.parametrize(("place", "letters"), [(1, "B"), (25, "Z"), (26, "AA"), (53, "BB")])
def test_a_merged_cell_counts_in_rows_that_end_before_it(tmp_path, place, letters):
    before = ["x"] * place
    book = Workbook()
    for row in ([*before, "merged"], ["1"], ["2"], ["3"]):
        book.active.append(row)
    book.active.cell(2, place + 1, "both")
    # Not merge_cells(), which makes the rows as long as the range.
    book.active.merged_cells.add(f"{letters}2:{letters}3")
    book.save(tmp_path / "in.xlsx")
    with xlsx_reader.open_lines(tmp_path / "in.xlsx") as lines:
        assert [cells[place] for _, cells in lines.rows] == ["merged", "both", "both", ""]
        assert lines.notes == (f"The value of merged cells was read in each of their rows: {letters}2:{letters}3",)


@pytest.fixture
def refusal(tmp_path):
    """refusal({name: bytes}) is what is said of an archive with these parts."""

    def refusal(parts, **options):
        path = tmp_path / "in.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        with pytest.raises(UnreadableFile) as caught, xlsx_reader.open_lines(path):
            pass
        return str(caught.value).removeprefix("in.xlsx: ")

    return refusal


BOOK = {"xl/workbook.xml": b"<x/>"}
NO_TABLE = "the parts inside the workbook are not those of a table; save it as CSV."


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"a.txt": b""}, "this is a ZIP archive, not an .xlsx workbook; save it as CSV or .xlsx."),
        ({"xl/workbook.bin": b""}, "this is an .xlsb workbook, not an .xlsx workbook; save it as CSV or .xlsx."),
        (
            {"mimetype": b"", "content.xml": b""},
            "this is an OpenDocument file (.ods), not an .xlsx workbook; save it as CSV or .xlsx.",
        ),
        ({"content.xml": b""}, "this is a ZIP archive, not an .xlsx workbook; save it as CSV or .xlsx."),
        (
            {"word/document.xml": b""},
            "this is a document of another office program, not an .xlsx workbook; save it as CSV or .xlsx.",
        ),
        (
            BOOK | {"xl/vbaProject.bin": b""},
            "it holds macros; save the table alone as a plain .xlsx or as CSV.",
        ),
        (
            BOOK | {"xl/externalLinks/1.xml": b""},
            "it links to other workbooks; save the table alone as a plain .xlsx or as CSV.",
        ),
        (BOOK | {"/etc/passwd": b""}, NO_TABLE),
        (BOOK | {"xl/../../x": b""}, NO_TABLE),
        (BOOK | {"C:x": b""}, NO_TABLE),
        (BOOK | {"XL/workbook.xml": b""}, NO_TABLE),
        (BOOK | {f"{number}.xml": b"" for number in range(100)}, NO_TABLE),
        (
            BOOK | {"xl/media": b"\0" * 1_500_000},
            "the workbook unpacks to 1,500,004 bytes, more than is safe to read; save it as CSV.",
        ),
        (
            BOOK,
            "the workbook is damaged; open it in a spreadsheet and save it again, or save it as CSV.",
        ),
        (
            BOOK | {f"{number}.xml": b"" for number in range(99)} | {"xl/small": b"\0" * 900_000},
            NO_TABLE,
        ),
        (
            BOOK | {"xl/small": b"\0" * 900_000},
            "the workbook is damaged; open it in a spreadsheet and save it again, or save it as CSV.",
        ),
    ],
)
def test_what_is_no_plain_workbook_is_not_opened(refusal, parts, said):
    assert refusal(parts) == said
