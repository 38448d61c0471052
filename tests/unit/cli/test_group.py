"""Errors on the command line: each is one clear line, and nothing is damaged."""

import os
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.app import command_line
from portal.cli.database import SAMPLE_FILE

COMMANDS = [
    ["index", "check"],
    ["index", "rebuild"],
    ["account", "list"],
    ["account", "first"],
    ["publish-due"],
    ["cleanup"],
    ["demo"],
    ["sample"],
    ["sample", "--remove"],
    ["import", str(SAMPLE_FILE)],
]


def outcome(*words, database, code=1, **environ):
    """Run a command on the database at this URL and return its output; it must exit with `code` and no traceback."""
    result = CliRunner().invoke(command_line, words, env={"DATABASE_URL": database, **environ})
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


@pytest.fixture
def database(tmp_path):
    """The URL of a migrated, empty database."""
    address = f"sqlite:///{tmp_path}/portal.db"
    outcome("migrate", database=address, code=0)
    return address


@pytest.fixture
def table(tmp_path):
    """A file that can be imported."""
    path = tmp_path / "in.csv"
    path.write_bytes(SAMPLE_FILE.read_bytes())
    return path


def one_line(output):
    (line,) = output.strip().splitlines()
    assert line.startswith("Error: ")
    return line


@pytest.mark.parametrize("words", [*COMMANDS, ["backup", "copy.db"]], ids=" ".join)
def test_without_a_database_each_command_says_so_and_makes_none(tmp_path, words):
    path = tmp_path / "portal.db"
    assert "run portal migrate" in one_line(outcome(*words, database=f"sqlite:///{path}")).lower()
    assert not path.exists()


@pytest.mark.parametrize("words", [*COMMANDS, ["backup", "copy.db"]], ids=" ".join)
def test_a_database_that_is_not_migrated_is_said(tmp_path, words):
    (tmp_path / "portal.db").touch()
    assert "run portal migrate" in one_line(outcome(*words, database=f"sqlite:///{tmp_path}/portal.db")).lower()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_database_in_a_folder_that_is_not_there_is_said(tmp_path, words):
    output = outcome(*words, database=f"sqlite:///{tmp_path}/nowhere/portal.db")
    assert f"There is no database at {tmp_path}/nowhere/portal.db" in one_line(output)


@pytest.mark.parametrize("words", [["migrate"], *COMMANDS], ids=" ".join)
def test_a_file_that_is_no_database_is_said_and_left_alone(tmp_path, words):
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleagues,\n" * 300)
    assert "not a database of the portal" in one_line(outcome(*words, database=f"sqlite:///{path}"))
    assert path.read_text() == "Dear colleagues,\n" * 300


@pytest.mark.parametrize("words", [["migrate"], *COMMANDS], ids=" ".join)
def test_a_server_that_does_not_answer_is_said(words):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"postgresql://portal:secret@127.0.0.1:{taken.getsockname()[1]}/portal"
        line = one_line(outcome(*words, database=address))
    assert "did not answer" in line
    assert "secret" not in line


def test_migrate_into_a_place_that_is_a_file_is_said(tmp_path):
    (tmp_path / "file").touch()
    assert f"{tmp_path}/file" in one_line(outcome("migrate", database=f"sqlite:///{tmp_path}/file/portal.db"))


@pytest.mark.parametrize("words", [["import", "\udcff.csv"], ["import", str(SAMPLE_FILE), "--id-prefix", "\udcff"]])
def test_a_word_that_is_no_text_is_said(database, words):
    assert "is not UTF-8 text" in one_line(outcome(*words, database=database))


def test_a_fault_of_the_program_keeps_its_traceback(database, monkeypatch):
    monkeypatch.delattr("portal.cli.jobs.cleanup.cleanup.delete_expired")
    result = CliRunner().invoke(command_line, ["cleanup"], env={"DATABASE_URL": database})
    assert isinstance(result.exception, AttributeError)


def spellings(path):
    """Paths to one file: its own, a longer one, a symbolic link and a hard link."""
    soft, hard = path.with_name("soft.csv"), path.with_name("hard.csv")
    soft.symlink_to(path)
    os.link(path, hard)
    return [path, path.parent / ".." / path.parent.name / path.name, soft, hard]


@pytest.mark.parametrize("which", range(4))
def test_a_report_never_takes_the_place_of_the_file(database, table, which):
    before = table.read_bytes()
    line = one_line(outcome("import", str(table), "--report", str(spellings(table)[which]), database=database))
    assert "is the file to be imported itself" in line
    assert table.read_bytes() == before


def test_a_report_never_takes_the_place_of_the_database(database, table, tmp_path):
    line = one_line(outcome("import", str(table), "--report", f"{tmp_path}/portal.db", database=database))
    assert "is the database itself" in line
    assert "100 added" in outcome("sample", database=database, code=0)


@pytest.mark.parametrize("place", ["", "nowhere/report.csv", "in.csv/report.csv"])
def test_a_report_that_cannot_be_written_is_said_before_anything_is_read(database, table, tmp_path, place):
    line = one_line(outcome("import", str(table), "--report", str(tmp_path / place), database=database))
    assert "cannot be written" in line
    assert "100 added" in outcome("import", str(table), database=database, code=0)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_said(database, table):
    table.write_bytes(table.read_bytes().replace(b",2008,2009,", b",2008,soon,", 1))
    assert "disk is full" in one_line(outcome("import", str(table), "--report", "/dev/full", database=database))


def test_a_report_is_written_where_it_can_be(database, table, tmp_path):
    outcome("import", str(table), "--report", f"{tmp_path}/report.csv", database=database, code=0)
    assert Path(tmp_path / "report.csv").read_text(encoding="utf-8-sig").startswith("row,project_id,title,column")
