"""Erasing what an event says of a person: the log still verifies, and says that it was done."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portal.models import AuditEvent, AuditLeaf
from portal.services.audit import recording


@pytest.fixture
def person(log, office):
    """The id of an event that says something of a person, in the log."""
    recording.set_origin(log.session(), account=office.author, request_id="r-1", client_address="192.0.2.7")
    event = recording.record(log.session(), "look", "page", 7, before={"a": 1}, after={"name": "Ann"})
    log.session.commit()
    recording.set_origin(log.session(), account=None)
    log.publish()
    return event.id


def read(log, event_id):
    log.session.expire_all()
    return log.session.get(AuditEvent, event_id)


def test_an_erased_event_says_what_was_done_and_not_by_whom(log, person):
    log.run("erase", str(person), "--reason", "asked for by the person")
    event = read(log, person)
    assert (event.verb, event.subject_kind, event.subject_id) == ("look", "page", "7")
    assert (event.actor, event.actor_id, event.address, event.request_id) == ("erased", None, "", "")
    assert (event.before, event.after) == (None, None)
    leaf = log.session.execute(select(AuditLeaf).where(AuditLeaf.event_id == person)).scalar_one()
    assert leaf.salt is None


def test_the_log_still_verifies_and_says_why(log, person):
    log.run("erase", str(person), "--reason", "asked for by the person")
    assert "If that is right: portal audit publish." in log.verify(code=1)
    log.publish()
    size = len(log.ids())
    output = log.verify(code=1)
    assert f"Event {person} was erased, says event" in output
    assert "asked for by the person" in output
    assert f"If that is right: portal audit verify --accepted {size}." in output
    assert "leaves agree" in log.verify("--accepted", str(size))
    log.verify("--accepted", str(size - 1), code=1)


def test_an_event_is_erased_once_and_only_from_the_log(log, person):
    log.run("erase", str(person), "--reason", "x")
    assert "is erased already" in log.run("erase", str(person), "--reason", "x", code=1)
    (waiting,) = log.record(1)
    assert "once portal audit publish has run" in log.run("erase", str(waiting), "--reason", "x", code=1)


def test_a_lost_salt_without_an_event_that_says_so_is_noticed(log, person):
    log.execute("UPDATE audit_leaf SET salt = NULL WHERE event_id = :event", event=person)
    assert f"Event {person} (look page 7" in log.verify(code=1)
    assert "has lost its salt" in log.verify(code=1)


@pytest.mark.parametrize("subject", ["x", "-1", "9" * 60])
def test_an_event_that_explains_nothing_is_no_trouble(log, person, subject):
    recording.record(log.session(), "erase", "audit event", subject)
    recording.record(log.session(), "accept lost leaves", "audit log", 0, after={"first": 0, "last": 10**15})
    log.session.commit()
    log.publish()
    assert "were lost in a restore" in log.verify("--accepted", "100")


def test_an_erased_event_that_says_something_else_is_noticed(log, person):
    log.run("erase", str(person), "--reason", "x")
    log.drop_triggers()
    log.execute("UPDATE audit_event SET actor = 'somebody else' WHERE id = :event", event=person)
    assert "is erased in the log, but not in the database" in log.verify(code=1)


@pytest.mark.parametrize("values", [{"actor": "erased"}, {"verb": "x"}, {"before": None, "after": None}])
def test_the_database_refuses_other_changes(log, person, values):
    with pytest.raises(IntegrityError):
        log.session.execute(update(AuditEvent).where(AuditEvent.id == person).values(values))


def test_the_database_refuses_to_erase_an_event_that_still_has_its_salt(log, person):
    erased = {"actor_id": None, "actor": "erased", "request_id": "", "address": "", "before": None, "after": None}
    with pytest.raises(IntegrityError):
        log.session.execute(update(AuditEvent).where(AuditEvent.id == person).values(erased))


@pytest.mark.parametrize("values", [{"commitment": b"x" * 32}, {"index": 999}, {"salt": b"y" * 32}, {"event_id": None}])
def test_the_database_refuses_changes_of_leaves(log, person, values):
    with pytest.raises(IntegrityError):
        log.session.execute(update(AuditLeaf).where(AuditLeaf.event_id == person).values(values))


def test_the_database_refuses_to_delete_leaves(log, person):
    with pytest.raises(IntegrityError):
        log.session.query(AuditLeaf).delete()
