"""Sign-in: results that reveal nothing, limits that persist, codes that work once, sessions that end everywhere."""

from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher

from portal.database.encryption import keyring_for
from portal.database.orm import db, now
from portal.errors import Forbidden, InvalidTransition, RateLimited, ReauthenticationRequired, WeakPassword
from portal.models import AccountSession, AuditEvent, RecoveryCode
from portal.services.accounts import (
    administration,
    authentication,
    one_time_links,
    passwords,
    rate_limits,
    second_factor,
    sessions,
)
from portal.services.accounts.authentication import Outcome
from portal.services.accounts.sessions import Stage
from portal.services.audit import recording
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account

HOME = "192.0.2.1"


def code_of(secret, *, steps=0):
    return pyotp.TOTP(keyring_for(db.session()).decrypt(secret)).at(now() + timedelta(seconds=30 * steps))


@pytest.fixture
def author(session):
    return make_account(session(), "Ann", password=PHRASE)


@pytest.fixture
def reviewer(session):
    return make_account(session(), "Rex", Role.REVIEWER, password=PHRASE, totp_secret=pyotp.random_base32())


def enter(session, account, password=PHRASE, address=HOME, **more):
    tried = authentication.sign_in(session(), account.email, password, client_address=address, **more)
    session.commit()
    return tried


def living(session, tried):
    return sessions.find(session(), tried.token)


def test_an_author_signs_in_with_a_password(session, author):
    tried = enter(session, author)
    assert (tried.outcome, living(session, tried).stage) == (Outcome.COMPLETE, Stage.COMPLETE)


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
    assert tried == authentication.SignInResult(Outcome.REFUSED)


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
    assert authentication.sign_in(session(), spelling, PHRASE, client_address=HOME).outcome == Outcome.COMPLETE


@pytest.mark.parametrize("typed", ["\x00", "\ud800", "a" * 100_000, "", "' OR 1=1 --"])
def test_strange_input_is_refused_and_no_more(session, author, typed):
    assert authentication.sign_in(session(), typed, typed, client_address=HOME).outcome == Outcome.REFUSED


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
    assert (tried.outcome, tried.retry_after) == (Outcome.LIMITED, 300)


def test_a_known_device_gets_in_while_strangers_try(session, author):
    for number in range(10):
        enter(session, author, "wrong " * 3, address=f"198.51.100.{number}")
    assert enter(session, author, address="203.0.113.9", device="known").outcome == Outcome.COMPLETE


def test_one_address_is_limited_over_all_accounts(session, author):
    for number in range(10):
        authentication.sign_in(session(), f"n{number}@example.org", "x", client_address=HOME)
        session.commit()
    assert enter(session, author).outcome == Outcome.LIMITED
    assert enter(session, author, address="203.0.113.9").outcome == Outcome.COMPLETE


def test_limits_pass_with_time(session, author, monkeypatch):
    for _ in range(10):
        enter(session, author, "wrong " * 3)
    later = now() + timedelta(minutes=6)
    for module in (rate_limits, sessions, authentication):
        monkeypatch.setattr(module, "now", lambda: later)
    assert enter(session, author).outcome == Outcome.COMPLETE


def test_a_reviewer_is_asked_for_a_code(session, reviewer):
    tried = enter(session, reviewer)
    assert (tried.outcome, living(session, tried).stage) == (Outcome.CODE_REQUIRED, Stage.CODE)
    done = authentication.enter_code(
        session(), living(session, tried), code_of(reviewer.totp_secret), client_address=HOME
    )
    session.commit()
    assert (done.outcome, living(session, done).stage) == (Outcome.COMPLETE, Stage.COMPLETE)


def test_the_token_is_new_after_the_code(session, reviewer):
    tried = enter(session, reviewer)
    done = authentication.enter_code(
        session(), living(session, tried), code_of(reviewer.totp_secret), client_address=HOME
    )
    session.commit()
    assert done.token != tried.token
    assert living(session, tried) is None


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_of_the_neighbouring_steps_is_taken(session, reviewer, steps):
    auth_session = living(session, enter(session, reviewer))
    code = code_of(reviewer.totp_secret, steps=steps)
    assert authentication.enter_code(session(), auth_session, code, client_address=HOME).outcome == Outcome.COMPLETE


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_a_code_from_further_away_is_refused(session, reviewer, steps):
    auth_session = living(session, enter(session, reviewer))
    code = code_of(reviewer.totp_secret, steps=steps)
    assert authentication.enter_code(session(), auth_session, code, client_address=HOME).outcome == Outcome.REFUSED


