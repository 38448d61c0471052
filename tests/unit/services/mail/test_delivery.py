"""Sending: whatever the server does, each message arrives once or is shown as failed, and nobody waits for it."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.app import create_app
from portal.cli.database import migrate_database
from portal.cli.jobs.send_mail import send_waiting
from portal.config import Settings
from portal.database.orm import db, now
from portal.models import Account, OutboxMessage
from portal.services.mail import delivery, outbox, smtp
from portal.services.mail.delivery import Outcome
from portal.services.mail.email import Email
from portal.services.mail.outbox import Recipient
from portal.vocabulary.mail import MailChoice, MailKind, MailState
from tests.factories import let_go, make_account
from tests.mailboxes import postbox

SENDERS, MANY = 12, 40


@pytest.fixture(scope="module")
def address(new_database):
    """A database that several senders share, with one account."""
    address = new_database()
    with portal(address) as app, app.app_context():
        migrate_database()
        make_account(db.session, "Ann")
    return address


@contextmanager
def portal(address, port=1):
    known = {"secret_key": "0123456789abcdef" * 4, "threads": SENDERS, "smtp_security": "none"}
    mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_from": "portal@example.org"}
    app = create_app(Settings(database_url=address, **known, **mail))
    yield app
    with app.app_context():
        let_go()


@pytest.fixture
def server():
    with postbox() as running:
        yield running


@pytest.fixture
def sender(address, server):
    """An application on an outbox that is empty at first; its mail goes to the server."""
    with portal(address, server.port) as app, app.app_context():
        db.session.query(OutboxMessage).delete()
        db.session.commit()
        yield app
        db.session.remove()


def ann():
    return db.session.execute(select(Account)).scalar_one()


def put(key="a", kind=MailKind.WAITS, **more):
    outbox.enqueue(db.session(), Email("R-1", "", ("It waits.",)), Recipient(ann()), kind=kind, key=key, **more)
    db.session.commit()


def row():
    db.session.rollback()
    return db.session.execute(select(OutboxMessage).execution_options(populate_existing=True)).scalar_one()


def send(app):
    return dict(send_waiting(app.extensions["settings"]))


def make_due():
    db.session.query(OutboxMessage).update({"due_at": now()})
    db.session.commit()


def test_a_message_arrives_and_is_gone_from_the_outbox(sender, server):
    put()
    assert send(sender) == {"sent": 1}
    ((recipient, message),) = server.letters
    assert (recipient, message["To"], message["Subject"]) == ("ann@example.org", "ann@example.org", "R-1")
    assert message["Message-ID"] == row().message_id
    assert message["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/mail/stop/")
    assert (row().state, row().content, row().error) == (MailState.SENT, "", "")
    assert send(sender) == {}


def test_what_cannot_be_turned_off_offers_no_stop(sender, server):
    put(kind=MailKind.SECURITY)
    send(sender)
    assert server.letters[0][1]["List-Unsubscribe"] is None


LATER = (
    "greeting 421", "greeting 554", "mail 451", "mail 553", "rcpt 450", "data 451", "text 451", "silent",
    "dies in text",
)  # fmt: skip


@pytest.mark.parametrize("mood", LATER)
def test_what_can_be_mended_is_tried_again_and_arrives_once(mood, sender, server, monkeypatch):
    monkeypatch.setattr(smtp, "ANSWER_SECONDS", 0.3)
    server.moods.append(mood)
    put()
    assert send(sender) == {"later": 1}
    assert (row().state, row().attempts, bool(row().error)) == (MailState.WAITING, 1, True)
    assert row().due_at > now()
    assert send(sender) == {}
    make_due()
    assert send(sender) == {"sent": 1}
    assert server.recipients == ["ann@example.org"]


@pytest.mark.parametrize("mood", ["rcpt 550", "text 554"])
def test_what_is_refused_for_good_is_shown_as_failed(mood, sender, server):
    server.moods.append(mood)
    put()
    assert send(sender) == {"failed": 1}
    assert (row().state, server.letters) == (MailState.FAILED, [])
    assert mood.partition(" ")[2] in row().error
    assert outbox.pending_summary(db.session()).failed == 1


def test_an_answer_that_was_lost_makes_a_second_copy_with_the_same_id(sender, server):
    server.moods.append("dies after text")
    put()
    assert send(sender) == {"later": 1}
    make_due()
    assert send(sender) == {"sent": 1}
    assert len(server.letters) == 2
    assert len({message["Message-ID"] for _, message in server.letters}) == 1
    assert len({message["Date"] for _, message in server.letters}) == 1


@pytest.mark.parametrize("mood", ["quit 421", "quit 554", "slow"])
def test_what_was_taken_in_is_sent_whatever_follows(mood, sender, server):
    server.moods.append(mood)
    put()
    assert send(sender) == {"sent": 1}
    assert len(server.letters) == 1


def test_a_server_that_takes_its_time_over_the_text_is_waited_for(sender, server, monkeypatch):
    """As long as for no other answer: whoever gives up sooner sends it twice."""
    monkeypatch.setattr(smtp, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(server, "take_in", lambda *taken: threading.Event().wait(0.4) or server.letters.append(taken))
    put()
    assert send(sender) == {"sent": 1}
    assert len(server.letters) == 1


def test_a_connection_is_cut_before_another_sender_may_begin(sender, server, monkeypatch):
    monkeypatch.setattr(smtp, "CUT_SECONDS", 0.2)
    monkeypatch.setattr(server, "take_in", lambda *_: threading.Event().wait(0.6))
    put()
    assert send(sender) == {"later": 1}
    assert delivery.CLAIM_PERIOD.total_seconds() >= smtp.CUT_SECONDS + delivery.BEGIN_SECONDS


def test_the_tries_back_off_for_two_days_and_then_it_has_failed(sender, server):
    put()
    end, tries, moment = row().expires_at, 0, row().created_at
    while moment < end:
        tries += 1
        moment = min(moment + delivery.pause_after(tries), end)
    assert 15 < tries < 25
    server.moods.extend(["rcpt 450", "rcpt 450"])
    db.session.query(OutboxMessage).update({"expires_at": now() + timedelta(seconds=30), "attempts": 18})
    db.session.commit()
    assert send(sender) == {"later": 1}
    assert row().due_at == row().expires_at  # The last try.
    db.session.query(OutboxMessage).update({"expires_at": now(), "due_at": now()})
    db.session.commit()
    assert send(sender) == {"failed": 1}
    assert (row().state, row().attempts) == (MailState.FAILED, 20)


def test_a_server_that_cannot_be_reached_keeps_one_message_waiting_at_a_time(sender, server):
    server.moods.extend(["greeting 421"] * 3)
    for key in "abc":
        put(key)
    assert send(sender) == {"later": 1}
    assert server.connections == 1


def test_twelve_senders_at_once_send_each_message_once(sender, server):
    for number in range(MANY):
        put(str(number))

    def work(_):
        with sender.app_context():
            return send(sender)

    with ThreadPoolExecutor(SENDERS) as pool:
        counts = sum(map(Counter, pool.map(work, range(SENDERS))), Counter())
    assert counts == {"sent": MANY}
    assert len(server.letters) == len({message["Message-ID"] for _, message in server.letters}) == MANY


def claim(app):
    claimed = delivery.claim_next(db.session(), app.extensions["settings"])
    db.session.commit()
    return claimed


def test_a_sender_that_died_is_followed_by_another_once_its_claim_ends(sender, server):
    put()
    lost = claim(sender)
    assert send(sender) == {}
    db.session.query(OutboxMessage).update({"claimed_until": now()})
    db.session.commit()
    assert send(sender) == {"sent": 1}
    assert server.letters[0][1]["Message-ID"] == lost.message["Message-ID"]


def test_a_sender_whose_claim_has_ended_changes_nothing_any_more(sender):
    put()
    late = claim(sender)
    db.session.query(OutboxMessage).update({"claimed_until": now()})
    db.session.commit()
    newer = claim(sender)
    assert delivery.settle(db.session(), late, Outcome.REFUSED, "too late") is False
    db.session.commit()
    assert (row().state, row().claim, row().error) == (MailState.SENDING, newer.claim, "")


def spoil_choice():
    ann().mail_choice = MailChoice.NONE


def spoil_account():
    ann().is_disabled = True


@pytest.mark.parametrize("spoil", [spoil_choice, spoil_account], ids=lambda spoil: spoil.__name__)
def test_what_nobody_wants_any_more_is_not_sent(spoil, sender, server):
    put()
    claimed = None
    with db.session.begin_nested() as undone:
        spoil()
        claimed = delivery.claim_next(db.session(), sender.extensions["settings"])
        state = db.session.execute(select(OutboxMessage.state)).scalar_one()
        undone.rollback()
    assert (claimed.message, state) == (None, MailState.DROPPED)


def test_a_link_that_ended_is_not_sent_and_its_secret_is_gone(sender, server):
    put(kind=MailKind.LINK, expires_at=now() - timedelta(seconds=1))
    assert send(sender) == {"failed": 1}
    assert (row().state, row().content, server.letters) == (MailState.FAILED, "", [])
    assert "Send the person a new one" in row().error


def test_a_link_that_no_key_opens_has_failed(sender, server):
    put(kind=MailKind.LINK)
    db.session.query(OutboxMessage).update({"content": "gAAAAA" + "x" * 80})
    db.session.commit()
    assert send(sender) == {"failed": 1}
    assert row().state == MailState.FAILED
    assert "SECRET_KEY" in row().error


def test_an_impossible_address_has_failed(sender, server):
    put(kind=MailKind.SECURITY)
    db.session.query(OutboxMessage).update({"address": "ann@example.org\nBcc: all@example.org"})
    db.session.commit()
    assert send(sender) == {"failed": 1}
    assert (row().state, server.letters) == (MailState.FAILED, [])
    assert "cannot be built" in row().error


def test_a_failure_is_logged_without_address_and_text(sender, server, caplog):
    server.moods.append("rcpt 550")
    put()
    send(sender)
    (line,) = caplog.messages
    assert "550 not like this" in line
    assert "ann@example.org" not in line
