"""What is known of a file before its first row is stored."""

import pytest

from portal.services.imports.header import KNOWN_COLUMNS, REQUIRED_COLUMNS
from portal.services.imports.prescan import prescan


@pytest.fixture
def scan(tmp_path):
    """scan(columns, rows…) is the result for a CSV file."""

    def run(columns, *rows):
        path = tmp_path / "in.csv"
        lines = [",".join(columns), *(",".join(row.get(name, "") for name in columns) for row in rows)]
        path.write_text("\n".join(lines), encoding="utf-8")
        return prescan(path)

    return run


def test_rows_and_columns_are_counted(scan):
    found = scan(KNOWN_COLUMNS, {"title": "One"}, {"title": "Two"})
    assert (found.rows, found.columns) == (2, KNOWN_COLUMNS)


def test_values_of_several_rows_are_known_in_any_case(scan):
    shared = scan(
        KNOWN_COLUMNS, {"title": "One", "key": "K"}, {"title": " ONE ", "key": "k"}, {"title": "Two"}
    ).shared_values
    assert [shared.has("title", text) for text in ("one", "Two")] == [True, False]
    assert shared.has("key", "K")


def test_every_key_of_a_file_is_known(scan):
    shared = scan(
        KNOWN_COLUMNS, {"title": "One", "key": "n-2"}, {"title": "Two", "key": "N-1"}, {"title": "Three"}
    ).shared_values
    assert [shared.has_key(text) for text in ("N-2", "n-1", "n-3", "")] == [True, True, False, False]


def test_a_file_without_keys_knows_none(scan):
    assert not scan(REQUIRED_COLUMNS, {"title": "One"}).shared_values.has_key("n-1")
