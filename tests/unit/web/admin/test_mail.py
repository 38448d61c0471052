"""The page Mail: what waits, what could not be sent and why, and what an administrator does about it."""

from dataclasses import replace

import pytest

from portal.database.orm import now
from portal.models import OutboxMessage
from portal.services.accounts import link_mails, one_time_links
from portal.services.accounts.one_time_links import Purpose
from portal.services.audit import recording
from portal.services.mail import outbox as outboxes
from portal.services.mail.email import Email
from portal.services.mail.outbox import Recipient
from portal.vocabulary.mail import MailKind, MailState
from tests.loops import not_empty


@pytest.fixture
def boss(staff, office):
    return staff().sign_in(office.administrator)


@pytest.fixture
def put(session, office, outbox):
    """put(key) stores a message to the author in this state."""

    def store(key, state=MailState.FAILED):
        email = Email("R-1 waits", "", ("A secret word.",))
        outboxes.enqueue(session(), email, Recipient(office.author), kind=MailKind.WAITS, key=key)
        row = session.query(OutboxMessage).filter_by(key=key).one()
        row.state, row.error, row.settled_at = state, "550 no <b>such</b> user", now()
        session.commit()
        return row

    return store


def test_it_says_what_waits_and_what_failed_and_not_what_was_written(boss, put):
    put("a")
    put("b", MailState.WAITING)
    page = boss.visit("/staff/mail/")
    assert "One message waits. One could not be sent." in " ".join(page.text.split())
    assert page.text.count("ann@example.org") >= 2
    assert "550 no <b>such</b> user" in page.select("table")[0].to_text()
    assert "A secret word." not in page.text


def test_the_desk_of_an_administrator_says_that_mail_failed(boss, staff, office, put):
    assert "could not be sent" not in boss.visit("/staff/").text
    put("a")
    notice = boss.visit("/staff/").one(".notice a[href='/staff/mail/']")
    assert "One mail could not be sent." in notice.parent.to_text()
    put("b")
    assert "2 mails could not be sent." in boss.visit("/staff/").text
    assert "could not be sent" not in staff().sign_in(office.reviewer).visit("/staff/").text


def test_an_empty_outbox_says_so(boss, outbox):
    text = boss.visit("/staff/mail/").text
    assert "Everything was sent, or still waits." in text
    assert "Nothing waits." in text


def test_a_portal_without_mail_and_a_held_outbox_are_said(boss, session):
    outboxes.hold_all(session())
    session.commit()
    text = boss.visit("/staff/mail/").text
    assert "This portal sends no mail" in text
    assert "portal send-mail --release" in text


def test_a_message_is_sent_again(boss, put, session):
    row = put("a")
    boss.post(f"/staff/mail/{row.id}/again")
    session.refresh(row)
    assert (row.state, row.attempts) == (MailState.WAITING, 0)
    assert recording.subject_events(session(), "mail", row.id)[0].verb == "send again"


def test_a_message_is_taken_off_the_list(boss, put, session):
    row = put("a")
    boss.post(f"/staff/mail/{row.id}/dismiss")
    session.refresh(row)
    assert (row.state, row.content) == (MailState.DROPPED, "")
    assert recording.subject_events(session(), "mail", row.id)[0].verb == "dismiss"
    assert boss.post(f"/staff/mail/{row.id}/dismiss").status_code == 404


def test_a_link_that_ended_is_not_sent_again_and_the_page_says_what_to_do(boss, session, office, outbox):
    link_mails.queue_link(session(), one_time_links.issue(session(), office.author, Purpose.RESET))
    row = session.query(OutboxMessage).one()
    row.state, row.expires_at, row.settled_at = MailState.FAILED, now(), now()
    session.commit()
    boss.post(f"/staff/mail/{row.id}/again")
    assert "Send the person a new one" in boss.visit("/staff/mail/").one("[role=status]").to_text()


def test_administrators_alone_find_it_in_the_menu(staff, office):
    found = {
        name: "/staff/mail/" in staff().sign_in(account).visit("/staff/").links
        for name, account in not_empty(office.everyone.items())
    }
    assert [name for name, is_there in found.items() if is_there] == ["administrator"]


def test_without_a_server_pages_of_staff_do_not_wait_for_it(boss, office, outbox, app, session):
    """The server of these tests does not answer; a page stores the mail and goes on."""
    assert replace(app.extensions["settings"]).smtp_port == 1
    assert boss.post(f"/staff/accounts/{office.author.id}/link").status_code == 303
    assert [letter.kind for letter in outbox()] == [MailKind.LINK]
