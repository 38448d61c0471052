"""Who signs in, in the tests of accounts."""

import pyotp
import pytest

from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account


@pytest.fixture
def author(session):
    return make_account(session(), "Ann", password=PHRASE)


@pytest.fixture
def reviewer(session):
    return make_account(session(), "Rex", Role.REVIEWER, password=PHRASE, totp_secret=pyotp.random_base32())
