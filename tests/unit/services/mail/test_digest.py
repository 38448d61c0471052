"""The mail of the day: one message a person, at six o'clock, of what was kept for it."""

from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.models import OutboxMessage
from portal.services.accounts import administration
from portal.services.mail import delivery, digest
from portal.services.mail import outbox as outboxes
from portal.services.mail.email import Email, Link
from portal.services.mail.outbox import Recipient
from portal.vocabulary.mail import MailChoice, MailKind, MailState
from tests.factories import make_account


@pytest.fixture
def kept(session, outbox):
    """Two messages for Ann, one for Olu, which both want once a day."""
    for name, keys in (("Ann", "ab"), ("Olu", "c")):
        account = make_account(session, name)
        administration.choose_mail(session(), account, MailChoice.DAILY)
        for key in keys:
            email = Email(f"{key} waits", "", (f"First of {key}.", Link(f"/staff/revisions/{key}", f"Open {key}")))
            outboxes.enqueue(session(), email, Recipient(account), kind=MailKind.WAITS, key=key)
    session.commit()
    return session


def six_o_clock(session):
    session.query(OutboxMessage).update({"due_at": now()})
    session.commit()


def test_it_is_kept_until_six_o_clock(kept):
    due = {row.due_at for row in kept.query(OutboxMessage)}
    assert [(at.hour, at.minute) for at in due] == [(6, 0)]
    assert now() < due.pop() <= now() + timedelta(days=1)
    assert not digest.is_anything_due(kept())
    assert not delivery.is_anything_due(kept())


def test_each_person_gets_one_message_of_everything(kept, outbox):
    six_o_clock(kept)
    assert digest.is_anything_due(kept())
    assert digest.collect(kept()) == 2
    assert digest.collect(kept()) == 0
    kept.commit()
    ann, olu = outbox()
    assert (ann.to, ann.kind, ann.subject) == ("ann@example.org", MailKind.DIGEST, "2 messages about your work")
    assert ann.text.startswith("Dear Ann,\n\nFirst of a.\n\nhttp://127.0.0.1:8000/staff/revisions/a\n\nFirst of b.\n")
    assert (olu.to, olu.subject) == ("olu@example.org", "One message about your work")
    assert delivery.is_anything_due(kept())


def test_what_was_collected_is_told_no_more(kept):
    six_o_clock(kept)
    digest.collect(kept())
    kept.commit()
    collected = kept.query(OutboxMessage).filter(OutboxMessage.is_daily).all()
    assert {(row.state, row.content) for row in collected} == {(MailState.DROPPED, "")}


@pytest.mark.parametrize(
    ("most", "subjects"), [(200, ["5 messages"]), (2, ["2 messages", "2 messages", "One message"])]
)
def test_what_one_message_cannot_hold_comes_in_further_ones(session, outbox, monkeypatch, most, subjects):
    monkeypatch.setattr(digest, "MAX_ITEMS", most)
    account = make_account(session, "Ann")
    administration.choose_mail(session(), account, MailChoice.DAILY)
    for number in range(5):
        email = Email("It waits", "", (f"Number {number}.",))
        outboxes.enqueue(session(), email, Recipient(account), kind=MailKind.WAITS, key=str(number))
    six_o_clock(session)
    assert digest.collect(session()) == len(subjects)
    session.commit()
    letters = outbox()
    assert [letter.subject.partition(" about")[0] for letter in letters] == subjects
    told = [line for letter in letters for line in letter.text.splitlines() if line.startswith("Number")]
    assert told == [f"Number {number}." for number in range(5)]


def test_who_chose_no_mail_meanwhile_gets_none(kept, outbox):
    six_o_clock(kept)
    for row in kept.query(OutboxMessage).all():
        administration.choose_mail(kept(), administration.get_by_id(kept(), row.account_id), MailChoice.NONE)
    digest.collect(kept())
    kept.commit()
    assert outbox() == []
