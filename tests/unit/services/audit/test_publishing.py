"""Publishing the audit log: every event once, whoever writes or publishes at the same time, wherever a run ends."""

import shutil
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.models import AuditEvent, AuditLeaf
from portal.services.audit import publishing, recording
from portal.services.audit.tlog.notes import parse_checkpoint
from tests import postgres
from tests.audit_log import AuditLog


def leaves(session):
    rows = session.execute(select(AuditLeaf.index, AuditLeaf.event_id).order_by(AuditLeaf.index))
    return [(index, event_id) for index, event_id in rows]


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_event_gets_one_leaf(log):
    log.record(3)
    log.publish()
    log.record(2)
    log.publish()
    assert [event for _, event in leaves(log.session)] == log.ids()
    assert [index for index, _ in leaves(log.session)] == list(range(len(log.ids())))
    assert f"{len(log.ids())} leaves agree" in log.verify()


def test_a_run_without_new_events_signs_the_same_again(log):
    log.record(3)
    log.run("publish")
    first = files(log.folder)
    log.run("publish")
    changed = {str(path) for path, content in files(log.folder).items() if first.get(path) != content}
    assert changed <= {"checkpoint"}


def test_many_events_fill_tiles_and_their_parts_go(log, monkeypatch):
    monkeypatch.setattr(publishing, "BATCH_EVENTS", 100)
    before = len(log.ids())
    log.record(250 - before)
    log.run("publish")
    assert (log.folder / "tile/0/000.p/250").exists()
    log.record(50)
    log.run("publish")
    assert (log.folder / "tile/0/000").stat().st_size == 8192
    assert not (log.folder / "tile/0/000.p").exists()
    assert (log.folder / "tile/0/001.p/44").exists()
    assert "300 leaves agree" in log.run("verify")


def test_a_run_that_ended_before_its_checkpoint_is_continued(log):
    log.record(3)
    log.run("publish")
    log.record(2)
    with transaction(log.session()) as session:
        publishing.assign_leaves(session)
    log.run("verify")
    log.run("publish")
    assert f"{len(log.ids())} leaves agree" in log.run("verify")


def test_events_that_wait_are_counted_and_no_difference(log):
    log.record(3)
    log.run("publish")
    log.record(4)
    assert "4 events wait" in log.run("verify")


def test_a_log_that_was_never_published_has_no_difference(log):
    log.record(2)
    assert "0 leaves agree" in log.run("verify")


@pytest.mark.parametrize("name", ["tile/0/000.p/3", "tile/entries/000.p/3"])
@pytest.mark.parametrize("is_there", [True, False])
def test_a_damaged_file_is_named_and_written_again(log, name, is_there):
    log.record(3 - len(log.ids()))
    log.run("publish")
    (log.folder / name).unlink()
    if is_there:
        (log.folder / name).write_bytes(b"x" * 96)
    output = log.run("verify", code=1)
    assert name in output or "has published as leaf" in output
    log.run("publish", "--all")
    log.run("verify")


def test_deleted_files_are_noticed(log):
    log.record(3)
    log.run("publish")
    shutil.rmtree(log.folder)
    assert "there is no checkpoint of them" in log.run("verify", code=1)


def test_a_damaged_checkpoint_is_named(log):
    log.record(2)
    log.publish()
    (log.folder / "checkpoint").write_text("damaged")
    for command in ("publish", "verify"):
        assert f"{log.folder / 'checkpoint'} is not a checkpoint" in log.run(command, code=1)
    newest = max((log.folder / "checkpoints").iterdir(), key=lambda path: int(path.name))
    shutil.copy(newest, log.folder / "checkpoint")
    log.run("publish")
    log.verify()


def test_the_key_is_for_its_owner_alone(log):
    log.record(1)
    log.run("publish")
    assert stat.S_IMODE(log.key_file.stat().st_mode) == 0o600
    log.key_file.chmod(0o640)
    assert f"chmod 600 {log.key_file}" in log.run("publish", code=1)


def test_a_lost_key_is_not_replaced_silently(log):
    log.record(1)
    log.publish()
    log.key_file.unlink()
    assert "key --replace" in log.run("publish", code=1)
    assert not log.key_file.exists()


def test_a_damaged_key_file_is_said(log):
    log.key_file.write_text("not a key\n")
    log.key_file.chmod(0o600)
    assert "does not hold the key of the audit log" in log.run("publish", code=1)


def test_a_replaced_key_signs_and_the_former_one_still_verifies(log):
    log.record(1)
    log.publish()
    former = log.run("key")
    current = log.run("key", "--replace")
    assert current != former
    log.record(1)
    log.publish()
    log.verify()
    assert len(log.key_file.read_text().splitlines()) == 2
    assert stat.S_IMODE(log.key_file.stat().st_mode) == 0o600


def test_the_log_is_named_by_the_address_of_the_portal(app, session, tmp_path, monkeypatch):
    log = AuditLog(app, session, tmp_path, monkeypatch, public_url="https://portal.example.org/fund")
    log.run("publish")
    assert parse_checkpoint((log.folder / "checkpoint").read_text()).origin == "portal.example.org/fund/audit"


def test_a_copy_gets_the_whole_log_and_is_compared(app, session, tmp_path, monkeypatch):
    log = AuditLog(app, session, tmp_path, monkeypatch)
    log.record(2)
    log.run("publish")
    copy = tmp_path / "copy"
    copy.mkdir()
    log.change_settings(audit_copy=str(copy))
    log.record(2)
    log.run("publish")
    for name in ("checkpoint", f"tile/0/000.p/{len(log.ids())}", f"tile/entries/000.p/{len(log.ids())}"):
        assert (copy / name).read_bytes() == (log.folder / name).read_bytes()
    assert "with 3 checkpoints here and 2 kept elsewhere" in log.run("verify")


