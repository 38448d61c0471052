"""Whether there is an account shows neither in what is done nor in how long it takes: signing in, asking for a link."""

import itertools
import statistics
import time

import pytest
from argon2 import PasswordHasher

from portal.database.transactions import begin_writing
from portal.services.accounts import administration, passwords, rate_limits
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account
from tests.http_clients import Browser

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 # of an account of these tests
WRONG = "seven slow boats drift"
NO_LIMIT = 1_000_000
ROUNDS = 20
# A hash more or less would double a time or halve it.
TOLERANCE = 0.35
# Of a password what counts is the work of its thread, whatever else the machine does; a link waits for its moment.
CLOCKS = {"/sign-in": time.thread_time, "/sign-in/again": time.thread_time, "/forgotten": time.perf_counter}
KINDS = ("unknown", "wrong", "disabled", "invited", "reviewer")


@pytest.fixture
def emails(session):
    """An address of each kind; none of them gets in with WRONG."""
    make_account(session, "Wrong", password=PHRASE)
    make_account(session, "Invited")
    make_account(session, "Reviewer", Role.REVIEWER, password=PHRASE, totp_secret=SECRET)
    shut = make_account(session, "Disabled", password=PHRASE)
    begin_writing(session())
    administration.disable(session(), shut, by=None)
    session.commit()
    return {kind: f"{kind}@example.org" for kind in KINDS}


@pytest.fixture
def unlimited(monkeypatch):
    """No limit on tries, so that many can be compared."""
    for kind in ("sign in", "reset"):
        monkeypatch.setitem(rate_limits.LIMITS, kind, ((300, NO_LIMIT, NO_LIMIT),))


@pytest.fixture
def asker(app, session):
    """asker(address, email) asks as somebody who is not signed in; the plain answer."""
    browser = Browser(app, session)
    token = browser.csrf_token

    def ask(address, email):
        return browser.post(address, {"email": email, "password": WRONG}, token=token)

    return ask


def test_what_nobody_has_is_hashed_as_everything_is_today():
    assert not passwords.needs_rehash(passwords.DUMMY_HASH)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("address", ["/sign-in", "/sign-in/again"])
def test_every_refused_password_is_hashed_once(asker, emails, monkeypatch, address, kind):
    counted, verify, make = [], PasswordHasher.verify, PasswordHasher.hash
    monkeypatch.setattr(PasswordHasher, "verify", lambda *given: counted.append("verify") or verify(*given))
    monkeypatch.setattr(PasswordHasher, "hash", lambda *given: counted.append("hash") or make(*given))
    assert asker(address, emails[kind]).status_code == 422
    assert counted == ["verify"]


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_hashed_for_who_asks_for_a_link(asker, emails, monkeypatch, kind):
    monkeypatch.setattr(PasswordHasher, "verify", None)
    monkeypatch.setattr(PasswordHasher, "hash", None)
    assert asker("/forgotten", emails[kind]).status_code == 200


def test_asking_for_a_link_reads_the_same_for_everyone(asker, emails, outbox):
    answers = [asker("/forgotten", email) for email in emails.values()]
    assert len({(answer.status_code, answer.text, str(sorted(set(answer.headers.keys())))) for answer in answers}) == 1


@pytest.mark.alone
@pytest.mark.parametrize("address", CLOCKS)
def test_the_answer_takes_as_long_for_everyone(asker, emails, unlimited, outbox, address):
    """On a portal that sends mail, where an account makes a message and another address makes none."""
    times, clock = {kind: [] for kind in KINDS}, CLOCKS[address]
    for kind in KINDS * 3:
        asker(address, emails[kind])
    for _, kind in itertools.product(range(ROUNDS), KINDS):
        began = clock()
        asker(address, emails[kind])
        times[kind].append(clock() - began)
    medians = {kind: statistics.median(found) for kind, found in times.items()}
    told = ", ".join(f"{kind} {median * 1_000:.1f} ms" for kind, median in medians.items())
    print(f"{address}: {told}")
    assert max(medians.values()) < min(medians.values()) * (1 + TOLERANCE), told
