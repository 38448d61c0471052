"""One-time links: one use, thirty minutes, an unchanged account, and the second factor still required."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from portal.database.orm import db, now
from portal.errors import InvalidLink, WeakPassword
from portal.models import Account, OneTimeLink
from portal.services.accounts import administration, one_time_links, passwords
from portal.services.accounts.one_time_links import Purpose
from portal.services.audit import recording
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account


@pytest.fixture
def issued(session):
    link = one_time_links.issue(session(), make_account(session(), "Ann"), Purpose.INVITE)
    session.commit()
    return link


def test_a_link_sets_a_password_once(session, issued):
    account = one_time_links.redeem(session(), issued.token, PHRASE)
    session.commit()
    assert passwords.verify_password(PHRASE, account.password_hash)
    with pytest.raises(InvalidLink):
        one_time_links.redeem(session(), issued.token, PHRASE)


def test_looking_at_a_link_uses_nothing_up(session, issued):
    for _ in range(3):
        assert one_time_links.load_link(session(), issued.token).account.email == issued.email


def test_a_weak_password_leaves_the_link_good(session, issued):
    with pytest.raises(WeakPassword):
        one_time_links.redeem(session(), issued.token, "short")
    assert one_time_links.load_link(session(), issued.token)


def test_a_database_dump_holds_no_usable_link(session, issued):
    assert issued.token not in {row.token_hash for row in session.query(OneTimeLink)}


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "../../etc", "a" * 10_000])
def test_a_strange_token_is_a_bad_link(session, token):
    with pytest.raises(InvalidLink):
        one_time_links.redeem(session(), token, PHRASE)


@pytest.mark.parametrize("event", ["expired", "a later link", "password changed", "disabled", "role changed"])
def test_a_link_is_overtaken(session, issued, event):
    account = session.query(Account).one()
    if event == "expired":
        session.query(OneTimeLink).one().expires_at = now() - timedelta(seconds=1)
    elif event == "a later link":
        one_time_links.issue(session(), account, Purpose.RESET)
    elif event == "disabled":
        administration.disable(session(), account, by=None)
    else:
        account.credential_version += 1
        recording.record(session(), "change", "account", account.id)
    session.commit()
    for attempt in (one_time_links.load_link, lambda *args: one_time_links.redeem(*args, PHRASE)):
        with pytest.raises(InvalidLink):
            attempt(session(), issued.token)


def test_the_address_comes_from_the_settings(issued):
    assert issued.url("https://portal.example.org").startswith("https://portal.example.org/sign-in/link/")


def test_a_link_leaves_the_second_factor_alone(session):
    account = make_account(session(), "Rex", Role.REVIEWER, password=PHRASE, totp_secret="A" * 32)
    link = administration.issue_link(session(), account, by=None)
    session.commit()
    one_time_links.redeem(session(), link.token, "seven calm herons wade")
    assert account.has_second_factor


@pytest.mark.parametrize(
    ("purpose", "lifetime", "words"),
    [
        (Purpose.INVITE, timedelta(days=7), "7 days"),
        (Purpose.RESET, timedelta(minutes=30), "30 minutes"),
        (Purpose.FIRST, timedelta(minutes=30), "30 minutes"),
    ],
)
def test_an_invitation_waits_for_days_and_a_reset_for_minutes(session, purpose, lifetime, words):
    link = one_time_links.issue(session(), make_account(session(), "Ann"), purpose)
    assert abs(link.expires_at - now() - lifetime) < timedelta(minutes=1)
    assert link.validity == words


def test_of_ten_who_use_a_link_at_once_one_wins(real_app, real):
    link = one_time_links.issue(real, make_account(real, "Crowd"), Purpose.INVITE)
    real.commit()
    real.close()
    gate, results = Barrier(10), []

    def use():
        with real_app.app_context():
            gate.wait()
            try:
                one_time_links.redeem(db.session(), link.token, PHRASE)
                db.session.commit()
                results.append("won")
            except InvalidLink:
                results.append("lost")
            db.session.remove()

    threads = [Thread(target=use) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["lost"] * 9 + ["won"]
