"""The outbox: stored with the step, once by key, as each person wants it, and held when an operator says so."""

from datetime import timedelta

import pytest

from portal.database.encryption import keyring_for
from portal.database.orm import now
from portal.errors import InvalidTransition, NotFound
from portal.models import OutboxMessage
from portal.services.accounts import administration, link_mails, one_time_links
from portal.services.accounts.one_time_links import Purpose
from portal.services.audit import recording
from portal.services.mail import delivery
from portal.services.mail import outbox as outboxes
from portal.services.mail.email import Email
from portal.services.mail.outbox import Recipient
from portal.vocabulary.mail import MailChoice, MailKind, MailState
from tests.factories import make_account

EMAIL = Email("R-1 waits", "", ("It waits.",))


@pytest.fixture
def ann(session):
    return make_account(session, "Ann")


def put(session, account, key="a", kind=MailKind.WAITS):
    stored = outboxes.enqueue(session(), EMAIL, Recipient(account), kind=kind, key=key)
    session.commit()
    return stored


def choose(session, account, choice):
    administration.choose_mail(session(), account, choice)
    session.commit()


def rows(session):
    session.expire_all()
    return session.query(OutboxMessage).order_by(OutboxMessage.id).all()


def fail(session, row):
    row.state, row.error, row.settled_at = MailState.FAILED, "550 no", now()
    session.commit()


def test_without_settings_nothing_is_stored(session, ann):
    assert put(session, ann) is False
    assert rows(session) == []


def test_the_same_key_is_stored_once(session, ann, outbox):
    assert put(session, ann) is True
    assert put(session, ann) is True
    assert [letter.subject for letter in outbox()] == ["R-1 waits"]


def test_what_is_undone_with_its_step_tells_nothing(session, ann, outbox):
    outboxes.enqueue(session(), EMAIL, Recipient(ann), kind=MailKind.WAITS, key="a")
    session.rollback()
    assert outbox() == []


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize("choice", MailChoice)
def test_each_person_chooses_and_what_guards_the_account_always_comes(kind, choice, session, ann, outbox):
    choose(session, ann, choice)
    put(session, ann, kind=kind)
    guards = kind in (MailKind.SECURITY, MailKind.LINK)
    found = [(row.is_daily, row.due_at <= now()) for row in rows(session)]
    kept = choice == MailChoice.DAILY and not guards and kind != MailKind.DIGEST
    assert found == ([] if choice == MailChoice.NONE and not guards else [(kept, not kept)])


def test_a_disabled_account_gets_what_guards_it_and_nothing_else(session, ann, outbox):
    administration.disable(session(), ann, by=None)
    session.commit()
    kinds = (MailKind.WAITS, MailKind.SECURITY)
    assert [put(session, ann, key=kind, kind=kind) for kind in kinds] == [False, True]


def test_nobody_writes_to_an_address_that_nobody_can_own(session, outbox):
    demo = make_account(session, "Demo")
    demo.email = "demo@portal.invalid"
    recording.record(session(), "change e-mail", "account", demo.id)
    session.commit()
    assert put(session, demo, kind=MailKind.LINK) is False


def test_a_secret_link_is_stored_encrypted(session, ann, outbox):
    link = one_time_links.issue(session(), ann, Purpose.RESET)
    link_mails.queue_link(session(), link)
    session.commit()
    (row,) = rows(session)
    assert link.token not in row.content
    assert link.token in keyring_for(session()).decrypt(row.content)
    assert row.expires_at == link.expires_at
    assert link.token not in row.key


def links(session, account):
    """The states of the mails with a link, oldest first."""
    return [row.state for row in rows(session) if row.account_id == account.id]


def test_a_link_that_was_replaced_before_it_was_sent_is_not_sent(session, ann, outbox):
    for _ in range(2):
        link_mails.queue_link(session(), one_time_links.issue(session(), ann, Purpose.RESET))
    session.commit()
    assert links(session, ann) == [MailState.DROPPED, MailState.WAITING]
    assert rows(session)[0].content == ""


def test_who_asks_for_a_link_stops_none_that_an_administrator_sent(session, ann, outbox):
    link_mails.queue_link(session(), one_time_links.issue(session(), ann, Purpose.INVITE))
    link_mails.queue_link(session(), one_time_links.issue(session(), ann, Purpose.RESET, is_requested=True))
    session.commit()
    assert links(session, ann) == [MailState.WAITING, MailState.WAITING]


