"""CSV files as rows, and what is said of files that cannot be read."""

import csv
import gzip
import lzma

import pytest

from portal.errors import UnreadableFile
from portal.services.imports.readers import csv_reader


@pytest.fixture
def read(tmp_path):
    """read(bytes) is the rows of a file with this content."""

    def read(content):
        path = tmp_path / "in.csv"
        path.write_bytes(content)
        with csv_reader.open_lines(path) as lines:
            return list(lines.rows)

    return read


@pytest.fixture
def refusal(read):
    """refusal(bytes) is what is said of a file that cannot be read."""

    def refusal(content):
        with pytest.raises(UnreadableFile) as caught:
            read(content)
        return str(caught.value)

    return refusal


TEXT = b'a,b\r\n1,"two\r\nlines"\r\n,\r\n'
ROWS = [(1, ["a", "b"]), (2, ["1", "two\r\nlines"]), (3, ["", ""])]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress, lambda text: b"\xef\xbb\xbf" + text])
def test_rows_are_numbered_from_one(read, pack):
    assert read(pack(TEXT)) == ROWS


def test_the_limit_of_a_cell_holds_only_while_a_file_is_read(read):
    before = csv.field_size_limit()
    assert read(b"x" * csv_reader.MAX_CELL_LENGTH) == [(1, ["x" * csv_reader.MAX_CELL_LENGTH])]
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"a\n" + b"x" * (csv_reader.MAX_CELL_LENGTH + 1),
            "row 2 (line 2): a cell is longer than 131,072 characters; look for a quotation mark that is not closed.",
        ),
        (b'a\n"two\nlines"\n"b', "row 3 (line 4): a quotation mark is opened and never closed; close it."),
        (
            b'a\n"b"c',
            "row 2 (line 2): text follows a closing quotation mark; write quotation marks inside a cell twice.",
        ),
        (b"a\nb\0", "line 2 holds a NUL byte, as UTF-16 and binary files do; save it as CSV UTF-8."),
        (b"a\n" + b"x," * 2_000_000, "line 2 is longer than 4,000,000 characters; shorten its cells."),
        (
            gzip.compress(TEXT, mtime=0)[:-9],
            "the compressed file is cut off or damaged after line 4; compress it again.",
        ),
    ],
)
def test_the_place_and_the_cure_are_said(refusal, content, said):
    assert refusal(content) == f"in.csv: {said}"


@pytest.mark.parametrize(
    ("before", "line"),
    [
        (b"", 1),
        (b"a\nb\n", 3),
        (b"a\r\nb\r\n", 3),
        (b"a\rb\r", 3),
        # The pair of return and newline lies across two chunks of a mebibyte.
        (b"x" * ((1 << 20) - 1) + b"\r\nb\n", 3),
        (b"x" * ((1 << 20) - 1) + b"\rb\n", 3),
        (b"x\n" * (1 << 20), (1 << 20) + 1),
    ],
)
def test_the_line_that_is_not_utf_8_is_named(refusal, before, line):
    assert refusal(before + b"\xe9\n") == f"in.csv: line {line} is not UTF-8 text; save the file as CSV UTF-8."


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
def test_the_separator_is_found_by_the_columns_of_the_header(tmp_path, mark, name):
    path = tmp_path / "in.csv"
    path.write_text(f'project_id{mark}"title"\n1{mark}"a, b"\n', encoding="utf-8")
    with csv_reader.open_lines(path) as lines:
        assert list(lines.rows) == [(1, ["project_id", "title"]), (2, ["1", "a, b"])]
    assert lines.notes == (f"The cells are separated by {name}",)


def test_a_line_that_states_the_separator_is_followed(read):
    assert read(b"sep=;\r\nproject_id;title\r\n1;a\r\n") == [(2, ["project_id", "title"]), (3, ["1", "a"])]


def test_a_table_of_other_columns_has_commas(read):
    assert read(b"a;b,c\n") == [(1, ["a;b", "c"])]