@pytest.mark.parametrize("spelling", ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", "fullwidth"])
def test_a_code_works_once_however_it_is_spelt(session, reviewer, spelling):
    code = code_of(reviewer.totp_secret)
    wide = code.translate({ord(str(n)): 0xFF10 + n for n in range(10)})
    first = living(session, enter(session, reviewer))
    assert authentication.enter_code(session(), first, code, client_address=HOME).outcome == Outcome.COMPLETE
    session.commit()
    second = living(session, enter(session, reviewer))
    again = wide if spelling == "fullwidth" else spelling.format(code)
    assert authentication.enter_code(session(), second, again, client_address=HOME).outcome == Outcome.REFUSED


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "０" * 7, "\x00" * 6, "1" * 10_000, "-00001"])
def test_what_is_no_code_is_refused(session, reviewer, code):
    auth_session = living(session, enter(session, reviewer))
    assert authentication.enter_code(session(), auth_session, code, client_address=HOME).outcome == Outcome.REFUSED


def test_the_sixth_code_in_five_minutes_is_limited(session, reviewer):
    auth_session = living(session, enter(session, reviewer))
    for _ in range(5):
        authentication.enter_code(session(), auth_session, "000000", client_address=HOME)
        session.commit()
    right = code_of(reviewer.totp_secret)
    assert authentication.enter_code(session(), auth_session, right, client_address=HOME).outcome == Outcome.LIMITED


def enrolled(session, account):
    return enrolled_by(session, account)[0]


def enrolled_by(session, account):
    """Set up a second factor; the result and the code that confirmed it."""
    auth_session = living(session, enter(session, account))
    enrolment = authentication.begin_enrolment(session(), auth_session, issuer="Fund")
    session.commit()
    code = code_of(enrolment.secret)
    done = authentication.finish_enrolment(session(), auth_session, code, client_address=HOME)
    session.commit()
    return done, code


def test_a_reviewer_without_a_second_factor_sets_one_up(session):
    reviewer = make_account(session(), "Rex", Role.REVIEWER, password=PHRASE)
    tried = enter(session, reviewer)
    assert tried.outcome == Outcome.ENROLMENT_REQUIRED
    with pytest.raises(InvalidTransition):
        authentication.enter_code(session(), living(session, tried), "123456", client_address=HOME)
    done = enrolled(session, reviewer)
    assert (done.outcome, len(done.recovery_codes)) == (Outcome.COMPLETE, 10)
    assert living(session, done).stage == Stage.COMPLETE


def test_the_code_of_the_enrolment_does_not_work_again(session):
    reviewer = make_account(session(), "Rex", Role.REVIEWER, password=PHRASE)
    _, code = enrolled_by(session, reviewer)
    auth_session = living(session, enter(session, reviewer))
    assert authentication.enter_code(session(), auth_session, code, client_address=HOME).outcome == Outcome.REFUSED


def test_a_password_alone_cannot_replace_the_second_factor(session, reviewer):
    auth_session = living(session, enter(session, reviewer))
    with pytest.raises(Forbidden):
        authentication.begin_enrolment(session(), auth_session, issuer="Fund")


def test_a_recovery_code_works_once(session):
    reviewer = make_account(session(), "Rex", Role.REVIEWER, password=PHRASE)
    spare = enrolled(session, reviewer).recovery_codes[0]
    outcomes = []
    for _ in range(2):
        auth_session = living(session, enter(session, reviewer))
        outcomes.append(authentication.enter_code(session(), auth_session, spare.upper(), client_address=HOME).outcome)
        session.commit()
    assert outcomes == [Outcome.COMPLETE, Outcome.REFUSED]


def test_recovery_codes_are_kept_as_hashes(session):
    reviewer = make_account(session(), "Rex", Role.REVIEWER, password=PHRASE)
    codes = enrolled(session, reviewer).recovery_codes
    stored = {row.code_hash for row in session.query(RecoveryCode)}
    assert len(stored) == 10
    assert not stored & set(codes)


def test_the_qr_code_has_no_style_and_no_script():
    svg = second_factor.qr_svg(second_factor.provisioning_uri("A" * 32, "a@example.org", "Fund"))
    assert svg.startswith("<svg")
    assert "style" not in svg
    assert "script" not in svg


def test_a_database_dump_holds_no_usable_token(session, author):
    tried = enter(session, author)
    assert tried.token not in {row.token_hash for row in session.query(AccountSession)}


@pytest.mark.parametrize("token", [None, "", "x", "\x00", "\ud800", "a" * 10_000])
def test_a_strange_token_is_no_session(session, token):
    assert sessions.find(session(), token) is None


