"""Sessions: how long they last, what ends them at once, and that they belong to one owner."""

from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.models import AccountSession
from portal.services.accounts import administration, authentication, one_time_links, sessions
from portal.services.accounts.sessions import Stage
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account
from tests.sign_ins import enter, living


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


def test_owners_list_and_end_their_own_sessions_only(session, author):
    other = make_account(session(), "Olu", password=PHRASE)
    mine, theirs = living(session, enter(session, author)), living(session, enter(session, other))
    assert [auth_session.id for auth_session in sessions.active_sessions(session(), author)] == [mine.id]
    assert not sessions.end_by_id(session(), author, theirs.id)
    assert sessions.end_by_id(session(), author, mine.id)


def test_form_tokens_belong_to_one_session():
    assert sessions.csrf_token("key", "a") != sessions.csrf_token("key", "b")
