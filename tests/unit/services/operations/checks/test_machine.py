"""Checks of clock, disk, files, backups, timers and versions: each goes wrong once."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from portal.database.orm import now
from portal.database.transactions import transaction
from portal.models import AuditEvent, ClockMark, JobRun
from portal.services.accounts import clock as clocks
from portal.services.operations.checks.machine import (
    backups,
    clock,
    disk,
    permissions,
    system_clock,
    timers,
    versions,
)  # fmt: skip
from tests.loops import not_empty


def test_a_clock_that_agrees_is_good(session, said):
    session.add(ClockMark(id=1, latest_at=now()))
    assert said(clock.check) == [("ok", "The clock agrees with the database and the latest recorded time.")]


def test_a_clock_behind_the_latest_time_is_a_problem_until_it_is_settled(session, said):
    session.add(ClockMark(id=1, latest_at=now() + timedelta(hours=2)))
    session.commit()
    ((state, text),) = said(clock.check)
    assert (state, "it was set back, or was ahead" in text) == ("problem", True)
    with transaction(session()):
        clocks.settle(session())
    (good, settled) = said(clock.check)
    assert good[0] == "ok"
    assert (settled[0], "everybody was signed out" in settled[1]) == ("warning", True)


def test_an_event_of_the_future_is_a_problem(session, said):
    session.add(
        AuditEvent(at=now() + timedelta(days=3), actor="x", verb="x", subject_kind="address", subject_id="x")
    )  # fmt: skip
    session.commit()
    ((state, text),) = said(clock.check)
    assert (state, "it was set back, or was ahead" in text) == ("problem", True)


@pytest.mark.parametrize(
    ("script", "state"),
    [("echo yes", "ok"), ("echo no", "warning"), ("echo broken >&2; exit 1", "ok"), ("", "ok")],
)
def test_a_clock_that_nobody_keeps_right_is_said(script, state, said, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    if script:
        program = tmp_path / "timedatectl"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    ((found, text),) = said(system_clock.check)
    assert found == state
    assert ("timedatectl set-ntp true" in text) == (state == "warning")


def test_little_space_is_said_before_there_is_none(surroundings):
    free = shutil.disk_usage(Path.cwd()).free
    states = {
        least: {str(finding.state) for finding in disk.check(surroundings(min_free_bytes=least))}
        for least in (1, int(free * 1.5), free * 100)
    }
    used = shutil.disk_usage(Path.cwd())
    if used.free > used.total * 0.1:
        assert states[1] == {"ok"}
    assert "warning" in states[int(free * 1.5)]
    assert states[free * 100] == {"problem"}


def test_the_space_for_backups_is_said_too(surroundings, tmp_path):
    assert "the backups" not in " ".join(finding.text for finding in disk.check(surroundings()))
    (tmp_path / "backups").mkdir()
    for least, state in not_empty([(1, "ok"), (shutil.disk_usage(tmp_path).free * 100, "problem")]):
        (last,) = list(disk.check(surroundings(min_free_bytes=least)))[-1:]
        assert last.text.endswith(f"are free for the backups ({tmp_path}/backups).")
        assert str(last.state) in (state, "problem" if shutil.disk_usage(tmp_path).free < 1e8 else state)


def test_a_folder_that_cannot_be_written_is_said(surroundings, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", "/proc")
    first = next(disk.check(surroundings()))
    assert str(first.state) == "problem"
    assert first.text.startswith("The folder of temporary files, /proc, cannot be written: ")


def test_settings_that_others_can_read_are_a_problem(said, tmp_path):
    tmp_path.chmod(0o755)
    env_file = tmp_path / "portal.env"
    for mode, is_open in not_empty([(0o640, False), (0o644, True), (0o660, True)]):
        env_file.touch()
        env_file.chmod(mode)
        texts = [text for state, text in said(permissions.check) if state == "problem"]
        assert (f"{env_file} holds keys" in " ".join(texts)) == is_open
    env_file.chmod(0o644)
    tmp_path.chmod(0o700)
    assert "holds keys" not in " ".join(text for _, text in said(permissions.check))


def test_backups_that_others_can_read_are_said(said, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    (folder / "1.db").touch()
    (folder / "1.db").chmod(0o644)
    assert f"Backups that anybody on this machine can read: 1, such as {folder}/1.db." in said(permissions.check)[0][1]
    (folder / "1.db").chmod(0o640)
    assert "Backups" not in " ".join(text for _, text in said(permissions.check))


def run(session, name, *, ago, outcome="done", message=""):
    moment = now() - ago
    session.add(JobRun(name=name, started_at=moment, finished_at=moment, outcome=outcome, message=message))
    session.commit()


@pytest.fixture
def copies(tmp_path):
    """copies(hours old, size) writes a backup."""
    folder = tmp_path / "backups"
    folder.mkdir()

    def write(name, *, hours, size=100):
        (folder / name).write_bytes(b"x" * size)
        moment = (now() - timedelta(hours=hours)).timestamp()
        os.utime(folder / name, (moment, moment))

    return write


@pytest.mark.parametrize(("hours", "state"), [(3, "ok"), (30, "warning"), (80, "problem")])
def test_a_late_backup_is_said(hours, state, session, said, copies):
    copies("a.db", hours=1)
    run(session, "backup", ago=timedelta(hours=hours))
    found, text = said(backups.check)[0]
    assert found == state
    assert text.startswith(f"The last backup was made {'3 days' if hours == 80 else f'{hours} hours'} ago.")


def test_a_failed_and_a_missing_backup_are_problems(session, said, copies):
    copies("a.db", hours=1)
    assert said(backups.check)[0][1].startswith("No backup has ever been made to its end.")
    run(session, "backup", ago=timedelta(hours=1), outcome="failed", message="The disk is full.")
    state, text = said(backups.check)[0]
    assert (state, text.partition(" Run ")[0]) == ("problem", "The last backup failed: The disk is full.")


@pytest.fixture
def files(session, said):
    """What is said of the files, while the last run was in time."""
    run(session, "backup", ago=timedelta(hours=1))
    return lambda: said(backups.check)[1:] if said(backups.check)[0][0] == "ok" else []


def test_files_of_backups(files, copies, tmp_path):
    assert files()[0][1].startswith(f"There is no backup in {tmp_path}/backups.")
    copies("old.db", hours=80, size=1000)
    assert files()[0][1].startswith(f"The newest of 1 backups, {tmp_path}/backups/old.db, is 3 days old.")
    copies("small.db", hours=1, size=400)
    assert "less than half as large" in files()[0][1]
    copies("whole.db", hours=0, size=1000)
    assert files() == [("ok", f"Backups in {tmp_path}/backups: 3; the newest has 0.0 MB.")]
    copies("x.db.unfinished", hours=0)
    assert files()[0][1].startswith(f"Unfinished backups in {tmp_path}/backups: 1, such as x.db.unfinished.")


@pytest.mark.skipif(
    os.environ.get("PORTAL_TEST_DATABASE") == "postgresql", reason="PostgreSQL may be copied by another program"
)
def test_a_folder_of_backups_that_is_not_there(files):
    state, text = files()[0]
    assert (state, "Set PORTAL_BACKUPS to their folder." in text) == ("warning", True)


def test_timers_that_fail_or_stay_away_are_said(session, said):
    run(session, "publish-due", ago=timedelta(minutes=1))
    run(session, "cleanup", ago=timedelta(hours=3))
    assert said(timers.check) == [("ok", "In time: publish-due, cleanup.")]
    run(session, "dump", ago=timedelta(hours=50))
    run(session, "cleanup", ago=timedelta(hours=1), outcome="failed", message="The disk is full.")
    states = [(state, text.partition(" ")[0]) for state, text in said(timers.check)]
    assert states == [("problem", "cleanup"), ("warning", "dump"), ("ok", "In")]


def test_a_needed_timer_that_never_ran_is_a_problem(said):
    assert [(state, text.partition(" ")[0]) for state, text in said(timers.check)] == [
        ("problem", "publish-due"), ("problem", "cleanup"),
    ]  # fmt: skip


def test_a_development_portal_has_neither(said):
    for check in not_empty([timers.check, backups.check]):
        assert [state for state, _ in said(check, is_production=False)] == ["ok"]


def test_the_libraries_of_the_lock_are_installed(said):
    assert [state for state, _ in said(versions.check)] == ["ok"]


def test_libraries_of_another_lock_are_named():
    lock = (
        "flask==0.1 \\\n    --hash=sha256:00\nnot-there-at-all==1.0 \\\n"
        "backports-of-it==1.0 ; python_version < '3.1' \\\nsqlalchemy==0.1 ; python_version < '3.1'\n"
    )
    named = [line.partition(" instead")[0].split()[0] for line in versions.differences(lock)]
    assert named == ["flask", "not-there-at-all", "sqlalchemy"]
