"""What a step of signing in leaves behind: nothing to repeat, and no attempt that succeeded."""

import pytest

from portal.errors import InvalidTransition
from portal.services.accounts import authentication, sessions
from portal.services.accounts.authentication import SignInOutcome
from portal.services.accounts.sessions import Stage
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account

HOME = "192.0.2.1"


def test_a_second_factor_that_is_set_up_is_not_set_up_again(session, code_of):
    _, auth_session = sessions.start(session(), make_account(session(), "Rex", Role.REVIEWER), stage=Stage.ENROLMENT)
    secret = authentication.begin_enrolment(session(), auth_session, issuer="Fund").secret
    session.commit()
    code = code_of(secret)
    authentication.finish_enrolment(session(), auth_session, code, client_address=HOME)
    session.commit()
    with pytest.raises(InvalidTransition, match=r"^No second factor is being set up\."):
        authentication.enrolment(session(), auth_session, issuer="Fund")


def test_proofs_that_succeed_are_not_limited(session):
    _, auth_session = sessions.start(session(), make_account(session(), "Ann", password=PHRASE))
    session.commit()
    outcomes = []
    for _ in range(6):
        tried = authentication.reauthenticate(session(), auth_session, PHRASE, "", client_address=HOME)
        session.commit()
        outcomes.append(tried.outcome)
    assert outcomes == [SignInOutcome.COMPLETE] * 6
