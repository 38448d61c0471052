"""Backup of the SQLite file: complete, checked, for its owner alone, and never left unfinished."""

import contextlib
import os
import threading

import pysqlite3
import pytest

from portal.app import create_app
from portal.cli.database import import_sample, migrate_database
from portal.config import Settings
from portal.database.orm import db
from portal.errors import BackupFailed
from portal.services.operations.backups.backup import back_up
from portal.services.operations.backups.manifest import differing_counts, read_manifest
from tests.factories import let_go


@pytest.fixture
def engine(tmp_path):
    """The engine of a portal with the sample records, open in write-ahead mode."""
    file = tmp_path / "portal.db"
    app = create_app(Settings(database_url=f"sqlite:///{file}", secret_key="0123456789abcdef" * 4))
    with app.app_context():
        migrate_database()
        import_sample()
        yield db.engine
        db.session.remove()
        let_go()


def count(file):
    connection = pysqlite3.connect(file)
    count = connection.execute("SELECT count(*) FROM project").fetchone()[0]
    connection.close()
    return count


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_copy_holds_every_record_in_one_file(engine, tmp_path):
    copy = tmp_path / "copies" / "portal.db"
    copy.parent.mkdir()
    manifest = back_up(engine, copy)
    assert (manifest.size, manifest.counts["project"]) == (copy.stat().st_size, 100)
    assert count(copy) == 100
    assert names(copy.parent) == ["portal.db", "portal.db.disabled-accounts.jsonl", "portal.db.manifest.json"]
    assert read_manifest(copy) == manifest


def test_what_is_not_committed_is_not_copied_and_stops_nothing(engine, tmp_path):
    with engine.execution_options(writes=True).connect() as writing:
        writing.exec_driver_sql("DELETE FROM project_country")
        back_up(engine, tmp_path / "copy.db")
        writing.rollback()
    connection = pysqlite3.connect(tmp_path / "copy.db")
    assert connection.execute("SELECT count(*) FROM project_country").fetchone()[0] > 0
    connection.close()


def test_a_file_that_is_there_is_never_overwritten(engine, tmp_path):
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(BackupFailed, match="already exists"):
        back_up(engine, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_copy_that_fails_leaves_nothing(engine, tmp_path):
    with pytest.raises(BackupFailed):
        back_up(engine, tmp_path / "missing" / "copy.db")
    assert not (tmp_path / "missing").exists()


def test_a_damaged_database_is_told(engine, tmp_path):
    file = tmp_path / "portal.db"
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8192] = b"\xff" * 8192
    file.write_bytes(content)
    with pytest.raises(BackupFailed, match=r"damaged|could not be copied"):
        back_up(engine, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_what_a_killed_backup_left_is_in_nobodys_way(engine, tmp_path):
    copy = tmp_path / "copies" / "portal.db"
    copy.parent.mkdir()
    left = "yesterday.db.portal.unfinished"
    for name in (left, f"{left}-journal", "portal.db.portal.unfinished"):
        (copy.parent / name).write_bytes(b"half a database" * 1_000)
    back_up(engine, copy)
    assert count(copy) == 100
    assert names(copy.parent) == ["portal.db", "portal.db.disabled-accounts.jsonl", "portal.db.manifest.json"]


def test_only_its_owner_reads_a_copy_from_its_first_byte_on(engine, tmp_path):
    seen, is_done = set(), threading.Event()

    def look():
        while not is_done.is_set():
            for path in tmp_path.glob("copy.db*"):
                with contextlib.suppress(FileNotFoundError):
                    seen.add((path.suffix, path.stat().st_mode & 0o777))

    before = os.umask(0)
    looking = threading.Thread(target=look)
    try:
        looking.start()
        back_up(engine, tmp_path / "copy.db")
    finally:
        os.umask(before)
        is_done.set()
        looking.join()
    modes = {path.stat().st_mode & 0o777 for path in tmp_path.glob("copy.db*")}
    assert modes | {mode for _, mode in seen} == {0o600}
    assert ".unfinished" in {suffix for suffix, _ in seen}


def test_tables_with_other_numbers_of_rows_are_named():
    assert differing_counts({"a": 1, "b": 2}, {"a": 1, "b": 2}) == ""
    assert differing_counts({"a": 1, "b": 2}, {"a": 3, "c": 0}) == (
        "a has 3 rows, not 1, b has no rows, not 2, c has 0 rows, not any"
    )
