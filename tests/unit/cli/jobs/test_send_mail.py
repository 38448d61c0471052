"""portal send-mail, as a timer and an operator run it."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from portal.cli.jobs import send_mail
from portal.database.orm import db, now
from portal.models import OutboxMessage
from portal.services.audit import recording
from portal.services.mail import outbox as outboxes
from portal.services.mail.email import Email
from portal.services.mail.outbox import SETTINGS_OPTION, Recipient
from portal.vocabulary.mail import MailChoice, MailKind, MailState
from portal.vocabulary.workflow import State
from tests.factories import Office, make_account
from tests.mailboxes import postbox


@pytest.fixture
def server(app, outbox, monkeypatch):
    """A portal whose mail goes to this server."""
    from dataclasses import replace

    with postbox() as running:
        known = replace(app.extensions["settings"], smtp_port=running.port, smtp_security="none")
        monkeypatch.setitem(app.extensions, "settings", known)
        db.engines[None].execution_options(**{SETTINGS_OPTION: known})
        yield running


@pytest.fixture
def run(app):
    def command(*options):
        result = app.test_cli_runner().invoke(args=["send-mail", *options])
        return result.exit_code, result.output

    return command


def put(session, key="a"):
    account = make_account(session, f"Ann{key}")
    outboxes.enqueue(session(), Email("R-1", "", ("Text.",)), Recipient(account), kind=MailKind.WAITS, key=key)
    session.commit()
    return account


def test_a_portal_without_mail_says_so(run, session):
    assert run() == (0, "No mail is sent: PORTAL_SMTP_HOST is not set.\n")


def test_with_nothing_to_send_it_is_silent(run, server):
    assert run() == (0, "")


def test_it_sends_what_waits(run, session, server):
    put(session)
    assert run() == (0, "Mail: 1 sent, 0 to be tried again, 0 given up.\n")
    assert server.recipients == ["anna@example.org"]


def test_what_is_given_up_is_told_to_the_timer(run, session, server):
    server.moods.append("rcpt 550")
    put(session)
    assert run() == (1, "Mail: 0 sent, 0 to be tried again, 1 given up.\n")


def test_a_restored_outbox_is_held_until_it_is_released(run, session, server):
    put(session)
    outboxes.hold_all(session())
    session.commit()
    code, said = run()
    assert (code, "portal send-mail --release" in said, server.letters) == (0, True, [])
    assert run("--release")[1].endswith("1 messages wait.\nMail: 1 sent, 0 to be tried again, 0 given up.\n")
    assert run() == (0, "")
    assert len(server.letters) == 1


def test_what_was_sent_before_the_restore_is_dropped(run, session, server):
    put(session)
    outboxes.hold_all(session())
    session.commit()
    assert run("--discard", "--release")[1].startswith("1 messages were dropped.\n")
    assert server.letters == []


def test_what_falls_due_is_sent_too(run, session, server):
    office = Office(session)
    revision = office.revision(State.IN_REVIEW)
    session.query(OutboxMessage).delete()
    revision.due_at = now() + timedelta(days=1)
    recording.record(session(), "set due", "revision", revision.id)
    olu = office.other
    olu.mail_choice = MailChoice.DAILY
    recording.record(session(), "choose mail", "account", olu.id)
    outboxes.enqueue(session(), Email("R-1", "", ("Text.",)), Recipient(olu), kind=MailKind.WAITS, key="kept")
    session.query(OutboxMessage).update({"due_at": now()})
    session.commit()
    assert run() == (0, "Mail: 2 sent, 0 to be tried again, 0 given up.\n")
    assert server.recipients == ["olu@example.org", "rex@example.org"]


@pytest.fixture
def away(server, monkeypatch):
    """away(times) lets the database refuse to note so many times what came of a message, once it was sent."""
    monkeypatch.setattr(send_mail, "_SETTLE_PAUSE", 0)
    left, seen = [0], []

    def refuse(connection, cursor, statement, *_):
        if (
            server.letters
            and left[0]
            and statement.lstrip().startswith("SELECT outbox_message")
            and "claim =" in statement
        ):
            left[0] -= 1
            seen.append(statement)
            raise OperationalError(statement, {}, Exception("the server closed the connection"))

    def start(times):
        left[0] = times
        return seen

    event.listen(db.engine, "before_cursor_execute", refuse)
    yield start
    event.remove(db.engine, "before_cursor_execute", refuse)


def test_a_message_that_was_sent_is_noted_once_the_database_is_back(run, session, server, away):
    refusals = away(3)
    put(session)
    assert run() == (0, "Mail: 1 sent, 0 to be tried again, 0 given up.\n")
    assert len(refusals) == 3
    assert session.query(OutboxMessage.state).scalar() == MailState.SENT
    assert run() == (0, "")
    assert server.recipients == ["anna@example.org"]


def test_a_database_that_stays_away_leaves_the_message_to_its_claim(run, session, server, away, monkeypatch):
    monkeypatch.setattr(send_mail, "_SETTLE_SECONDS", 0)
    away(10**6)
    put(session)
    assert run()[0] == 1
    assert session.query(OutboxMessage.state).scalar() == MailState.SENDING
    assert len(server.letters) == 1


def test_one_failure_does_not_keep_the_others(run, session, server):
    server.moods.extend(["rcpt 450", "rcpt 550"])
    for key in "abc":
        put(session, key)
    assert run() == (1, "Mail: 1 sent, 1 to be tried again, 1 given up.\n")
    states = [state for (state,) in session.query(OutboxMessage.state).order_by(OutboxMessage.id)]
    assert states == [MailState.WAITING, MailState.FAILED, MailState.SENT]