def test_a_copy_of_another_log_is_never_overwritten(app, session, tmp_path, monkeypatch):
    log = AuditLog(app, session, tmp_path, monkeypatch)
    copy = tmp_path / "copy"
    copy.mkdir()
    log.change_settings(audit_copy=str(copy))
    log.record(2)
    log.run("publish")
    log.drop_triggers()
    log.execute("DELETE FROM audit_leaf")
    shutil.rmtree(log.folder)
    before = files(copy)
    assert f"{copy} has a signed checkpoint of" in log.run("publish", "--begin", code=1)
    assert files(copy) == before


def test_a_copy_that_is_not_mounted_is_said_and_nothing_else_waits_for_it(app, session, tmp_path, monkeypatch):
    copy = tmp_path / "missing"
    log = AuditLog(app, session, tmp_path, monkeypatch, audit_copy=str(copy))
    log.record(2)
    assert f"The copy in {copy} cannot be used (No such file or directory)" in log.run("publish", code=1)
    assert parse_checkpoint((log.folder / "checkpoint").read_text()).size == len(log.ids())
    (log.folder / f"tile/0/000.p/{len(log.ids())}").unlink()
    first, last = log.run("verify", code=1).splitlines()
    assert "is missing: portal audit publish --all writes it" in first
    assert "mount it, or correct PORTAL_AUDIT_COPY" in last
    assert not copy.exists()
    copy.mkdir()
    log.run("publish", "--all")
    log.run("verify")
    assert (copy / "checkpoint").read_bytes() == (log.folder / "checkpoint").read_bytes()


def test_a_copy_that_fails_half_way_stays_as_it_was_and_is_completed(app, session, tmp_path, monkeypatch):
    log = AuditLog(app, session, tmp_path, monkeypatch, audit_copy=str(tmp_path / "copy"))
    copy, aside = tmp_path / "copy", tmp_path / "aside"
    copy.mkdir()
    log.record(2)
    log.run("publish")
    former = (copy / "checkpoint").read_bytes()
    log.record(2)
    # Tiles can be written, and then no more.
    (copy / "checkpoints").rename(aside)
    (copy / "checkpoints").write_text("in the way")
    assert f"The copy in {copy} cannot be used" in log.run("publish", code=1)
    assert (copy / f"tile/0/000.p/{len(log.ids())}").exists()
    assert (copy / "checkpoint").read_bytes() == former
    assert parse_checkpoint((log.folder / "checkpoint").read_text()).size == len(log.ids())
    log.run("verify")
    (copy / "checkpoints").unlink()
    aside.rename(copy / "checkpoints")
    log.run("publish")
    assert (copy / "checkpoint").read_bytes() == (log.folder / "checkpoint").read_bytes()
    log.run("verify", "--against", str(copy))


def test_two_publish_at_the_same_time(real_app, real):
    """Each event has one leaf, without gaps, in whichever order they come."""
    before = len(leaves(real))
    for number in range(30):
        recording.record(real, "look", "page", number)
    real.commit()

    def assign(_):
        with real_app.app_context():
            with transaction(db.session()) as session:
                count = publishing.assign_leaves(session)
            db.session.remove()
            return count

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(assign, range(4)))
    total = real.query(AuditEvent).count()
    assert sum(counts) == total - before
    assert [index for index, _ in leaves(real)] == list(range(total))


def test_an_event_that_commits_after_later_ones_is_not_skipped(real_app, real):
    if not postgres.IS_TESTED:
        pytest.skip("SQLite has one writer")
    with real_app.app_context():
        while publishing.assign_leaves(real):
            real.commit()
        with db.engine.connect() as slow:
            late = slow.execute(
                AuditEvent.__table__.insert()
                .values(actor="slow", verb="look", subject_kind="page", subject_id="1")
                .returning(AuditEvent.id)
            ).scalar_one()
            early = recording.record(real, "look", "page", 2).id
            real.commit()
            assert late < early
            assert publishing.assign_leaves(real) == 1
            real.commit()
            slow.commit()
        assert publishing.assign_leaves(real) == 1
        real.commit()
    assert [event for _, event in leaves(real)][-2:] == [early, late]


def test_a_restore_is_accepted_with_its_reason(log):
    log.record(3)
    log.publish()
    lost = log.record(2)
    log.publish()
    size = len(log.ids())
    log.drop_triggers()
    for event in lost:
        log.execute("DELETE FROM audit_leaf WHERE event_id = :event", event=event)
        log.execute("DELETE FROM audit_event WHERE id = :event", event=event)
    assert "accept-restore" in log.run("publish", code=1)
    log.run("accept-restore", "--reason", "the disk broke")
    log.publish()
    log.record(1)
    log.publish()
    output = log.verify("--accepted", "100", code=1)
    first, *others = output.splitlines()
    assert f"Leaves {size - 2} to {size - 1} were lost in a restore" in first
    assert "the disk broke" in first
    assert [line for line in others if not line.startswith("The trigger")] == []


def test_nothing_is_accepted_where_nothing_is_missing(log):
    log.record(2)
    log.publish()
    assert "none is missing" in log.run("accept-restore", "--reason", "x", code=1)
