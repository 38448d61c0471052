"""Whoever owns database and key changes the audit log: `portal audit verify` notices, and names the first event.

Each attacker drops the triggers first. A checkpoint of before is kept where they cannot reach it.
"""

import re
import shutil
from datetime import timedelta

import pytest
from sqlalchemy import insert

from portal.database.orm import now
from portal.models import AuditEvent
from portal.services.audit import recording
from tests.loops import not_empty

SWAP = "UPDATE audit_event SET verb = CASE id WHEN :one THEN 'second' ELSE 'first' END WHERE id IN (:one, :two)"


@pytest.fixture
def attacked(log):
    """A log of two checkpoints, kept outside, without its triggers; and the ids of its events."""
    log.record(3)
    log.publish()
    log.early = log.place / "early"
    shutil.copytree(log.folder, log.early)
    first, second = log.record(2, "first"), log.record(2, "second")
    log.publish()
    log.verify()
    log.added = [*first, *second]
    log.drop_triggers()
    return log


def rebuild(log):
    """Publish everything anew with the key of the portal, as if it had always been so."""
    log.execute("DELETE FROM audit_leaf")
    shutil.rmtree(log.folder)
    log.run("publish", "--begin")


def differences_here(log):
    """What differs on this machine, apart from the triggers, which an attacker would put back."""
    return [line for line in log.run("verify", code=1).splitlines() if not line.startswith("The trigger")]


def first_line(output):
    return next(line for line in output.splitlines() if not line.startswith("The trigger"))


def test_deleting_all_events_is_noticed_without_any_outside_checkpoint(attacked):
    first = attacked.ids()[0]
    attacked.execute("DELETE FROM audit_event")
    output = attacked.run("verify", code=1)
    assert re.match(rf"Event {first} of leaf 0 was deleted", first_line(output))


def test_deleting_everything_is_noticed_by_the_checkpoint_outside(attacked):
    size = len(attacked.ids())
    attacked.execute("DELETE FROM audit_leaf", "DELETE FROM audit_event")
    shutil.rmtree(attacked.folder)
    output = attacked.verify(code=1)
    assert f"has leaves 0 to {size - 1}, which are missing" in output


def test_deleting_everything_and_beginning_anew_is_noticed(attacked):
    attacked.execute("DELETE FROM audit_leaf", "DELETE FROM audit_event")
    shutil.rmtree(attacked.folder)
    attacked.record(20)
    attacked.run("publish", "--begin")
    assert "signs other events. The first bad event is one of leaves 0 to" in attacked.verify(code=1)


@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_deleting_one_event_is_noticed(attacked, is_rebuilt):
    gone = attacked.added[1]
    attacked.execute("DELETE FROM audit_event WHERE id = :gone", gone=gone)
    if is_rebuilt:
        rebuild(attacked)
    output = first_line(attacked.verify(code=1))
    assert "other events" in output if is_rebuilt else f"Event {gone} of leaf" in output


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'nothing'",
        "actor = 'somebody else'",
        "after = '{\"x\": 1}'",
        "at = '2020-01-01 00:00:00'",
        "subject_id = '7'",
        "address = '192.0.2.1'",
    ],
)
def test_editing_an_event_is_noticed(attacked, change):
    edited = attacked.added[2]
    attacked.execute(f"UPDATE audit_event SET {change} WHERE id = :edited", edited=edited)  # noqa: S608 # no input
    output = attacked.verify(code=1)
    assert re.match(rf"Event {edited} \(.*was changed after it got its leaf", first_line(output))


def test_editing_an_event_and_signing_all_anew_is_noticed(attacked):
    before = len(attacked.ids()) - len(attacked.added)
    attacked.execute("UPDATE audit_event SET verb = 'nothing' WHERE id = :edited", edited=attacked.added[2])
    rebuild(attacked)
    assert differences_here(attacked) == []
    # All salts are new, so that the earlier checkpoint signs other leaves too.
    output = first_line(attacked.verify(code=1))
    assert f"The first bad event is one of leaves 0 to {before - 1}, which are events" in output


def test_editing_an_event_with_its_leaf_and_tiles_is_confined_by_the_earlier_checkpoint(attacked):
    """A careful attacker keeps the salts of all other events."""
    size, before = len(attacked.ids()), len(attacked.ids()) - len(attacked.added)
    edited = attacked.added[2]
    attacked.execute("UPDATE audit_event SET verb = 'nothing' WHERE id = :edited", edited=edited)
    attacked.execute("DELETE FROM audit_leaf WHERE event_id >= :edited", edited=edited)
    shutil.rmtree(attacked.folder)
    attacked.run("publish", "--begin")
    assert differences_here(attacked) == []
    output = first_line(attacked.verify(code=1))
    assert (
        f"The first bad event is one of leaves {before} to {size - 1}, which are events {attacked.added[0]}" in output
    )


