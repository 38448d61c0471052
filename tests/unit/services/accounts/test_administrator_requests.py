"""A second administrator: who may ask and confirm, when a request is void, and what the database refuses."""

from datetime import timedelta

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from portal.database.orm import now
from portal.errors import Forbidden, InvalidTransition, ReauthenticationRequired, ValidationFailed
from portal.models import Account, AdministratorRequest, AuditEvent
from portal.services.accounts import administration, administrator_requests, sessions
from portal.services.accounts.administrator_requests import RequestKind
from portal.vocabulary.workflow import Role
from tests.factories import make_account


@pytest.fixture
def ada(session):
    return make_account(session(), "Ada", Role.ADMINISTRATOR)


@pytest.fixture
def bea(session):
    return make_account(session(), "Bea", Role.ADMINISTRATOR)


@pytest.fixture
def ann(session):
    return make_account(session(), "Ann")


def proof(session, account, *, minutes=0):
    auth_session = sessions.start(session(), account)[1]
    auth_session.authenticated_at = now() - timedelta(minutes=minutes)
    session.commit()
    return {"by": account, "auth_session": auth_session}


def ask(session, account, by, kind=RequestKind.PROMOTE):
    request = administrator_requests.ask(session(), kind, account, **proof(session, by))
    session.commit()
    return request


def confirm(session, request, by):
    done = administrator_requests.confirm(session(), request.id, **proof(session, by))
    session.commit()
    return done


def verbs(session, kind="account"):
    return [event.verb for event in session.query(AuditEvent).filter_by(subject_kind=kind).order_by(AuditEvent.id)]


def test_a_second_administrator_gives_the_role(session, ada, bea, ann):
    request = ask(session, ann, ada)
    assert (ann.role, administrator_requests.open_requests(session())) == (Role.AUTHOR, [request])
    assert confirm(session, request, bea).link is None
    assert (ann.role, administrator_requests.open_requests(session())) == (Role.ADMINISTRATOR, [])
    assert verbs(session)[-3:] == ["ask for administrator", "change role", "confirm administrator"]


def test_an_invitation_is_made_by_the_confirmation(session, ada, bea):
    request = administrator_requests.ask_to_invite(
        session(), email="Leah@Example.org", name="Leah", **proof(session, ada)
    )
    session.commit()
    assert administration.find_by_email(session(), "leah@example.org") is None
    done = confirm(session, request, bea)
    assert (done.account.email, done.account.role, done.link.email) == (
        "leah@example.org", Role.ADMINISTRATOR, "leah@example.org",
    )  # fmt: skip
    assert verbs(session, "account request") == ["ask for administrator"]


def test_a_disabled_administrator_comes_back_by_two(session, ada, bea):
    zoe = make_account(session(), "Zoe", Role.ADMINISTRATOR, is_disabled=True)
    request = ask(session, zoe, ada, RequestKind.ENABLE)
    assert zoe.is_disabled
    confirm(session, request, bea)
    assert not zoe.is_disabled


def test_nobody_confirms_their_own_request(session, ada, bea, ann):
    request = ask(session, ann, ada)
    with pytest.raises(Forbidden, match="Another administrator has to confirm"):
        confirm(session, request, ada)


@pytest.mark.parametrize("decided_by", ["NULL", "requested_by_id"])
def test_the_database_wants_a_second_person(decided_by, session, ada, bea, ann):
    ask(session, ann, ada)
    with pytest.raises(IntegrityError):
        session.execute(
            sql(f"UPDATE administrator_request SET decision = 'confirmed', decided_by_id = {decided_by}")  # noqa: S608
        )


def test_asking_and_confirming_need_a_recent_proof(session, ada, bea, ann):
    with pytest.raises(ReauthenticationRequired):
        administrator_requests.ask(session(), RequestKind.PROMOTE, ann, **proof(session, ada, minutes=11))
    with pytest.raises(ReauthenticationRequired):
        administrator_requests.ask_to_invite(
            session(), email="l@example.org", name="L", **proof(session, ada, minutes=11)
        )
    request = ask(session, ann, ada)
    with pytest.raises(ReauthenticationRequired):
        administrator_requests.confirm(session(), request.id, **proof(session, bea, minutes=11))


def test_only_administrators_ask_confirm_and_decline(session, ada, bea, ann):
    rex = make_account(session(), "Rex", Role.REVIEWER)
    request = ask(session, ann, ada)
    with pytest.raises(Forbidden):
        ask(session, make_account(session(), "Olu"), rex)
    with pytest.raises(Forbidden):
        confirm(session, request, rex)
    with pytest.raises(Forbidden):
        administrator_requests.decline(session(), request.id, by=rex)


def test_who_has_nobody_to_ask_is_told_the_emergency_way(session, ada, ann):
    make_account(session(), "Zoe", Role.ADMINISTRATOR, is_disabled=True)
    with pytest.raises(Forbidden, match="portal account role"):
        ask(session, ann, ada)


def test_the_same_is_not_asked_twice(session, ada, bea, ann):
    ask(session, ann, ada)
    with pytest.raises(Forbidden, match="already waits"):
        ask(session, ann, bea)
    invitation = {"email": "l@example.org", "name": "L", **proof(session, ada)}
    administrator_requests.ask_to_invite(session(), **invitation)
    session.commit()
    with pytest.raises(ValidationFailed, match="already waits for another administrator"):
        administrator_requests.ask_to_invite(session(), **invitation)
    assert session.query(AdministratorRequest).count() == 2


VOID = {
    "expired": lambda request, _: setattr(request, "expires_at", now()),
    "the asker is disabled": lambda request, _: setattr(request.requested_by, "is_disabled", True),
    "the asker lost the role": lambda request, _: setattr(request.requested_by, "role", Role.AUTHOR),
    "the asker has a new password": lambda request, _: setattr(request.requested_by, "credential_version", 9),
    "the account has another address": lambda _, ann: setattr(ann, "email", "another@example.org"),
    "the account is disabled": lambda _, ann: setattr(ann, "is_disabled", True),
    "the account has the role already": lambda _, ann: setattr(ann, "role", Role.ADMINISTRATOR),
}


@pytest.mark.parametrize("what", VOID)
def test_a_void_request_is_not_confirmed(what, session, ada, bea, ann):
    request = ask(session, ann, ada)
    VOID[what](request, ann)
    session.flush()
    assert administrator_requests.open_requests(session()) == []
    with pytest.raises(InvalidTransition, match="not open any more"):
        administrator_requests.confirm(session(), request.id, by=bea, auth_session=sessions.start(session(), bea)[1])


@pytest.mark.parametrize(("who", "decision"), [("Ada", "withdrawn"), ("Bea", "declined")])
def test_a_closed_request_changes_nothing(who, decision, session, ada, bea, ann):
    request = ask(session, ann, ada)
    by = session.query(Account).filter_by(name=who).one()
    administrator_requests.decline(session(), request.id, by=by)
    session.commit()
    assert (request.decision, ann.role) == (decision, Role.AUTHOR)
    with pytest.raises(InvalidTransition):
        confirm(session, request, bea)


def test_new_administrators_are_known_for_two_weeks(session, ada, bea, ann):
    confirm(session, ask(session, ann, ada), bea)
    administration.add_account(session(), email="l@example.org", name="Leah", role=Role.ADMINISTRATOR)
    administration.add_account(session(), email="o@example.org", name="Olu", role=Role.REVIEWER)
    session.commit()
    made = administrator_requests.recently_made(session())
    assert [(new.account.name, new.actor) for new in made] == [("Leah", ""), ("Ann", "Bea <bea@example.org>")]
