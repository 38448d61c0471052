"""A clock that was set back: what had expired stays expired, what was used stays used, and nobody waits for it.

A clock that goes back by some time, and a database whose times are ahead by as much, are the same thing.
"""

from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.database.orm import now
from portal.database.transactions import begin_writing, transaction
from portal.errors import InvalidLink, RateLimited
from portal.models import Account, AccountSession, Attempt, AuditEvent, ClockMark, OneTimeLink, OutboxMessage, UsedCode
from portal.services.accounts import authentication, clock, one_time_links, rate_limits, second_factor, sessions
from portal.services.accounts.one_time_links import Purpose
from portal.services.accounts.sessions import Stage
from portal.services.audit import recording
from portal.services.mail import delivery
from portal.services.mail import outbox as outboxes
from portal.services.mail.email import Email
from portal.services.mail.outbox import Recipient
from portal.vocabulary.mail import MailChoice, MailKind, MailState
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account
from tests.loops import not_empty

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 # of the accounts of these tests
HOUR = timedelta(hours=1)
MOMENTS = {
    AccountSession: ("created_at", "seen_at", "expires_at", "authenticated_at"),
    OneTimeLink: ("created_at", "expires_at"),
    Attempt: ("at",),
    ClockMark: ("latest_at",),
}


@pytest.fixture
def rex(session):
    return make_account(session, "Rex", Role.REVIEWER, password=PHRASE, totp_secret=SECRET)


def set_clock_back(session, by):
    """As if the clock went back: everything that the database holds is later by as much."""
    begin_writing(session())
    for model, names in MOMENTS.items():
        for row in session.query(model):
            for name in names:
                setattr(row, name, getattr(row, name) + by)
    steps = by // timedelta(seconds=second_factor.STEP_SECONDS)
    for row in session.query(UsedCode):
        row.step += steps
    session.execute(update(Account).values(totp_last_step=Account.totp_last_step + steps))
    recording.record_bulk(session(), "test", "portal", "clock", after={})
    session.commit()


def advance(session):
    with transaction(session()):
        clock.advance(session())


def settle(session):
    with transaction(session()):
        return clock.settle(session())


def enter(session, account, code):
    _, auth_session = sessions.start(session(), account, stage=Stage.CODE)
    session.commit()
    result = authentication.enter_code(session(), auth_session, code, client_address="192.0.2.1")
    session.commit()
    return result.outcome


@pytest.mark.parametrize(("seconds", "is_stored"), [(30, False), (61, True)])
def test_the_latest_time_is_stored_at_most_once_a_minute(seconds, is_stored, session):
    earlier = now() - timedelta(seconds=seconds)
    with transaction(session()):
        session.add(ClockMark(id=1, latest_at=earlier))
    advance(session)
    assert (session.query(ClockMark).populate_existing().one().latest_at > earlier) == is_stored


@pytest.mark.parametrize(("back", "is_set_back"), [(0, False), (60, False), (600, True)])
def test_only_a_clock_behind_by_minutes_was_set_back(back, is_set_back, session):
    advance(session)
    set_clock_back(session, timedelta(seconds=back))
    assert clock.read(session()).is_set_back == is_set_back
    assert settle(session) == is_set_back
    assert not clock.read(session()).is_set_back
    assert not settle(session)


def test_an_expired_session_does_not_come_to_life_again(session, rex):
    token, _ = sessions.start(session(), rex)
    session.commit()
    # It expired two hours ago; somebody else was there until now; then the clock goes back by two hours.
    set_clock_back(session, -2 * HOUR)
    advance(session)
    set_clock_back(session, 2 * HOUR)
    assert sessions.find(session(), token) is not None
    assert settle(session)
    assert sessions.find(session(), token) is None


def test_everybody_signs_in_again_at_once(session, rex):
    token, _ = sessions.start(session(), rex)
    session.commit()
    set_clock_back(session, timedelta(days=400))
    settle(session)
    assert sessions.find(session(), token) is None
    token, auth_session = sessions.start(session(), rex)
    assert sessions.find(session(), token) is not None
    assert sessions.find(session(), token, now() + timedelta(hours=12)) is None
    assert not clock.read(session()).is_set_back
    assert auth_session.expires_at - now() <= timedelta(hours=12)


