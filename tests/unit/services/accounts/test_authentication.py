"""Sign-in: results that reveal nothing, limits that persist, and proofs that grow old."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from portal.database.orm import now
from portal.errors import ReauthenticationRequired, WeakPassword
from portal.models import AuditEvent
from portal.services.accounts import administration, authentication, passwords, rate_limits, sessions
from portal.services.accounts.authentication import SignInOutcome
from portal.services.accounts.sessions import Stage
from portal.services.audit import recording
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account
from tests.sign_ins import HOME, enter, living


def test_an_author_signs_in_with_a_password(session, author):
    tried = enter(session, author)
    assert (tried.outcome, living(session, tried).stage) == (SignInOutcome.COMPLETE, Stage.COMPLETE)


@pytest.mark.parametrize("who", ["unknown", "wrong password", "disabled", "no password yet"])
def test_refusals_are_all_the_same(session, author, who):
    email, password = author.email, PHRASE
    if who == "unknown":
        email = "stranger@example.org"
    elif who == "wrong password":
        password = PHRASE + "s"
    elif who == "disabled":
        make_account(session(), "Ada", Role.ADMINISTRATOR)
        administration.disable(session(), author, by=None)
        session.commit()
    else:
        email = make_account(session(), "New").email
    tried = authentication.sign_in(session(), email, password, client_address=HOME)
    assert tried == authentication.SignInResult(SignInOutcome.REFUSED)


def test_a_stranger_costs_one_password_check_too(session, author, monkeypatch):
    checked = []
    verify = passwords.verify_password
    monkeypatch.setattr(passwords, "verify_password", lambda *args: checked.append(1) or verify(*args))
    for email in (author.email, "stranger@example.org"):
        authentication.sign_in(session(), email, "wrong in any case", client_address=HOME)
        session.commit()
    assert len(checked) == 2


@pytest.mark.parametrize("spelling", [" ANN@example.org ", "Ann@Example.ORG"])
def test_an_address_is_found_however_it_is_spelt(session, author, spelling):
    assert authentication.sign_in(session(), spelling, PHRASE, client_address=HOME).outcome == SignInOutcome.COMPLETE


@pytest.mark.parametrize("typed", ["\x00", "\ud800", "a" * 100_000, "", "' OR 1=1 --"])
def test_strange_input_is_refused_and_no_more(session, author, typed):
    assert authentication.sign_in(session(), typed, typed, client_address=HOME).outcome == SignInOutcome.REFUSED


def test_sign_ins_and_refusals_are_in_the_trail(session, author):
    enter(session, author)
    enter(session, author, "not the right phrase")
    verbs = [event.verb for event in session.query(AuditEvent).order_by(AuditEvent.id)]
    assert verbs[-2:] == ["sign in", "sign-in refused"]


def test_a_hash_with_weaker_parameters_is_renewed(session, author):
    author.password_hash = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PHRASE)
    recording.record(session(), "set password", "account", author.id)
    session.commit()
    enter(session, author)
    assert not passwords.needs_rehash(author.password_hash)


def test_the_eleventh_try_in_five_minutes_is_limited_even_when_it_is_right(session, author):
    for _ in range(10):
        enter(session, author, "wrong " * 3)
    tried = enter(session, author)
    assert (tried.outcome, tried.retry_after) == (SignInOutcome.LIMITED, 300)


def test_a_known_device_gets_in_while_strangers_try(session, author):
    for number in range(10):
        enter(session, author, "wrong " * 3, address=f"198.51.100.{number}")
    assert enter(session, author, address="203.0.113.9", device="known").outcome == SignInOutcome.COMPLETE


def test_one_address_is_limited_over_all_accounts(session, author):
    for number in range(10):
        authentication.sign_in(session(), f"n{number}@example.org", "x", client_address=HOME)
        session.commit()
    assert enter(session, author).outcome == SignInOutcome.LIMITED
    assert enter(session, author, address="203.0.113.9").outcome == SignInOutcome.COMPLETE


def test_limits_pass_with_time(session, author, monkeypatch):
    for _ in range(10):
        enter(session, author, "wrong " * 3)
    later = now() + timedelta(minutes=6)
    for module in (rate_limits, sessions, authentication):
        monkeypatch.setattr(module, "now", lambda: later)
    assert enter(session, author).outcome == SignInOutcome.COMPLETE


def test_changing_the_password_keeps_ones_own_session_under_a_new_token(session, author):
    tried = enter(session, author)
    token = authentication.change_password(session(), living(session, tried), "seven calm herons wade")
    session.commit()
    assert living(session, tried) is None
    assert sessions.find(session(), token) is not None


def test_a_weak_password_is_refused_when_it_is_changed(session, author):
    auth_session = living(session, enter(session, author))
    with pytest.raises(WeakPassword):
        authentication.change_password(session(), auth_session, "password password")


def test_an_old_proof_is_not_enough(session, author):
    auth_session = living(session, enter(session, author))
    auth_session.authenticated_at = now() - timedelta(minutes=11)
    with pytest.raises(ReauthenticationRequired):
        authentication.change_password(session(), auth_session, "seven calm herons wade")


def test_stepping_up_renews_the_proof_and_the_token(session, reviewer, code_of):
    tried = enter(session, reviewer)
    code = code_of(reviewer.totp_secret, -1)
    done = authentication.enter_code(session(), living(session, tried), code, client_address=HOME)
    active = living(session, done)
    active.authenticated_at = now() - timedelta(minutes=11)
    session.commit()
    up = authentication.reauthenticate(session(), active, PHRASE, code_of(reviewer.totp_secret), client_address=HOME)
    session.commit()
    assert (up.outcome, living(session, done)) == (SignInOutcome.COMPLETE, None)
    assert sessions.is_recently_authenticated(living(session, up))


@pytest.mark.parametrize(("password", "code"), [("wrong phrase here", "right"), (PHRASE, "000000")])
def test_stepping_up_needs_both(session, reviewer, password, code, code_of):
    _, auth_session = sessions.start(session(), reviewer)
    session.commit()
    typed = code_of(reviewer.totp_secret) if code == "right" else code
    assert (
        authentication.reauthenticate(session(), auth_session, password, typed, client_address=HOME).outcome
        == SignInOutcome.REFUSED
    )


def test_a_flood_that_is_limited_leaves_one_event(session, author):
    for _ in range(15):
        enter(session, author, "wrong " * 3)
    assert session.query(AuditEvent).filter_by(verb="sign in limited").count() == 1


def test_a_known_device_gets_in_though_its_address_is_spent(session, author, monkeypatch):
    monkeypatch.setitem(rate_limits.LIMITS, "sign in", ((300, 10, 2),))
    for _ in range(3):
        authentication.sign_in(session(), "stranger@example.org", "x", client_address=HOME)
        session.commit()
    assert enter(session, author).outcome == SignInOutcome.LIMITED
    assert enter(session, author, device="known").outcome == SignInOutcome.COMPLETE
