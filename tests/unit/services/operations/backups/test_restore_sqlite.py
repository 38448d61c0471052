"""Restoring an SQLite file: whatever is wrong with the live one, and never with a log of another file beside it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pysqlite3
import pytest

from portal.app import create_app
from portal.cli.database import migrate_database
from portal.config import ROOT, Settings
from portal.database.orm import db
from portal.services.accounts import administration
from portal.services.operations.backups.backup import back_up
from portal.services.operations.backups.manifest import manifest_path
from tests.factories import let_go, make_account
from tests.requirements import lacks
from tests.unit.cli.test_group import one_line, outcome
from tests.waiting import eventually

HOLD = "import sys, pathlib; held = pathlib.Path(sys.argv[1]).open('rb'); print('held', flush=True); sys.stdin.read()"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a backup of a portal with one account, which was disabled afterwards; nothing has it open."""
    folder = tmp_path_factory.mktemp("made")
    app = create_app(Settings(database_url=f"sqlite:///{folder}/portal.db", secret_key="0123456789abcdef" * 4))
    with app.app_context():
        migrate_database()
        ann = make_account(db.session(), "Ann")
        back_up(db.engine, folder / "copy.backup")
        administration.disable(db.session(), ann, by=None)
        db.session.commit()
        db.session.remove()
        let_go()
    return folder


@pytest.fixture
def original(made, tmp_path):
    """A backup, the live file and its address; in the live file the one account is disabled."""
    for path in made.iterdir():
        shutil.copy(path, tmp_path)
    assert not (tmp_path / "portal.db-wal").exists()
    return tmp_path / "copy.backup", tmp_path / "portal.db", f"sqlite:///{tmp_path}/portal.db"


def is_sound(file):
    connection = pysqlite3.connect(file)
    found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    connection.close()
    return (found, mode) == ("ok", "wal")


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 20_000, b"Dear colleagues,\n" * 3_000], ids=["empty", "zeros", "text"]
)
def test_a_live_file_that_cannot_be_opened_is_moved_aside_with_its_log(original, content):
    backup, live, address = original
    live.write_bytes(content)
    log = live.with_name("portal.db-wal")
    log.write_bytes(b"of another file" * 1_000)
    output = outcome("restore", str(backup), database=address, code=0)
    assert "Disabled again: ann@example.org." in output
    assert is_sound(live)
    assert not log.exists()
    assert [path.read_bytes() for path in live.parent.glob("portal.db.replaced-*Z-wal")] == [b"of another file" * 1_000]
    assert "disabled" in outcome("account", "list", database=address, code=0)


def test_a_live_file_with_damaged_pages_is_replaced(original):
    backup, live, address = original
    content = bytearray(live.read_bytes())
    content[8192 : len(content) // 2] = os.urandom(len(content) // 2 - 8192)
    live.write_bytes(content)
    assert "Restored." in outcome("restore", str(backup), database=address, code=0)
    assert is_sound(live)


def test_a_file_that_a_process_has_open_is_not_moved_from_under_it(original):
    backup, live, address = original
    live.write_bytes(b"not a database" * 1_000)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, live], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        line = one_line(outcome("restore", str(backup), database=address))
        holder.stdin.close()
    assert f"processes {holder.pid} still have it open" in line
    assert live.read_bytes() == b"not a database" * 1_000


def test_what_a_killed_restore_left_is_removed_by_the_next(original):
    backup, live, address = original
    left = live.with_name("portal.db.restored.portal.unfinished")
    left.write_bytes(b"half")
    outcome("restore", str(backup), database=address, code=0)
    assert not left.exists()
    assert not [path for path in live.parent.iterdir() if "unfinished" in path.name]


def test_what_a_killed_trial_left_is_removed_by_the_next(original, tmp_path, monkeypatch):
    backup, _, address = original
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    command = [sys.executable, "-c", "from portal.app import command_line; command_line()", "restore", str(backup)]
    environ = {**os.environ, "DATABASE_URL": address, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([*command, "--verify"], env=environ, stdout=subprocess.DEVNULL) as running:
        left = eventually(lambda: list(tmp_path.glob("portal-verify-*/*.unfinished")), "a copy")
        running.kill()
    assert left[0].exists()
    outcome("restore", str(backup), "--verify", database=address, code=0)
    assert [path for path in tmp_path.rglob("*") if "unfinished" in path.name] == []


def test_a_restore_killed_at_any_moment_leaves_the_one_state_or_the_other(original):
    backup, live, address = original
    environ = {**os.environ, "DATABASE_URL": address, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", "from portal.app import command_line; command_line()", "restore", str(backup)]
    for delay in (1.0, 1.6):
        with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            try:
                running.wait(delay)
            except subprocess.TimeoutExpired:
                running.kill()
        assert is_sound(live)
        # Whichever state it is, Ann is disabled in it.
        assert "disabled" in outcome("account", "list", database=address, code=0)
    assert "Restored." in outcome("restore", str(backup), database=address, code=0)


def test_a_copy_made_by_hand_with_its_log_beside_it_is_refused(original, tmp_path):
    backup, _, address = original
    manifest_path(backup).unlink()
    Path(f"{backup}-wal").write_bytes(b"of another file")
    line = one_line(outcome("restore", str(backup), database=address))
    assert "is not a finished copy" in line
    assert f"DATABASE_URL=sqlite:///{backup} portal backup FILE" in line


def test_the_live_file_and_a_dump_of_postgresql_are_refused(original, tmp_path):
    backup, live, address = original
    assert "is the live database itself" in one_line(outcome("restore", str(live), database=address))
    (tmp_path / "dump").write_bytes(b"PGDMP" + b"\0" * 100)
    assert "is a dump of PostgreSQL" in one_line(outcome("restore", str(tmp_path / "dump"), database=address))
    elsewhere = "postgresql://portal@127.0.0.1:1/portal"
    assert "is an SQLite database, but" in one_line(outcome("restore", str(backup), database=elsewhere))


def test_too_little_room_is_said_before_anything_is_written(original, tmp_path):
    backup, live, _ = original
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "portal-test", disk]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        lacks("no small disk can be made", "run as root, where mount is allowed")
    try:
        shutil.copy(live, disk / "portal.db")
        line = one_line(outcome("restore", str(backup), database=f"sqlite:///{disk}/portal.db"))
        assert f"There is no room in {disk}" in line
        assert [path.name for path in disk.iterdir()] == ["portal.db"]
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_damaged_manifest_is_said(original):
    backup, _, address = original
    manifest_path(backup).write_text("{")
    assert "manifest.json is damaged" in one_line(outcome("restore", str(backup), "--verify", database=address))


def test_a_locked_file_is_waited_for_and_left_as_it_is(original, monkeypatch):
    backup, live, address = original
    monkeypatch.setattr("portal.services.operations.backups.sqlite_target._BUSY_SECONDS", 0.3)
    writer = pysqlite3.connect(live, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert "was locked for 0.3 seconds" in one_line(outcome("restore", str(backup), database=address))
    writer.execute("ROLLBACK")
    writer.close()
    assert "Restored." in outcome("restore", str(backup), database=address, code=0)
