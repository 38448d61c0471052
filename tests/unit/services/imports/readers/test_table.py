"""The rows of a file by field, whatever its format."""

import pytest
from openpyxl import Workbook

from portal.errors import UnreadableFile
from portal.services.imports.header import REQUIRED_COLUMNS
from portal.services.imports.readers.table import is_total_row, open_table

HEADER = ",".join(REQUIRED_COLUMNS)


@pytest.fixture
def read(tmp_path):
    """read(text) is the rows of a file with this header and text."""

    def read(text):
        path = tmp_path / "in.csv"
        path.write_bytes(text if isinstance(text, bytes) else f"{HEADER}\n{text}".encode())
        with open_table(path) as table:
            return table.columns, list(table.rows)

    return read


def test_rows_have_their_values_by_field(read):
    columns, rows = read("XX.1,A title" + "," * 10 + "\n")
    assert columns == REQUIRED_COLUMNS
    assert [(row.number, row.values["number"], row.values["title"], row.issue) for row in rows] == [
        (2, "XX.1", "A title", None)
    ]


def test_empty_rows_are_passed_over_and_counted(read):
    _, rows = read("\n" + "," * 11 + "\n , ,\n,A title" + "," * 10 + "\n")
    assert [row.number for row in rows] == [5]


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        (
            "XX.1,A title" + "," * 10 + ",x",
            "refused row 2: The row has 13 cells, the header 12. Check the commas and quotation marks of this row.",
        ),
        ("Total" + "," * 6 + "64240" + "," * 5, "refused row 2: The row is a total, not a project. Delete the row."),
        ("," * 6 + "64240" + "," * 5, "refused row 2: The row is a total, not a project. Delete the row."),
        (
            "XX.1,#REF!" + "," * 10,
            "refused row 2, title “#REF!”: The cell contains a spreadsheet error. "
            "Correct the formula or type the value.",
        ),
        (
            "#N/A,#REF!" + "," * 10,
            "refused row 2, project_id “#N/A”: The cell contains a spreadsheet error. "
            "Correct the formula or type the value.",
        ),
    ],
)
def test_a_row_that_cannot_be_used_says_why(read, text, issue):
    _, (row,) = read(text)
    assert str(row.issue) == issue


TAGS = ",".join(["#activity+code", " #activity+name +en ", *["#x"] * 9, ""])


def test_the_row_of_hashtags_after_the_header_is_passed_over_and_counted(read):
    _, rows = read(f"{TAGS}\nXX.1,A title" + "," * 10 + "\n")
    assert [(row.number, row.values["title"]) for row in rows] == [(3, "A title")]


@pytest.mark.parametrize(
    "row", ["," + "#migration" + "," * 10, "#1,#2" + "," * 10, "XX.1," + TAGS.partition(",")[2], "#a+,#b" + "," * 10]
)
def test_a_row_that_is_not_all_hashtags_is_a_project(read, row):
    _, rows = read(f"{row}\n")
    assert len(rows) == 1


def test_only_the_first_row_may_be_hashtags(read):
    _, rows = read("XX.1,A title" + "," * 10 + f"\n{TAGS}\n")
    assert [row.number for row in rows] == [2, 3]


def test_a_file_with_hashtags_alone_has_no_rows(read):
    with pytest.raises(UnreadableFile, match="no rows; the file holds only a header"):
        read(f"{TAGS}\n")


def test_columns_that_only_exports_have_are_passed_over(read):
    header = ",".join([*REQUIRED_COLUMNS, "Theme", "theme_code", "address", "licence", "sample", "last_changed"])
    _, (row,) = read(f"{header}\nXX.1,A title{',' * 10},Borders,x,y,z,sample,now\n".encode())
    assert (row.values["number"], row.issue) == ("XX.1", None)


@pytest.mark.parametrize(
    ("cell", "text"),
    [("'=1+1", "=1+1"), ("''=1", "'=1"), ("'quoted", "'quoted"), ("'", "'"), ("' -x", " -x"), ("'-5", "-5")],
)
def test_an_apostrophe_before_a_formula_is_removed_in_csv(read, cell, text):
    _, (row,) = read(f"XX.1,{cell}{',' * 10}\n")
    assert row.values["title"] == text


@pytest.mark.parametrize("text", ["'=1+1", "''=1"])
def test_a_cell_of_a_workbook_has_no_apostrophe_to_remove(tmp_path, text):
    book = Workbook()
    book.active.append(list(REQUIRED_COLUMNS))
    book.active.append(["XX.1", text])
    book.save(tmp_path / "in.xlsx")
    with open_table(tmp_path / "in.xlsx") as table:
        (row,) = table.rows
    assert row.values["title"] == text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no rows; the file is empty."),
        (b"\n\n", "no rows; the file is empty."),
        (HEADER.encode() + b"\n\n", "no rows; the file holds only a header."),
        (b"%PDF-1.7", "this is a PDF document; save it as CSV (UTF-8) or as .xlsx."),
        (b"\xff\xfea\0", "this is text in UTF-16; save it as CSV (UTF-8) or as .xlsx."),
    ],
)
def test_a_file_without_rows_says_so(read, content, said):
    with pytest.raises(UnreadableFile) as caught:
        read(content)
    assert str(caught.value) == f"in.csv: {said}"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UnreadableFile) as caught, open_table(tmp_path / "in.csv"):
        pass
    assert str(caught.value) == ("in.csv: cannot be opened (No such file or directory); check the path and its rights.")


@pytest.mark.parametrize(
    ("values", "is_total"),
    [
        ({"budget": "64240"}, True),
        ({"budget": "64240", "title": "Total:"}, True),
        ({"budget": "64240", "title": "A title"}, False),
        ({"budget": " "}, False),
        ({"number": "SUM"}, True),
        ({"budget": "64240", "summary": "Text."}, False),
    ],
)
def test_a_total_is_known_in_a_file_without_ids_too(values, is_total):
    assert is_total_row(values) is is_total
