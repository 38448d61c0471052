"""The audit log of a test: published into folders of its own, inside the transaction of the test."""

import shutil
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import select, text

from portal.app import command_line
from portal.database.orm import db, now
from portal.models import AuditEvent
from portal.services.audit import publishing, recording
from portal.services.audit.log_folder import LogFolder
from portal.services.audit.tlog.notes import SigningKey

DROPPED = {
    "sqlite": (
        "DROP TRIGGER audit_event_stays",
        "DROP TRIGGER audit_event_remains",
        "DROP TRIGGER audit_leaf_stays",
        "DROP TRIGGER audit_leaf_remains",
        "PRAGMA defer_foreign_keys=ON",
    ),
    "postgresql": (
        # Else the tables are in use by the checks that are due at the commit.
        "SET CONSTRAINTS ALL IMMEDIATE",
        "DROP TRIGGER audit_event_stays ON audit_event",
        "DROP TRIGGER audit_leaf_stays ON audit_leaf",
        "DROP TRIGGER audit_leaf_remains ON audit_leaf",
        "ALTER TABLE audit_leaf DROP CONSTRAINT fk_audit_leaf_event_id",
    ),
}

DEFINITIONS = {
    "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('audit_event', 'audit_leaf')",
    "postgresql": (
        "SELECT pg_get_triggerdef(t.oid) FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND c.relname IN ('audit_event', 'audit_leaf') "
        "AND c.relnamespace = current_schema()::regnamespace"
    ),
}


class AuditLog:
    """The commands of the log, an outside place that keeps its checkpoints, and what an attacker does."""

    def __init__(self, app, session, folder, monkeypatch, **settings):
        self.app, self.session, self.place, self._monkeypatch = app, session, folder, monkeypatch
        self.folder, self.outside, self.key_file = folder / "audit", folder / "outside", folder / "audit.key"
        self.outside.mkdir()
        self.change_settings(audit_folder=str(self.folder), audit_key_file=str(self.key_file), **settings)

    def change_settings(self, **settings):
        changed = replace(self.app.extensions["settings"], **settings)
        self._monkeypatch.setitem(self.app.extensions, "settings", changed)

    def run(self, *words, code=0):
        """What `portal audit` prints."""
        result = self.app.test_cli_runner().invoke(command_line, ["audit", *words])
        assert result.exit_code == code, result.output
        return result.output

    def publish(self, *options):
        """Publish, and keep the checkpoint outside."""
        output = self.run("publish", *options)
        shutil.copy(self.folder / "checkpoint", self.outside / f"{len(list(self.outside.iterdir()))}.txt")
        return output

    def publish_entries(self, count):
        """Publish so many leaves of no event, for tests of the addresses alone."""
        entries = [bytes([number]) * 32 for number in range(count)]
        checkpoint = publishing.sign(SigningKey.generate("portal.example.org/audit"), entries, now())
        LogFolder(self.folder).publish(entries, checkpoint, published=0)

    def verify(self, *options, code=0):
        return self.run("verify", "--against", str(self.outside), *options, code=code)

    def record(self, count=3, verb="look"):
        """So many more events; returns their ids."""
        events = [recording.record(self.session(), verb, "page", number) for number in range(count)]
        ids = [event.id for event in events]
        self.session.commit()
        return ids

    def ids(self):
        return list(self.session.execute(select(AuditEvent.id).order_by(AuditEvent.id)).scalars())

    def execute(self, *statements, **values):
        """Raw SQL, as an owner of the database writes it."""
        for statement in statements:
            self.session.execute(text(statement), values)
        self.session.commit()

    def drop_triggers(self):
        """Drop what keeps events and leaves from being changed."""
        self.execute(*DROPPED[db.engine.dialect.name])

    @contextmanager
    def without_triggers(self):
        """Drop them, and put them back as they were at the end of the block."""
        query = text(DEFINITIONS[db.engine.dialect.name])
        before = set(self.session.execute(query).scalars())
        self.drop_triggers()
        yield
        self.execute(*(before - set(self.session.execute(query).scalars())))
