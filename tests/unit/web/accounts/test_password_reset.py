"""Choosing a password with a link, and what follows."""

from datetime import timedelta

import pyotp
import pytest

from portal.database.orm import now
from portal.database.transactions import begin_writing
from portal.services.accounts import one_time_links
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account
from tests.http_clients import place

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 # of the accounts of these tests


@pytest.fixture
def ann(session):
    return make_account(session, "Ann", password=PHRASE)


@pytest.fixture
def rex(session):
    return make_account(session, "Rex", Role.REVIEWER, password=PHRASE, totp_secret=SECRET)


def code(steps=0):
    return pyotp.TOTP(SECRET).at(now() + timedelta(seconds=30 * steps))


def sent(email, password=PHRASE, **more):
    return {"email": email, "password": password, **more}


def test_a_link_does_not_replace_the_second_factor(staff, session, rex):
    begin_writing(session())
    link = one_time_links.issue(session(), rex, one_time_links.Purpose.RESET)
    session.commit()
    someone = staff()
    answer = someone.post(one_time_links.LINK_PATH + link.token, {"password": "seven slow lanterns drift"})
    assert place(answer) == "/sign-in/code?next=/staff/"
    assert someone.get("/staff/").status_code == 302
    assert place(someone.post("/sign-in/code", {"code": code()})) == "/staff/"


def test_a_dead_link_leads_to_a_new_one(staff, app):
    page = staff().visit(f"{one_time_links.LINK_PATH}{'A' * 43}", status=410)
    assert page.heading == "This link no longer works"
    assert "administrator" in page.text
    assert "/sign-in" in page.links