@pytest.mark.parametrize(("minutes", "lives"), [(29, True), (30, False), (31, False)])
def test_a_session_ends_after_half_an_hour_of_nothing(session, author, minutes, lives):
    tried = enter(session, author)
    later = now() + timedelta(minutes=minutes)
    assert (sessions.find(session(), tried.token, later) is not None) == lives


def test_a_session_ends_after_twelve_hours_however_busy(session, author):
    tried = enter(session, author)
    auth_session = living(session, tried)
    auth_session.seen_at = now() + timedelta(hours=12)
    assert sessions.find(session(), tried.token, now() + timedelta(hours=11, minutes=59)) is not None
    assert sessions.find(session(), tried.token, now() + timedelta(hours=12)) is None


@pytest.mark.parametrize("act", ["sign out", "everywhere", "disable", "password", "role", "link"])
def test_a_session_is_dead_at_once(session, author, act):
    administrator = make_account(session(), "Ada", Role.ADMINISTRATOR, password=PHRASE)
    tried, other = enter(session, author), enter(session, author)
    auth_session = living(session, tried)
    if act == "sign out":
        authentication.sign_out(session(), auth_session)
    elif act == "everywhere":
        authentication.sign_out(session(), living(session, other), everywhere=True)
    elif act == "disable":
        administration.disable(session(), author, by=administrator)
    elif act == "password":
        authentication.change_password(session(), living(session, other), "seven calm herons wade")
    elif act == "role":
        _, proof = sessions.start(session(), administrator)
        administration.change_role(session(), author, Role.REVIEWER, by=administrator, auth_session=proof)
    else:
        link = administration.issue_link(session(), author, by=administrator)
        session.commit()
        one_time_links.redeem(session(), link.token, "seven calm herons wade")
    session.commit()
    assert living(session, tried) is None


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


def test_stepping_up_renews_the_proof_and_the_token(session, reviewer):
    tried = enter(session, reviewer)
    code = code_of(reviewer.totp_secret, steps=-1)
    done = authentication.enter_code(session(), living(session, tried), code, client_address=HOME)
    active = living(session, done)
    active.authenticated_at = now() - timedelta(minutes=11)
    session.commit()
    up = authentication.reauthenticate(session(), active, PHRASE, code_of(reviewer.totp_secret), client_address=HOME)
    session.commit()
    assert (up.outcome, living(session, done)) == (Outcome.COMPLETE, None)
    assert sessions.is_recently_authenticated(living(session, up))


@pytest.mark.parametrize(("password", "code"), [("wrong phrase here", "right"), (PHRASE, "000000")])
def test_stepping_up_needs_both(session, reviewer, password, code):
    _, auth_session = sessions.start(session(), reviewer)
    session.commit()
    typed = code_of(reviewer.totp_secret) if code == "right" else code
    assert (
        authentication.reauthenticate(session(), auth_session, password, typed, client_address=HOME).outcome
        == Outcome.REFUSED
    )


def test_owners_list_and_end_their_own_sessions_only(session, author):
    other = make_account(session(), "Olu", password=PHRASE)
    mine, theirs = living(session, enter(session, author)), living(session, enter(session, other))
    assert [auth_session.id for auth_session in sessions.active_sessions(session(), author)] == [mine.id]
    assert not sessions.end_by_id(session(), author, theirs.id)
    assert sessions.end_by_id(session(), author, mine.id)


def test_form_tokens_belong_to_one_session():
    assert sessions.csrf_token("key", "a") != sessions.csrf_token("key", "b")


def test_a_limit_is_not_counted_on(session):
    for _ in range(3):
        rate_limits.hit(session(), "reset", account="a@example.org", client_address=HOME)
    for _ in range(2):
        with pytest.raises(RateLimited):
            rate_limits.hit(session(), "reset", account="a@example.org", client_address=HOME)


def test_a_flood_that_is_limited_leaves_one_event(session, author):
    for _ in range(15):
        enter(session, author, "wrong " * 3)
    assert session.query(AuditEvent).filter_by(verb="sign in limited").count() == 1


def test_a_known_device_gets_in_though_its_address_and_the_total_are_spent(session, author, monkeypatch):
    monkeypatch.setitem(rate_limits.LIMITS, "sign in", ((300, 10, 2, 2),))
    for _ in range(3):
        authentication.sign_in(session(), "stranger@example.org", "x", client_address=HOME)
        session.commit()
    assert enter(session, author).outcome == Outcome.LIMITED
    assert enter(session, author, device="known").outcome == Outcome.COMPLETE


def test_an_over_long_request_id_does_no_harm(session, author):
    recording.set_origin(session(), account=author, request_id="r" * 1_000, client_address="a" * 1_000)
    event = recording.record(session(), "look", "project", 1)
    assert (len(event.request_id), len(event.address)) == (64, 45)