def test_a_copy_of_the_log_elsewhere_names_the_first_bad_event(attacked):
    edited = attacked.added[2]
    copy = attacked.place / "copy"
    shutil.copytree(attacked.folder, copy)
    attacked.execute("UPDATE audit_event SET verb = 'nothing' WHERE id = :edited", edited=edited)
    attacked.execute("DELETE FROM audit_leaf WHERE event_id >= :edited", edited=edited)
    shutil.rmtree(attacked.folder)
    attacked.run("publish", "--begin")
    output = attacked.run("verify", "--against", str(copy), code=1)
    assert re.match(rf"Event {edited} \(nothing page .*is not what {copy} has published", first_line(output))


@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_swapping_two_events_is_noticed(attacked, is_rebuilt):
    one, two = attacked.added[0], attacked.added[2]
    attacked.execute(SWAP, one=one, two=two)
    if is_rebuilt:
        rebuild(attacked)
    output = first_line(attacked.verify(code=1))
    assert "other events" in output if is_rebuilt else output.startswith(f"Event {one} (second page")


def test_swapping_two_leaves_is_noticed(attacked):
    one, two = attacked.added[0], attacked.added[2]
    size = len(attacked.ids())
    statement = "UPDATE audit_leaf SET leaf_index = :to WHERE event_id = :event"
    indexes = [attacked.ids().index(event) for event in (one, two)]
    for event, to in ((one, size + 5), (two, indexes[0]), (one, indexes[1])):
        attacked.execute(statement, event=event, to=to)
    output = first_line(attacked.verify(code=1))
    assert f"has published as leaf {indexes[0]}" in output
    assert output.startswith(f"Event {two} ")


@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_truncating_the_log_is_noticed(attacked, is_rebuilt):
    size, last = len(attacked.ids()), attacked.added[-2:]
    for event in not_empty(last):
        attacked.execute("DELETE FROM audit_leaf WHERE event_id = :event", event=event)
        attacked.execute("DELETE FROM audit_event WHERE id = :event", event=event)
    if is_rebuilt:
        rebuild(attacked)
    else:
        assert "were deleted" in attacked.run("publish", code=1)
    assert f"has leaves {size - 2} to {size - 1}, which are missing" in attacked.verify(code=1)


def test_rolling_all_back_to_an_earlier_state_is_noticed(attacked):
    size, before = len(attacked.ids()), len(attacked.ids()) - len(attacked.added)
    for event in not_empty(attacked.added):
        attacked.execute("DELETE FROM audit_leaf WHERE event_id = :event", event=event)
        attacked.execute("DELETE FROM audit_event WHERE id = :event", event=event)
    shutil.rmtree(attacked.folder)
    attacked.early.rename(attacked.folder)
    assert differences_here(attacked) == []
    assert f"has leaves {before} to {size - 1}, which are missing" in attacked.verify(code=1)


def backdated(log, **values):
    event = {"at": now() - timedelta(days=2), "actor": "x", "verb": "forged", "subject_kind": "page", "subject_id": "1"}
    log.session.execute(insert(AuditEvent).values(**event | values))
    log.session.commit()
    return log.ids()[-1]


def test_an_event_inserted_with_an_earlier_date_is_noticed(attacked):
    forged = backdated(attacked)
    assert re.search(rf"Event {forged} \(forged page 1.*was added later", attacked.verify(code=1))
    attacked.run("publish")
    assert re.match(rf"Event {forged} \(forged page 1.*was added later", first_line(attacked.verify(code=1)))


def test_an_event_inserted_and_all_signed_anew_is_noticed(attacked):
    backdated(attacked)
    rebuild(attacked)
    assert "signs other events" in attacked.verify(code=1)


def test_calling_it_a_restore_is_noticed(attacked):
    """All events are deleted, and an event of the log says that they were lost."""
    size = len(attacked.ids())
    attacked.execute("UPDATE audit_leaf SET event_id = NULL, salt = NULL", "DELETE FROM audit_event")
    after = {"first": 0, "last": size - 1, "reason": "a restore"}
    recording.record(attacked.session(), "accept lost leaves", "audit log", 0, after=after)
    attacked.session.commit()
    attacked.run("publish")
    output = attacked.verify("--accepted", str(size), code=1)
    assert f"Leaves 0 to {size - 1} were lost in a restore, says event" in output
    assert f"If that is right: portal audit verify --accepted {size + 1}" in output


def test_another_key_is_noticed(attacked):
    attacked.key_file.unlink()
    rebuild(attacked)
    assert "is not signed by this key" in first_line(attacked.verify(code=1))


def test_a_key_that_was_put_in_place_is_noticed_by_the_public_key_kept_elsewhere(attacked):
    key = attacked.run("key").strip()
    attacked.verify("--key", key, code=1)
    attacked.key_file.unlink()
    rebuild(attacked)
    assert "is not signed by this key" in attacked.run("verify", "--key", key, code=1)


def test_the_dropped_triggers_are_named(attacked):
    output = attacked.verify(code=1)
    assert "The trigger audit_event_stays of the table audit_event is missing" in output
    assert "The trigger audit_leaf_stays of the table audit_leaf is missing" in output


def test_publishing_after_an_attack_refuses(attacked):
    attacked.execute("UPDATE audit_leaf SET commitment = salt WHERE leaf_index = 1")
    before = (attacked.folder / "checkpoint").read_text()
    assert "was changed after it was published" in attacked.run("publish", code=1)
    assert (attacked.folder / "checkpoint").read_text() == before