@pytest.mark.parametrize(("age", "works"), [(timedelta(minutes=31), False), (timedelta(minutes=10), True)])
def test_a_link_keeps_the_time_that_it_had_left(age, works, session, rex):
    token = one_time_links.issue(session(), rex, Purpose.RESET).token
    session.commit()
    set_clock_back(session, -age)
    advance(session)
    set_clock_back(session, timedelta(days=3))
    settle(session)
    link = session.query(OneTimeLink).one()
    if works:
        assert abs(link.expires_at - now() - timedelta(minutes=20)) < timedelta(minutes=1)
        assert one_time_links.load_link(session(), token).id == link.id
    else:
        with pytest.raises(InvalidLink):
            one_time_links.load_link(session(), token)


def test_a_used_code_stays_used(session, rex, code_of):
    """The code of an hour ahead was used; the clock goes back, and an hour later the code comes again."""
    code = code_of(SECRET)
    assert enter(session, rex, code) == "complete"
    set_clock_back(session, timedelta(days=1))
    settle(session)
    session.query(UsedCode).update({UsedCode.step: UsedCode.step - 2880})
    session.commit()
    assert enter(session, rex, code) == "refused"


def test_a_code_that_was_not_used_works_after_the_clock_was_ahead(session, rex, code_of, monkeypatch):
    monkeypatch.setattr(clock, "_current_time", lambda _session: second_factor.now())
    assert enter(session, rex, code_of(SECRET)) == "complete"
    set_clock_back(session, timedelta(days=365))
    assert enter(session, rex, code_of(SECRET, 1)) == "refused"
    settle(session)
    assert enter(session, rex, code_of(SECRET, 1)) == "complete"


def test_a_new_second_factor_starts_without_used_codes(session, rex, code_of):
    enter(session, rex, code_of(SECRET))
    assert session.query(UsedCode).count() == 1
    session.query(Account).filter_by(id=rex.id).update({"totp_secret": None})
    second_factor.forget_used_codes(session(), rex)
    assert session.query(UsedCode).count() == 0


def test_attempts_count_for_one_period_more_and_no_longer(session):
    def hit():
        rate_limits.hit(session(), "code", account="rex@example.org", client_address="192.0.2.1")

    for _ in range(5):
        hit()
    session.commit()
    advance(session)
    set_clock_back(session, timedelta(days=365))
    settle(session)
    with pytest.raises(RateLimited):
        hit()
    session.query(Attempt).update({"at": now() - timedelta(minutes=6)})
    hit()


def test_a_settled_clock_is_in_the_audit_log(session, rex):
    sessions.start(session(), rex)
    session.commit()
    set_clock_back(session, timedelta(days=1))
    settle(session)
    event = session.query(AuditEvent).filter_by(verb="clock set back").one()
    assert (event.after["sessions ended"], event.actor) == (1, "the portal")


def test_a_visit_notices_it_and_the_next_sign_in_works(staff, session, rex):
    someone = staff().sign_in(rex)
    assert someone.get("/staff/").status_code == 200
    set_clock_back(session, HOUR)
    assert someone.get("/staff/").status_code == 302
    assert staff().sign_in(rex).get("/staff/").status_code == 200


def test_publishing_at_set_times_notices_it_without_anybody(app, session):
    run = app.test_cli_runner().invoke
    run(args=["publish-due"])
    set_clock_back(session, HOUR)
    assert run(args=["publish-due"]).exit_code == 0
    assert session.query(AuditEvent).filter_by(verb="clock set back").count() == 1
    assert abs(session.query(ClockMark).populate_existing().one().latest_at - now()) < timedelta(minutes=1)


def test_mail_does_not_wait_for_the_former_time(session, rex, outbox):
    rex.mail_choice = MailChoice.DAILY
    recording.record(session(), "choose mail", "account", rex.id)
    kinds = {"at once": MailKind.SECURITY, "daily": MailKind.WAITS, "taken": MailKind.SECURITY}
    for key, kind in kinds.items():
        outboxes.enqueue(session(), Email("x", "", ()), Recipient(rex), kind=kind, key=key)
    at_once, daily, taken = session.query(OutboxMessage).order_by(OutboxMessage.key)
    for message in not_empty([at_once, daily]):
        message.due_at += 48 * HOUR
    taken.state, taken.claimed_until = MailState.SENDING, now() + 48 * HOUR
    session.add(ClockMark(id=1, latest_at=now() + 48 * HOUR))
    session.commit()
    assert settle(session)
    session.expire_all()
    assert daily.is_daily
    assert at_once.due_at <= now()
    assert now() < daily.due_at <= now() + 24 * HOUR
    assert taken.claimed_until <= now() + delivery.CLAIM_PERIOD
