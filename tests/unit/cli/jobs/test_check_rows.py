"""portal check-rows on a real file: damage that SQLite's own check does not see is found and named."""

import random
import shutil

import pysqlite3
import pytest

from tests.loops import not_empty
from tests.unit.cli.test_group import outcome

FLIPPED_BITS = 12


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A file with the sample records, none of it in a write-ahead log."""
    file = tmp_path_factory.mktemp("portal") / "portal.db"
    outcome("migrate", database=f"sqlite:///{file}", code=0)
    outcome("sample", database=f"sqlite:///{file}", code=0)
    settle(file)
    return file


@pytest.fixture
def file(original, tmp_path):
    return shutil.copy(original, tmp_path / "portal.db")


def settle(file):
    connection = pysqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def rows_of(file):
    """What the records say: each title and summary with its place in the file."""
    connection = pysqlite3.connect(file)
    rows = connection.execute("SELECT id, title, key FROM project ORDER BY id").fetchall()
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    return rows


def test_a_whole_file_passes(file):
    assert "100 records compared, 0 new" in outcome("check-rows", database=f"sqlite:///{file}", code=0)


def test_a_title_changed_in_the_file_is_named(file):
    content = file.read_bytes()
    project_id, title, key = next(row for row in rows_of(file) if content.count(row[1].encode()) == 1)
    file.write_bytes(content.replace(title.encode(), title.encode()[:-1] + b"X"))
    assert (project_id, f"{title[:-1]}X", key) in rows_of(file)
    output = outcome("check-rows", database=f"sqlite:///{file}")
    assert f"project {project_id}, " in output
    assert f"/projects/{key}" in output
    assert "its row is not what the portal stored" in output
    assert "Error: 1 record is damaged." in output
    assert "Taken as right: project" in outcome(
        "check-rows", "--accept", str(project_id), database=f"sqlite:///{file}", code=0
    )
    assert "100 records compared" in outcome("check-rows", database=f"sqlite:///{file}", code=0)


def test_flipped_bits_inside_of_records_are_all_found(file):
    """Each bit lies in the summary of another record, where no other check looks."""
    content = bytearray(file.read_bytes())
    connection = pysqlite3.connect(file)
    texts = connection.execute("SELECT id, summary FROM project WHERE length(summary) > 80 ORDER BY id").fetchall()
    connection.close()
    beginnings = [(project_id, summary[:60].encode()) for project_id, summary in texts]
    places = [(project_id, content.find(text)) for project_id, text in beginnings if content.count(text) == 1]
    chosen = random.Random(34).sample(places, FLIPPED_BITS)  # noqa: S311
    for number, (_, place) in enumerate(not_empty(chosen)):
        content[place + number] ^= 1 << (number % 7)
    file.write_bytes(content)
    output = outcome("check-rows", database=f"sqlite:///{file}")
    named = [line.split(",")[0] for line in output.splitlines() if line.startswith("project ")]
    assert named == [f"project {project_id}" for project_id in sorted(project_id for project_id, _ in chosen)]


def test_a_page_that_cannot_be_read_is_named_with_its_records(file):
    connection = pysqlite3.connect(file)
    leaf = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'project'").fetchone()[0]
    connection.close()
    content = bytearray(file.read_bytes())
    # The root of the table leads to its leaves: its last child's number is at byte 8 of the page.
    child = int.from_bytes(content[(leaf - 1) * 4096 + 8 : (leaf - 1) * 4096 + 12], "big")
    content[(child - 1) * 4096] = 0x77
    file.write_bytes(content)
    output = outcome("check-rows", database=f"sqlite:///{file}")
    assert "its row cannot be read" in output
    assert "project 100, " in output
    assert "project 1, " not in output
