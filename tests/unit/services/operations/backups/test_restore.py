"""Restoring: what the backup holds is back, and nothing of the replaced state goes on: on SQLite and PostgreSQL."""

import threading
import time

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.errors import InvalidLink, RestoreFailed
from portal.models import Account, AuditEvent, Catalogue, ProjectDraft, Revision
from portal.search.consistency import find_inconsistencies
from portal.search.index.snapshot import load_snapshot
from portal.services.accounts import administration, administrator_requests, one_time_links, sessions
from portal.services.accounts.administrator_requests import RequestKind
from portal.services.accounts.one_time_links import Purpose
from portal.services.editorial import review
from portal.services.integrity import row_check
from portal.services.mail import outbox
from portal.services.operations.backups.backup import back_up
from portal.services.operations.backups.manifest import manifest_path
from portal.vocabulary.workflow import Role
from tests.factories import Office, make_account


def titles():
    db.session.rollback()
    return {revision.draft.title for revision in db.session.execute(select(Revision)).scalars()}


def state_of(client):
    return client.get("/projects/").headers["ETag"]


def test_verifying_says_what_is_in_it_and_changes_nothing(portal, backup):
    with portal.running():
        before = db.session.execute(select(Catalogue.version, Catalogue.stamp)).one()
    report = portal.verify(backup)
    assert (report.projects, report.compared, report.uncompared, report.documents) == (100, 100, 0, 100)
    assert (report.problems, report.steps, report.replaced_state) == ([], [], "")
    assert report.is_counted
    assert report.changed_at <= report.taken_at
    with portal.running():
        assert db.session.execute(select(Catalogue.version, Catalogue.stamp)).one() == before


def test_verifying_names_a_record_that_was_damaged_before_the_backup(portal, tmp_path):
    with portal.running():
        # The trail is told nothing, as no trigger sees a flipped bit.
        with db.engine.execution_options(writes=True).begin() as connection:
            connection.execute(text("INSERT INTO audit_due(subject_kind, subject_id) VALUES ('*', '*')"))
            connection.execute(text("UPDATE project SET title = 'Damaged' WHERE id = 7"))
            connection.execute(text("DELETE FROM audit_due"))
        back_up(db.engine, tmp_path / "damaged.backup")
    assert any("project 7, " in problem for problem in portal.verify(tmp_path / "damaged.backup").problems)


def ask_for_an_administrator(office):
    """The request needs somebody else who could confirm it."""
    make_account(db.session(), "Bea", Role.ADMINISTRATOR)
    _, proof = sessions.start(db.session(), office.administrator)
    administrator_requests.ask(
        db.session(), RequestKind.PROMOTE, office.other, by=office.administrator, auth_session=proof
    )


def test_a_restore_ends_what_belongs_to_the_replaced_state(portal, backup):
    with portal.running() as app:
        office = Office.found_in(db.session())
        token, _ = sessions.start(db.session(), office.author)
        ask_for_an_administrator(office)
        db.session.commit()
        with portal.running():
            back_up(db.engine, backup.with_name("later.backup"))
        link = one_time_links.issue(db.session(), office.other, Purpose.RESET)
        administration.disable(db.session(), office.second, by=None)
        administration.remove_second_factor(db.session(), office.reviewer, by=None, auth_session=None)
        db.session.commit()
        before, version = state_of(app.test_client()), Catalogue.version
        newest = db.session.execute(select(version)).scalar_one()
        db.session.remove()
        report = portal.restore(backup.with_name("later.backup"))
        assert "Disabled again: sue@example.org." in report.steps
        assert "2 sessions ended." in report.steps
        assert "1 requests for a new administrator ended." in report.steps
        assert administrator_requests.open_requests(db.session()) == []
        assert any("so check them: rex@example.org" in step for step in report.steps)
        assert sessions.find(db.session(), token) is None
        assert db.session.execute(select(version)).scalar_one() > newest
        event = db.session.execute(select(AuditEvent).where(AuditEvent.verb == "restore")).scalar_one()
        assert event.subject_id == "later.backup"
        with pytest.raises(InvalidLink):
            one_time_links.load_link(db.session(), link.token)
        deadline = time.monotonic() + 30
        while state_of(app.test_client()) == before:
            # The index is built anew beside the requests.
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.mark.parametrize("sends_mail", [False, True])
def test_the_mail_of_a_backup_is_held_until_somebody_says_otherwise(portal, backup, sends_mail):
    report = portal.restore(backup, sends_mail=sends_mail)
    assert any("Mail is held" in step for step in report.steps) == (not sends_mail)
    with portal.running():
        assert outbox.pending_summary(db.session()).is_held == (not sends_mail)


