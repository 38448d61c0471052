"""Account administration: who may do it, what even an administrator cannot do, and a reset that reveals nothing."""

from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.errors import Forbidden, NotFound, RateLimited, ReauthenticationRequired, ValidationFailed
from portal.models import AuditEvent
from portal.services.accounts import administration, sessions
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account


@pytest.fixture
def administrator(session):
    return make_account(session(), "Ada", Role.ADMINISTRATOR, password=PHRASE)


@pytest.fixture
def proof(session, administrator):
    return sessions.start(session(), administrator)[1]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, set()),
        ({"email": "no address"}, {"email"}),
        ({"email": "a@b"}, {"email"}),
        ({"email": "a@b.org\r\nBcc: all@example.org"}, {"email"}),
        ({"email": "x" * 250 + "@example.org"}, {"email"}),
        ({"email": "ADA@example.org"}, {"email"}),
        ({"name": " "}, {"name"}),
        ({"name": "n" * 121}, {"name"}),
        ({"role": "owner"}, {"role"}),
        ({"email": "", "name": "", "role": ""}, {"email", "name", "role"}),
    ],
)
def test_adding_an_account_says_all_that_is_wrong(session, administrator, changes, wrong):
    values = {"email": "new@example.org", "name": "New", "role": "author"} | changes
    fields = set()
    try:
        administration.add_account(session(), **values, by=administrator)
    except ValidationFailed as error:
        fields = {field_error.field for field_error in error.errors}
    assert fields == wrong


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.REVIEWER])
def test_only_administrators_keep_accounts(session, administrator, proof, role):
    other = make_account(session(), "Olu", role)
    for attempt in (
        lambda: administration.add_account(session(), email="n@example.org", name="N", role="author", by=other),
        lambda: administration.change_role(session(), administrator, "author", by=other, auth_session=proof),
        lambda: administration.disable(session(), administrator, by=other),
        lambda: administration.issue_link(session(), administrator, by=other),
    ):
        with pytest.raises(Forbidden):
            attempt()


def test_a_role_change_asks_for_a_fresh_proof(session, administrator, proof):
    other = make_account(session(), "Olu")
    proof.authenticated_at = now() - timedelta(minutes=11)
    with pytest.raises(ReauthenticationRequired):
        administration.change_role(session(), other, Role.REVIEWER, by=administrator, auth_session=proof)


def test_nobody_raises_or_disables_themselves(session, administrator, proof):
    make_account(session(), "Eve", Role.ADMINISTRATOR)
    with pytest.raises(Forbidden):
        administration.change_role(session(), administrator, Role.AUTHOR, by=administrator, auth_session=proof)
    with pytest.raises(Forbidden):
        administration.disable(session(), administrator, by=administrator)


def test_the_last_administrator_stays(session, administrator):
    with pytest.raises(Forbidden, match=r"^This is the last administrator\. Add another administrator first\.$"):
        administration.disable(session(), administrator, by=None)


def test_a_role_change_is_in_the_trail(session, administrator, proof):
    other = make_account(session(), "Olu")
    administration.change_role(session(), other, Role.REVIEWER, by=administrator, auth_session=proof)
    event = session.query(AuditEvent).order_by(AuditEvent.id.desc()).first()
    assert (event.verb, event.before, event.after) == ("change role", {"role": "author"}, {"role": "reviewer"})


def test_a_reset_is_a_link_for_those_who_are_there(session, administrator):
    assert (
        administration.request_password_reset(session(), " ADA@example.org", client_address="192.0.2.1").email
        == administrator.email
    )
    assert administration.request_password_reset(session(), "stranger@example.org", client_address="192.0.2.1") is None


@pytest.mark.parametrize("email", ["ada@example.org", "stranger@example.org"])
def test_a_reset_is_limited_alike_for_everyone(session, administrator, email):
    for _ in range(3):
        administration.request_password_reset(session(), email, client_address="192.0.2.1")
    with pytest.raises(RateLimited):
        administration.request_password_reset(session(), email, client_address="192.0.2.1")


def test_a_lost_device_is_taken_off_by_another_administrator(session, administrator, proof):
    other = make_account(session(), "Rex", Role.REVIEWER, totp_secret="A" * 32)
    administration.remove_second_factor(session(), other, by=administrator, auth_session=proof)
    assert not other.has_second_factor
    with pytest.raises(Forbidden):
        administration.remove_second_factor(session(), administrator, by=administrator, auth_session=proof)


def test_an_account_that_is_not_there_is_said_so(session):
    with pytest.raises(NotFound, match=r"^There is no such account\.$"):
        administration.get_by_id(session(), 999_999)


@pytest.mark.parametrize("is_disabled", [False, True])
def test_the_trail_names_the_account_of_a_refused_reset_if_there_is_one(session, administrator, is_disabled):
    account = make_account(session(), "Olu", is_disabled=True) if is_disabled else None
    administration.request_password_reset(session(), "olu@example.org", client_address="192.0.2.1")
    event = session.query(AuditEvent).order_by(AuditEvent.id.desc()).first()
    assert (event.verb, event.subject_id) == ("reset refused", str(account.id) if account else "unknown")


def test_links_of_every_earlier_state_of_an_account_end_when_it_is_disabled(session, administrator):
    account = make_account(session(), "Olu", credential_version=5)
    administration.disable(session(), account, by=administrator)
    assert account.credential_version == 6
