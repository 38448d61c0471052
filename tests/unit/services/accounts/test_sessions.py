"""How long a session may last once its stage changes."""

from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.services.accounts import sessions
from portal.services.accounts.sessions import Stage
from tests.factories import make_account


@pytest.mark.parametrize("stage", [Stage.CODE, Stage.ENROLMENT])
def test_a_sign_in_that_is_completed_lasts_twelve_hours_from_then(session, stage):
    _, auth_session = sessions.start(session(), make_account(session()), stage=stage)
    sessions.rotate(session(), auth_session)
    assert timedelta(hours=11, minutes=59) < auth_session.expires_at - now() <= timedelta(hours=12)


def test_another_proof_does_not_prolong_a_session(session):
    _, auth_session = sessions.start(session(), make_account(session()))
    auth_session.expires_at = end = now() + timedelta(hours=1)
    sessions.rotate(session(), auth_session)
    assert auth_session.expires_at == end