def test_who_was_disabled_stays_out_when_the_old_database_is_gone(portal, backup, elsewhere):
    with portal.running():
        administration.disable(db.session(), Office.found_in(db.session()).second, by=None)
        db.session.commit()
    report = elsewhere.restore(backup)
    assert "Disabled again: sue@example.org." in report.steps
    assert report.replaced_state == ""
    with elsewhere.running():
        is_disabled = dict(db.session.execute(select(Account.name, Account.is_disabled)).all())
        assert [name for name, is_out in is_disabled.items() if is_out] == ["Sue"]
        assert row_check.check(db.session()).damaged == []


def test_the_lists_beside_the_backups_are_enough(portal, backup, elsewhere):
    with portal.running():
        administration.disable(db.session(), Office.found_in(db.session()).second, by=None)
        db.session.commit()
        back_up(db.engine, backup.with_name("later.backup"))
    portal.list.unlink()
    assert "Disabled again: sue@example.org." in elsewhere.restore(backup).steps


class Writer(threading.Thread):
    """Saves one draft after the other, as a worker of the portal does; `acknowledged` are those that are committed."""

    def __init__(self, app, author_id):
        super().__init__()
        self.app, self.author_id = app, author_id
        self.acknowledged, self.is_enough = [], threading.Event()

    def run(self):
        number = 0
        while not self.is_enough.is_set():
            number += 1
            try:
                with self.app.app_context(), transaction(db.session()) as session:
                    author = session.get_one(Account, self.author_id)
                    draft = review.new_draft(session, ProjectDraft(title=f"Draft {number}"), by=author)
                    # An author has so many drafts at once.
                    review.discard(session, draft, by=author)
                self.acknowledged.append(f"Draft {number}")
            except SQLAlchemyError:
                # PostgreSQL has ended the session: a page would offer to try again.
                time.sleep(0.02)

    def wait_for(self, count):
        deadline = time.monotonic() + 60
        while len(self.acknowledged) < count:
            assert time.monotonic() < deadline, self.acknowledged[-1:]
            time.sleep(0.005)


def test_drill_a_backup_and_a_restore_while_writes_go_on(portal, tmp_path):
    """What is acknowledged is in the replaced state that is kept, or in the restored one; nothing falls between."""
    with portal.running() as app:
        author_id = Office.found_in(db.session()).author.id
        db.session.remove()
        writer = Writer(app, author_id)
        writer.start()
        try:
            writer.wait_for(10)
            before = set(writer.acknowledged)
            back_up(db.engine, tmp_path / "busy.backup")
            since = set(writer.acknowledged)
            writer.wait_for(len(since) + 10)
            report = portal.restore(tmp_path / "busy.backup")
            writer.wait_for(len(writer.acknowledged) + 10)
        finally:
            writer.is_enough.set()
            writer.join()
        live, kept = titles(), portal.titles_kept_in(report.replaced_state)
        acknowledged = set(writer.acknowledged)
        assert report.problems == []
        assert before <= live
        assert acknowledged <= live | kept
        assert acknowledged - kept <= live
        assert len(kept - live) >= 10
        assert len(live - kept) >= 10
        assert list(find_inconsistencies(db.session(), load_snapshot(db.session()))) == []
        assert row_check.check(db.session()).damaged == []
        if portal.url.drivername == "sqlite":
            assert db.session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"


def test_a_backup_of_other_bytes_is_refused(portal, backup):
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 1
    backup.write_bytes(content)
    with pytest.raises(RestoreFailed, match="its checksum is not that of its manifest"):
        portal.restore(backup)


def test_half_a_backup_is_refused_without_its_manifest_too(portal, backup):
    manifest_path(backup).unlink()
    backup.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])
    with pytest.raises(RestoreFailed, match="Take another backup"):
        portal.verify(backup)


def test_a_backup_with_fewer_rows_than_its_manifest_says_is_refused(portal, backup):
    note = manifest_path(backup)
    note.write_text(note.read_text().replace('"project": 100', '"project": 101'))
    with pytest.raises(RestoreFailed, match="project has 100 rows, not 101"):
        portal.verify(backup)


def test_a_backup_of_newer_tables_is_refused(portal, tmp_path):
    with portal.running():
        with db.engine.execution_options(writes=True).begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        back_up(db.engine, tmp_path / "newer.backup")
    with pytest.raises(RestoreFailed, match="of a newer version of the portal"):
        portal.verify(tmp_path / "newer.backup")
    assert not [path for path in tmp_path.iterdir() if "unfinished" in path.name]


@pytest.mark.parametrize("content", [b"", b"Dear colleagues,\n" * 100])
def test_what_is_no_backup_is_refused(portal, tmp_path, content):
    (tmp_path / "letter.txt").write_bytes(content)
    with pytest.raises(RestoreFailed, match="name a file that portal backup wrote"):
        portal.restore(tmp_path / "letter.txt")
    with pytest.raises(RestoreFailed, match="There is no file"):
        portal.restore(tmp_path / "nothing")