def test_the_summary_counts_what_is_due_and_what_failed(session, ann, outbox):
    empty = outboxes.pending_summary(session())
    assert (empty.waiting, empty.failed, empty.oldest_seconds, empty.is_held) == (0, 0, 0, False)
    for key in "abc":
        put(session, ann, key)
    old, failed, _ = rows(session)
    old.created_at -= timedelta(hours=1)
    fail(session, failed)
    choose(session, ann, MailChoice.DAILY)
    put(session, ann, "kept for the day")
    summary = outboxes.pending_summary(session())
    assert (summary.waiting, summary.failed) == (2, 1)
    assert 3_600 <= summary.oldest_seconds < 3_700


def test_a_held_outbox_gives_nothing_out_and_takes_everything_in(session, ann, outbox):
    put(session, ann, "before")
    for _ in range(2):
        outboxes.hold_all(session())
    session.commit()
    put(session, ann, "after")
    assert not delivery.is_anything_due(session())
    assert outboxes.pending_summary(session()).is_held
    long_ago = now() - timedelta(days=9)
    session.query(OutboxMessage).update({"expires_at": long_ago, "due_at": long_ago})
    assert outboxes.release_all(session()) == 2
    session.commit()
    assert delivery.is_anything_due(session())
    assert [row.expires_at > now() + timedelta(days=1) for row in rows(session)] == [True, True]


def test_released_links_end_when_they_end(session, ann, outbox):
    link = one_time_links.issue(session(), ann, Purpose.RESET)
    link_mails.queue_link(session(), link)
    outboxes.hold_all(session())
    outboxes.release_all(session())
    assert rows(session)[0].expires_at == link.expires_at


def test_what_was_sent_after_the_backup_is_dropped(session, ann, outbox):
    put(session, ann)
    outboxes.hold_all(session())
    assert outboxes.discard_all(session()) == 1
    outboxes.release_all(session())
    session.commit()
    assert not delivery.is_anything_due(session())
    assert put(session, ann) is True  # It was told: the key stays.
    assert [row.state for row in rows(session)] == [MailState.DROPPED]


def test_a_failed_message_is_tried_again_or_taken_off_the_list(session, ann, outbox):
    put(session, ann, "a")
    put(session, ann, "b")
    for row in rows(session):
        fail(session, row)
    again, off = rows(session)
    outboxes.try_again(session(), again.id)
    outboxes.dismiss(session(), off.id)
    session.commit()
    assert [(row.state, bool(row.content)) for row in rows(session)] == [
        (MailState.WAITING, True), (MailState.DROPPED, False),
    ]  # fmt: skip
    with pytest.raises(NotFound):
        outboxes.dismiss(session(), again.id)


def test_a_link_that_ended_is_not_sent_again(session, ann, outbox):
    link_mails.queue_link(session(), one_time_links.issue(session(), ann, Purpose.RESET))
    (row,) = rows(session)
    row.expires_at = now()
    fail(session, row)
    with pytest.raises(InvalidTransition, match="a new one"):
        outboxes.try_again(session(), row.id)


def test_only_what_was_settled_long_ago_is_deleted(session, ann, outbox):
    for key in "abc":
        put(session, ann, key)
    _, old, young = rows(session)
    for row, days in ((old, 31), (young, 29)):
        row.state, row.settled_at = MailState.SENT, now() - timedelta(days=days)
    session.commit()
    assert outboxes.purge(session(), now() - outboxes.RETENTION) == 1
    assert [row.key for row in rows(session)] == ["a", "c"]


def test_a_changed_key_of_the_portal_is_taken_over_by_what_waits(session, ann, outbox):
    link_mails.queue_link(session(), one_time_links.issue(session(), ann, Purpose.RESET))
    (row,) = rows(session)
    keyring = keyring_for(session())
    plain = keyring.decrypt(row.content)
    row.content = plain
    session.commit()
    outboxes.reencrypt(session())
    session.commit()
    assert rows(session)[0].content != plain
    assert keyring.decrypt(rows(session)[0].content) == plain
