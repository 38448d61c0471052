"""Audit events: no change of an audited table without its event, and no event is ever changed."""

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from portal.database.orm import db, now
from portal.database.transactions import begin_writing
from portal.errors import MissingAuditEvent
from portal.models import AUDITED_TABLES, Account, AuditEvent, Project, RequiredAuditEvent, Term
from portal.services.audit import recording
from tests.factories import make_account

PROJECT = {"slug": "k", "slug_folded": "k", "title": "T", "sort_title": "t", "fingerprint": "f"}


def owed(session):
    return session.query(RequiredAuditEvent).count()


def test_a_change_without_its_event_is_not_stored(real):
    real.add(Account(email="nobody@example.org", name="Nobody"))
    with pytest.raises(MissingAuditEvent):
        real.commit()
    real.rollback()
    assert real.query(Account).filter_by(email="nobody@example.org").count() == 0


def test_a_bulk_statement_without_its_event_is_not_stored(real):
    real.execute(update(Term).values(position=Term.position + 1))
    with pytest.raises(MissingAuditEvent):
        real.commit()
    real.rollback()


def test_an_event_of_another_subject_does_not_pay(real):
    one = make_account(real, "Payer")
    one.name = "Payer the Second"
    real.flush()
    recording.record(real, "rename", "account", one.id + 1)
    with pytest.raises(MissingAuditEvent):
        real.commit()
    real.rollback()


def test_an_event_before_its_change_does_not_pay(real):
    one = make_account(real, "Early")
    recording.record(real, "rename", "account", one.id)
    one.name = "Too Late"
    with pytest.raises(MissingAuditEvent):
        real.commit()
    real.rollback()


def test_a_change_and_its_event_go_in_together(real):
    one = make_account(real, "Both")
    one.name = "Both of Them"
    recording.record(real, "rename", "account", one.id, before={"name": "Both"}, after={"name": "Both of Them"})
    real.commit()
    event = recording.subject_events(real, "account", one.id)[0]
    assert (event.before, event.after, owed(real)) == ({"name": "Both"}, {"name": "Both of Them"}, 0)


def test_an_event_says_who_from_where_and_in_which_request(real):
    one = make_account(real, "Origin")
    recording.set_origin(real, account=one, request_id="r-1", client_address="192.0.2.7")
    event = recording.record(real, "look", "project", 1)
    real.commit()
    recording.set_origin(real, account=None)
    assert (event.actor_id, event.actor, event.request_id, event.address) == (
        one.id,
        "Origin <origin@example.org>",
        "r-1",
        "192.0.2.7",
    )


def test_a_rollback_owes_nothing(real):
    real.add(Account(email="undone@example.org", name="Undone"))
    real.flush()
    real.rollback()
    real.commit()
    assert owed(real) == 0


RAW = {
    "project": "INSERT INTO project (key, key_folded, title, title_sort, fingerprint, title_language, summary,"
    " language, funding_line, source_url, is_sample, created_at, changed_at)"
    " VALUES ('raw', 'raw', 'T', 't', 'f', 'en', '', 'en', '', '', false, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)",
    "term": "UPDATE term SET position = position + 1 WHERE facet = 'region'",
    "account": "UPDATE account SET role = 'administrator'",
    "deletion": "DELETE FROM term WHERE facet = 'gcm'",
}


@pytest.mark.parametrize("change", RAW)
def test_the_database_itself_refuses_a_raw_change_without_an_event(real_app, real, change):
    make_account(real, f"Raw-{change}")
    real.close()
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(text(RAW[change]))


def test_the_database_takes_a_raw_change_with_its_event(real_app, real):
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE term SET position = position WHERE facet = 'region' AND code = 'africa'"))
        query = text("SELECT id FROM term WHERE facet = 'region' AND code = 'africa'")
        term_id = connection.execute(query).scalar_one()
        event = {"at": now(), "actor": "a person", "verb": "mend", "subject_kind": "term", "subject_id": str(term_id)}
        connection.execute(insert(AuditEvent).values(**event))
    assert owed(real) == 0


def test_every_governed_table_owes(real_app, real):
    triggers = {"sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_due_%'"}
    listing = triggers.get(
        db.engine.dialect.name,
        "SELECT event_object_table FROM information_schema.triggers WHERE trigger_name LIKE 'audit_due_%'",
    )
    with db.engine.connect() as connection:
        tables = list(connection.execute(text(listing)).scalars())
    assert {table: tables.count(table) for table in AUDITED_TABLES} == dict.fromkeys(AUDITED_TABLES, 3)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET verb = 'nothing happened'",
        "DELETE FROM audit_event",
        "UPDATE audit_event SET chain = 'forged'",
    ],
)
def test_nobody_changes_or_deletes_events(real_app, real, statement):
    recording.record(real, "look", "project", 1)
    real.commit()
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(text(statement))


def test_nobody_replaces_an_event(real_app, real):
    event = recording.record(real, "look", "project", 1)
    real.commit()
    values = {"id": event.id, "at": now(), "actor": "x", "verb": "x", "subject_kind": "x", "subject_id": "x"}
    statement = insert(AuditEvent).values(**values)
    if db.engine.dialect.name == "sqlite":
        statement = statement.prefix_with("OR REPLACE")
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(statement)


def test_a_bulk_event_stands_for_all_changes_of_its_transaction(real):
    begin_writing(real)
    recording.begin_bulk(real)
    real.execute(insert(Project), [PROJECT | {"slug": f"b{n}", "slug_folded": f"b{n}"} for n in range(50)])
    assert owed(real) == 1
    recording.record_bulk(real, "import", "import", "file.csv", after={"added": 50})
    real.commit()
    assert (owed(real), real.query(AuditEvent).filter_by(subject_id="file.csv").count()) == (0, 1)


def test_an_announced_bulk_event_must_follow(real):
    begin_writing(real)
    recording.begin_bulk(real)
    with pytest.raises(MissingAuditEvent):
        real.commit()
    real.rollback()


def test_events_come_page_by_page(real):
    for number in range(5):
        recording.record(real, "look", "page", number)
    real.commit()
    first = recording.latest_events(real, limit=3)
    rest = recording.latest_events(real, before_id=first[-1].id, limit=2)
    assert [event.id for event in [*first, *rest]] == sorted((e.id for e in [*first, *rest]), reverse=True)


def test_an_over_long_request_id_does_no_harm(session):
    ann = make_account(session())
    recording.set_origin(session(), account=ann, request_id="r" * 1_000, client_address="a" * 1_000)
    event = recording.record(session(), "look", "project", 1)
    assert (len(event.request_id), len(event.address)) == (64, 45)
