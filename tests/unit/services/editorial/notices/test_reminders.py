"""What is due tomorrow: told once for each date, to whom it concerns."""

from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.services.accounts import administration
from portal.services.audit import recording
from portal.services.editorial.notices import reminders
from portal.vocabulary.mail import MailChoice, MailKind
from portal.vocabulary.workflow import State
from tests.loops import not_empty


@pytest.fixture
def due(office, outbox):
    """due() puts what is missing into the outbox, and are all reminders so far: who is told, and the subject."""

    def ask():
        reminders.queue(office.session)
        office.session.commit()
        found = [(letter.to, letter.subject.partition(":")[0]) for letter in outbox() if letter.kind == MailKind.DUE]
        return sorted(found)

    return ask


def tomorrow(hour=23):
    return (now() + timedelta(days=1)).replace(hour=hour, minute=0, second=0)


def set_date(office, revision, **dates):
    for name, at in dates.items():
        setattr(revision, name, at)
    recording.record(office.session, "set due", "revision", revision.id)
    office.session.commit()


@pytest.mark.parametrize("hour", [0, 23])
def test_a_review_that_is_due_tomorrow_is_told_to_who_has_it_once(hour, office, due):
    revision = office.revision(State.IN_REVIEW)
    set_date(office, revision, due_at=tomorrow(hour))
    expected = [("rex@example.org", f"{revision.label} is due on {tomorrow():%Y-%m-%d}")]
    assert due() == expected
    assert due() == expected
    assert reminders.missing(office.session) == []


def test_a_review_that_nobody_has_is_told_to_everybody_who_may_take_it(office, due):
    revision = office.revision(State.SUBMITTED)
    set_date(office, revision, due_at=tomorrow())
    assert [to for to, _ in due()] == ["ada@example.org", "rex@example.org", "sue@example.org"]


@pytest.mark.parametrize("days", [-1, 0, 2])
def test_what_is_due_on_another_day_is_not_told(days, office, due):
    set_date(office, office.revision(State.IN_REVIEW), due_at=now() + timedelta(days=days))
    assert due() == []


def test_another_date_is_told_anew(office, due):
    revision = office.revision(State.IN_REVIEW)
    set_date(office, revision, due_at=tomorrow())
    due()
    (reminder,) = reminders._reminders(office.session)
    assert f"{tomorrow():%Y-%m-%d}" in reminder.key


def test_a_publication_of_tomorrow_is_told_to_its_author_and_to_who_scheduled_it(office, due):
    revision = office.revision(State.SCHEDULED)
    set_date(office, revision, publish_at=tomorrow(9))
    words = f"{revision.label} will be published on {tomorrow():%Y-%m-%d}"
    assert due() == [("ann@example.org", words), ("rex@example.org", words)]


def test_the_words_are_true_on_the_day_itself_too(office, outbox, due):
    """The mail of the day may be read then: what is queued after six o’clock waits for the next morning."""
    set_date(office, office.revision(State.IN_REVIEW), due_at=tomorrow())
    set_date(office, office.revision(State.SUBMITTED), due_at=tomorrow())
    set_date(office, office.revision(State.SCHEDULED), publish_at=tomorrow(9))
    due()
    texts = [f"{letter.subject}\n{letter.text}" for letter in outbox() if letter.kind == MailKind.DUE]
    assert len(texts) == 6
    for text in not_empty(texts):
        assert f"{tomorrow():%Y-%m-%d}" in text
        assert "tomorrow" not in text


def test_a_date_of_what_is_decided_already_is_not_told(office, due):
    set_date(office, office.revision(State.RETURNED), due_at=tomorrow())
    assert due() == []


def test_who_wants_no_mail_is_not_looked_for_again_and_again(office, due):
    set_date(office, office.revision(State.IN_REVIEW), due_at=tomorrow())
    administration.choose_mail(office.session, office.reviewer, MailChoice.NONE)
    assert reminders.missing(office.session) == []
    assert due() == []


def test_without_mail_nothing_is_looked_for(office):
    set_date(office, office.revision(State.IN_REVIEW), due_at=tomorrow())
    assert reminders.missing(office.session) == []
