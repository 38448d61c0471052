"""The second factor at a sign-in: codes that work once, recovery codes, and setting it up."""

import pytest

from portal.errors import Forbidden, InvalidTransition
from portal.models import RecoveryCode
from portal.services.accounts import authentication
from portal.services.accounts.authentication import SignInOutcome
from portal.services.accounts.sessions import Stage
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account
from tests.sign_ins import HOME, enter, living


def test_a_reviewer_is_asked_for_a_code(session, reviewer, code_of):
    tried = enter(session, reviewer)
    assert (tried.outcome, living(session, tried).stage) == (SignInOutcome.CODE_REQUIRED, Stage.CODE)
    done = authentication.enter_code(
        session(), living(session, tried), code_of(reviewer.totp_secret), client_address=HOME
    )
    session.commit()
    assert (done.outcome, living(session, done).stage) == (SignInOutcome.COMPLETE, Stage.COMPLETE)


def test_the_token_is_new_after_the_code(session, reviewer, code_of):
    tried = enter(session, reviewer)
    done = authentication.enter_code(
        session(), living(session, tried), code_of(reviewer.totp_secret), client_address=HOME
    )
    session.commit()
    assert done.token != tried.token
    assert living(session, tried) is None


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_of_the_neighbouring_steps_is_taken(session, reviewer, steps, code_of):
    auth_session = living(session, enter(session, reviewer))
    code = code_of(reviewer.totp_secret, steps)
    assert (
        authentication.enter_code(session(), auth_session, code, client_address=HOME).outcome == SignInOutcome.COMPLETE
    )


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_a_code_from_further_away_is_refused(session, reviewer, steps, code_of):
    auth_session = living(session, enter(session, reviewer))
    code = code_of(reviewer.totp_secret, steps)
    assert (
        authentication.enter_code(session(), auth_session, code, client_address=HOME).outcome == SignInOutcome.REFUSED
    )


@pytest.mark.parametrize("spelling", ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", "fullwidth"])
def test_a_code_works_once_however_it_is_spelt(session, reviewer, spelling, code_of):
    code = code_of(reviewer.totp_secret)
    wide = code.translate({ord(str(n)): 0xFF10 + n for n in range(10)})
    first = living(session, enter(session, reviewer))
    assert authentication.enter_code(session(), first, code, client_address=HOME).outcome == SignInOutcome.COMPLETE
    session.commit()
    second = living(session, enter(session, reviewer))
    again = wide if spelling == "fullwidth" else spelling.format(code)
    assert authentication.enter_code(session(), second, again, client_address=HOME).outcome == SignInOutcome.REFUSED


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "０" * 7, "\x00" * 6, "1" * 10_000, "-00001"])
def test_what_is_no_code_is_refused(session, reviewer, code):
    auth_session = living(session, enter(session, reviewer))
    assert (
        authentication.enter_code(session(), auth_session, code, client_address=HOME).outcome == SignInOutcome.REFUSED
    )


def test_the_sixth_code_in_five_minutes_is_limited(session, reviewer, code_of):
    auth_session = living(session, enter(session, reviewer))
    for _ in range(5):
        authentication.enter_code(session(), auth_session, "000000", client_address=HOME)
        session.commit()
    right = code_of(reviewer.totp_secret)
    assert (
        authentication.enter_code(session(), auth_session, right, client_address=HOME).outcome == SignInOutcome.LIMITED
    )


def enrol(session, account, code_of):
    """Set up a second factor; the result and the code that confirmed it."""
    auth_session = living(session, enter(session, account))
    enrolment = authentication.begin_enrolment(session(), auth_session, issuer="Fund")
    session.commit()
    code = code_of(enrolment.secret)
    done = authentication.finish_enrolment(session(), auth_session, code, client_address=HOME)
    session.commit()
    return done, code


def test_a_reviewer_without_a_second_factor_sets_one_up(session, code_of):
    reviewer = make_account(session(), "Rex", Role.REVIEWER, password=PHRASE)
    tried = enter(session, reviewer)
    assert tried.outcome == SignInOutcome.ENROLMENT_REQUIRED
    with pytest.raises(InvalidTransition):
        authentication.enter_code(session(), living(session, tried), "123456", client_address=HOME)
    done, _ = enrol(session, reviewer, code_of)
    assert (done.outcome, len(done.recovery_codes)) == (SignInOutcome.COMPLETE, 10)
    assert living(session, done).stage == Stage.COMPLETE


def test_the_code_of_the_enrolment_does_not_work_again(session, code_of):
    reviewer = make_account(session(), "Rex", Role.REVIEWER, password=PHRASE)
    _, code = enrol(session, reviewer, code_of)
    auth_session = living(session, enter(session, reviewer))
    assert (
        authentication.enter_code(session(), auth_session, code, client_address=HOME).outcome == SignInOutcome.REFUSED
    )


def test_a_password_alone_cannot_replace_the_second_factor(session, reviewer):
    auth_session = living(session, enter(session, reviewer))
    with pytest.raises(Forbidden):
        authentication.begin_enrolment(session(), auth_session, issuer="Fund")


def test_a_recovery_code_works_once(session, code_of):
    reviewer = make_account(session(), "Rex", Role.REVIEWER, password=PHRASE)
    spare = enrol(session, reviewer, code_of)[0].recovery_codes[0]
    outcomes = []
    for _ in range(2):
        auth_session = living(session, enter(session, reviewer))
        outcomes.append(authentication.enter_code(session(), auth_session, spare.upper(), client_address=HOME).outcome)
        session.commit()
    assert outcomes == [SignInOutcome.COMPLETE, SignInOutcome.REFUSED]


def test_recovery_codes_are_kept_as_hashes(session, code_of):
    reviewer = make_account(session(), "Rex", Role.REVIEWER, password=PHRASE)
    codes = enrol(session, reviewer, code_of)[0].recovery_codes
    stored = {row.code_hash for row in session.query(RecoveryCode)}
    assert len(stored) == 10
    assert not stored & set(codes)
