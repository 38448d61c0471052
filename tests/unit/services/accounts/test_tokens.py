"""Tokens and links that work once: what is stored of them, and when one stops working."""

import hashlib
import re
from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.models import OneTimeLink
from portal.models.account import EmailChange
from portal.services.accounts import email_change, one_time_links, tokens
from portal.services.accounts.one_time_links import Purpose
from tests.factories import make_account

MODELS = [OneTimeLink, EmailChange]


@pytest.fixture
def ann(session):
    account = make_account(session(), "Ann")
    session.commit()
    return account


def issue_token(session, account, model):
    if model is OneTimeLink:
        token = one_time_links.issue(session(), account, Purpose.RESET).token
    else:
        token = email_change.request_change(
            session(), account, f"new{account.id}@example.org", client_address="192.0.2.1"
        ).token
    session.commit()
    return token


def row_of(session, model, token):
    return session.query(model).filter_by(token_hash=tokens.hash_token(token)).one()


def test_tokens_are_long_random_and_safe_in_a_url():
    drawn = {tokens.generate_token() for _ in range(100)}
    assert len(drawn) == 100
    assert {len(token) for token in drawn} == {43}
    assert [token for token in drawn if not re.fullmatch("[A-Za-z0-9_-]+", token)] == []


@pytest.mark.parametrize("token", ["", "abc", "é", "\ud800", "\x00"])
def test_a_token_is_stored_as_its_sha_256(token):
    assert tokens.hash_token(token) == hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@pytest.mark.parametrize("model", MODELS)
def test_an_active_link_is_found_as_often_as_wanted_and_used_once(session, ann, model):
    token = issue_token(session, ann, model)
    for _ in range(2):
        assert tokens.find_active(session(), model, token).account_id == ann.id
    row, account = tokens.use(session(), model, token)
    assert (row.account_id, account.id) == (ann.id, ann.id)
    assert row.used_at is not None
    assert tokens.find_active(session(), model, token) is None
    assert tokens.use(session(), model, token) is None


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seconds", [0, 1])
def test_an_expired_link_is_dead_from_its_last_moment_on(session, ann, model, seconds, monkeypatch):
    token = issue_token(session, ann, model)
    moment = now()
    row_of(session, model, token).expires_at = moment - timedelta(seconds=seconds)
    session.commit()
    monkeypatch.setattr(tokens, "now", lambda: moment)
    assert tokens.find_active(session(), model, token) is None
    assert tokens.use(session(), model, token) is None


@pytest.mark.parametrize("model", MODELS)
def test_a_link_works_until_its_last_moment(session, ann, model, monkeypatch):
    token = issue_token(session, ann, model)
    last_moment = row_of(session, model, token).expires_at - timedelta(milliseconds=1)
    monkeypatch.setattr(tokens, "now", lambda: last_moment)
    assert tokens.find_active(session(), model, token) is not None
    assert tokens.use(session(), model, token) is not None


def test_a_link_works_for_half_an_hour(session, ann):
    started_at = now()
    token = issue_token(session, ann, OneTimeLink)
    lifetime = row_of(session, OneTimeLink, token).expires_at - started_at
    assert timedelta(minutes=30) <= lifetime < timedelta(minutes=31)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("change", ["disabled", "credentials changed"])
def test_a_link_dies_when_its_account_changes(session, ann, model, change):
    token = issue_token(session, ann, model)
    if change == "disabled":
        ann.is_disabled = True
    else:
        ann.credential_version += 1
    session.flush()
    assert tokens.find_active(session(), model, token) is None
    assert tokens.use(session(), model, token) is None


@pytest.mark.parametrize("model", MODELS)
def test_only_unused_links_of_the_account_become_invalid(session, ann, model):
    other_token = issue_token(session, make_account(session(), "Ben"), model)
    used_token, unused_token = issue_token(session, ann, model), issue_token(session, ann, model)
    used_at = row_of(session, model, used_token).used_at
    moment = now() + timedelta(minutes=1)
    tokens.invalidate_unused(session(), model, ann, moment)
    session.expire_all()
    assert row_of(session, model, used_token).used_at == used_at is not None
    assert row_of(session, model, unused_token).used_at == moment
    assert row_of(session, model, other_token).used_at is None


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("token", ["", "unknown", "\ud800"])
def test_an_unknown_token_finds_nothing(session, ann, model, token):
    issue_token(session, ann, model)
    assert tokens.find_active(session(), model, token) is None
    assert tokens.use(session(), model, token) is None


def test_a_token_of_one_kind_does_not_work_for_another(session, ann):
    token = issue_token(session, ann, OneTimeLink)
    assert tokens.find_active(session(), EmailChange, token) is None
    assert tokens.use(session(), EmailChange, token) is None
