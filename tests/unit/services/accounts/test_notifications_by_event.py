"""Notices: the owner of an account is told by mail what opens or shuts it; one mail an event, with the event."""

from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.database.transactions import begin_writing
from portal.models import OutboxMessage
from portal.services.accounts import authentication, one_time_links, passwords, sessions
from portal.services.accounts.one_time_links import Purpose
from portal.services.audit import recording
from portal.vocabulary.mail import MailChoice, MailKind
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account

ANOTHER = "seven slow boats drift"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 # of the accounts of these tests


@pytest.fixture
def ann(session):
    return make_account(session, "Ann", password=PHRASE, signed_in_at=now() - timedelta(days=1))


@pytest.fixture
def ada(session):
    known = {"password": PHRASE, "totp_secret": SECRET, "signed_in_at": now() - timedelta(days=1)}
    return make_account(session, "Ada", Role.ADMINISTRATOR, **known)


def told(outbox):
    return [(letter.to, letter.subject.partition(":")[0]) for letter in outbox() if letter.kind == MailKind.SECURITY]


def test_a_changed_password_is_told(staff, ann, outbox):
    given = {"current_password": PHRASE, "password": ANOTHER}
    assert staff().sign_in(ann).post("/staff/account/password", given).status_code == 303
    assert told(outbox) == [("ann@example.org", "Your password was changed")]


def test_a_refused_change_is_not_told(staff, ann, outbox):
    staff().sign_in(ann).post("/staff/account/password", {"current_password": ANOTHER, "password": ANOTHER})
    assert outbox() == []


def test_a_password_chosen_by_a_link_is_told(staff, session, ann, outbox):
    token = one_time_links.issue(session(), ann, Purpose.RESET).token
    session.commit()
    staff().post(f"{one_time_links.LINK_PATH}{token}", {"password": ANOTHER})
    assert told(outbox) == [("ann@example.org", "Your password was changed")]


def test_another_second_factor_is_told(staff, session, ann, outbox, code_of):
    someone = staff().sign_in(ann)
    someone.post("/staff/account/second-factor")
    secret = someone.visit("/staff/account/second-factor").one(".secret").to_text().replace(" ", "")
    someone.post("/staff/account/second-factor/confirm", {"code": code_of(secret)})
    assert told(outbox) == [("ann@example.org", "Your second factor was set up")]


def test_new_recovery_codes_are_told(staff, ada, outbox):
    staff().sign_in(ada).post("/staff/account/recovery-codes")
    assert told(outbox) == [("ada@example.org", "Your recovery codes were replaced")]


def test_a_removed_second_factor_is_told(staff, session, ada, outbox):
    rex = make_account(session, "Rex", Role.REVIEWER, totp_secret=SECRET)
    staff().sign_in(ada).post(f"/staff/accounts/{rex.id}/remove-second-factor")
    assert told(outbox) == [("rex@example.org", "Your second factor was removed")]


def test_another_role_is_told_and_the_same_role_is_not(staff, ada, ann, outbox):
    boss = staff().sign_in(ada)
    for role in ("author", "reviewer"):
        boss.post(f"/staff/accounts/{ann.id}/role", {"role": role})
    assert told(outbox) == [("ann@example.org", "Your role was changed")]
    assert "role of your account is now: reviewer" in outbox()[0].text


def test_a_sign_in_from_a_new_device_is_told_once(staff, ann, outbox):
    someone = staff()
    for _ in range(2):
        someone.post("/sign-in", {"email": ann.email, "password": PHRASE}, headers={"User-Agent": "Firefox"})
    assert told(outbox) == [("ann@example.org", "New sign-in to your account")]
    assert "from the network address 127.0.0.1" in outbox()[0].text


def test_with_a_second_factor_the_code_completes_the_sign_in(staff, ada, outbox, code_of):
    someone = staff()
    someone.post("/sign-in", {"email": ada.email, "password": PHRASE})
    assert outbox() == []
    someone.post("/sign-in/code", {"code": code_of(SECRET)})
    assert told(outbox) == [("ada@example.org", "New sign-in to your account")]


def test_the_very_first_sign_in_is_not_told(staff, session, outbox):
    fresh = make_account(session, "Leah", password=PHRASE)
    staff().post("/sign-in", {"email": fresh.email, "password": PHRASE})
    assert outbox() == []


def test_proving_who_one_is_is_no_sign_in(staff, ann, outbox):
    someone = staff().sign_in(ann)
    answer = someone.post("/sign-in/again", {"password": PHRASE, "to": "/staff/", "method": "GET"})
    assert (answer.status_code, outbox()) == (303, [])


def test_signing_in_again_in_place_is_a_sign_in(staff, ann, outbox):
    staff().post("/sign-in/again", {"email": ann.email, "password": PHRASE, "to": "/staff/", "method": "GET"})
    assert told(outbox) == [("ann@example.org", "New sign-in to your account")]


def test_a_notice_holds_no_link_that_does_anything(staff, ann, outbox, app):
    staff().sign_in(ann).post("/staff/account/password", {"current_password": PHRASE, "password": ANOTHER})
    addresses = [word for word in outbox()[0].text.split() if word.startswith("http")]
    assert addresses == [app.extensions["settings"].public_url + "/forgotten"]


def test_what_is_not_mailed_is_done_all_the_same(staff, ann, session):
    given = {"current_password": PHRASE, "password": ANOTHER}
    assert staff().sign_in(ann).post("/staff/account/password", given).status_code == 303
    assert passwords.verify_password(ANOTHER, ann.password_hash)
    assert session.query(OutboxMessage).count() == 0


def test_an_operator_who_takes_a_second_factor_away_tells_its_owner(app, session, ada, outbox):
    app.test_cli_runner().invoke(args=["account", "link", ada.email, "--new-second-factor"])
    assert told(outbox) == [("ada@example.org", "Your second factor was removed")]


def test_nothing_is_told_when_the_change_is_not_committed(session, ann, outbox):
    begin_writing(session())
    _, auth_session = sessions.start(session(), ann)
    session.commit()
    authentication.change_password(session(), auth_session, ANOTHER)
    assert session.query(OutboxMessage).count() == 1
    session.rollback()
    assert outbox() == []


def test_nobody_can_turn_them_off(staff, session, ann, outbox):
    ann.mail_choice = MailChoice.NONE
    recording.record(session(), "choose mail", "account", ann.id)
    session.commit()
    staff().sign_in(ann).post("/staff/account/password", {"current_password": PHRASE, "password": ANOTHER})
    assert told(outbox) == [("ann@example.org", "Your password was changed")]
