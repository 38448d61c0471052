"""Each committed event as a line of syslog, over real sockets, and what happens when nobody listens."""

import json
import socket
from contextlib import suppress
from threading import Thread

import pytest

from portal.app import create_app
from portal.config import Settings
from portal.database.orm import db
from portal.services.audit import recording, syslog
from portal.services.audit.syslog import SYSLOG_OPTION, SyslogSender
from tests.factories import let_go

PATIENCE = 10


@pytest.fixture
def listener(tmp_path):
    """A socket that a log server would have, and its address as PORTAL_SYSLOG has it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(PATIENCE)
        yield receiver


@pytest.fixture
def logged(real_app, real, listener, monkeypatch):
    """A session whose events go to the listener."""
    sender = SyslogSender(listener.getsockname())
    monkeypatch.setattr(db.engine, "_execution_options", db.engine.get_execution_options() | {SYSLOG_OPTION: sender})
    return real


def line(listener):
    text = listener.recv(65_535).decode()
    priority, _, rest = text.partition("portal-audit: ")
    # Facility 10 is that of messages on security, 6 the level of information.
    assert priority == f"<{10 * 8 + 6}>"
    return json.loads(rest)


def is_silent(listener, after=0):
    """Whether nothing comes, after so many lines at least."""
    listener.settimeout(0.2)
    found = 0
    with suppress(TimeoutError):
        while listener.recv(65_535):
            found += 1
    return found >= after if after else found == 0


def test_a_committed_event_is_sent_without_its_values(logged, listener):
    event = recording.record(logged, "look", "page", 7, before={"title": "Secret"}, after={"title": "New", "year": 1})
    logged.commit()
    found = line(listener)
    assert (found["id"], found["verb"], found["subject_kind"], found["subject_id"]) == (event.id, "look", "page", "7")
    assert found["actor"] == recording.SYSTEM_ACTOR
    assert found["fields"] == ["title", "year"]
    assert "Secret" not in json.dumps(found)


def test_an_event_is_sent_after_its_commit_and_once(logged, listener):
    recording.record(logged, "look", "page", 1)
    logged.flush()
    assert is_silent(listener)
    logged.commit()
    logged.commit()
    listener.settimeout(PATIENCE)
    assert line(listener)["subject_id"] == "1"
    assert is_silent(listener)


def test_an_event_that_was_rolled_back_is_not_sent(logged, listener):
    recording.record(logged, "look", "page", 1)
    logged.rollback()
    recording.record(logged, "look", "page", 2)
    logged.commit()
    assert line(listener)["subject_id"] == "2"
    assert is_silent(listener)


def test_an_event_of_a_savepoint_is_sent_if_that_was_kept(logged, listener):
    recording.record(logged, "look", "page", 1)
    undone = logged.begin_nested()
    recording.record(logged, "look", "page", 2)
    undone.rollback()
    with logged.begin_nested():
        recording.record(logged, "look", "page", 3)
    assert is_silent(listener)
    listener.settimeout(PATIENCE)
    logged.commit()
    assert [line(listener)["subject_id"], line(listener)["subject_id"]] == ["1", "3"]
    assert is_silent(listener)


def test_a_unix_socket_is_an_address_too(tmp_path):
    path = str(tmp_path / "log")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(path)
        receiver.settimeout(PATIENCE)
        SyslogSender(path).send('{"id": 1}')
        assert line(receiver) == {"id": 1}


def test_a_socket_that_is_missing_is_said_once_and_used_when_it_is_there(tmp_path, caplog):
    path = str(tmp_path / "log")
    sender = SyslogSender(path)
    for _ in range(3):
        sender.send('{"id": 1}')
    sender.flush(PATIENCE)
    assert [record.getMessage() for record in caplog.records] == [
        "The log server at PORTAL_SYSLOG does not take audit events (No such file or directory): audit events are not "
        "sent there."
    ]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(path)
        receiver.settimeout(PATIENCE)
        sender.send('{"id": 2}')
        assert line(receiver) == {"id": 2}


def test_a_server_that_reads_nothing_keeps_nobody_waiting(tmp_path, monkeypatch, caplog):
    """The socket takes a few lines and then blocks: the sender goes on, and drops what it cannot keep."""
    monkeypatch.setattr(syslog, "MAX_WAITING_LINES", 50)
    path = str(tmp_path / "log")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(path)
        sender = SyslogSender(path)
        sent = Thread(target=lambda: [sender.send("x" * 1_000) for _ in range(2_000)])
        sent.start()
        sent.join(PATIENCE)
        assert not sent.is_alive()
        assert "does not keep up" in caplog.text
        # Lets the thread of the sender go on, so that it ends with the test.
        assert is_silent(receiver, after=50)


def test_without_a_setting_nothing_is_sent(new_database, real_app):
    with real_app.app_context():
        assert db.engine.get_execution_options()[SYSLOG_OPTION] is None


def test_the_setting_reaches_the_engine(new_database):
    app = create_app(
        Settings(database_url=new_database(), secret_key="0123456789abcdef" * 4, syslog=("127.0.0.1", 514))
    )
    with app.app_context():
        assert isinstance(db.engine.get_execution_options()[SYSLOG_OPTION], SyslogSender)
        let_go()
