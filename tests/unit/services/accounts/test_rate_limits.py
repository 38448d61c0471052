"""Whose attempts count together: strangers neither get round a limit nor use up that of an owner."""

import pytest
from sqlalchemy import insert

from portal.database.orm import now
from portal.errors import InvalidLink, RateLimited
from portal.models import Attempt
from portal.services.accounts import administration, one_time_links, rate_limits
from portal.services.accounts.one_time_links import Purpose
from portal.vocabulary.workflow import Role
from tests.factories import PHRASE, make_account
from tests.loops import not_empty
from tests.sign_ins import HOME

ANN = "ann@example.org"
PER_ADDRESS = rate_limits.LIMITS["sign in"][0][2]
PER_ACCOUNT = rate_limits.LIMITS["reset"][0][1]


def test_the_addresses_of_one_ipv6_network_count_together(session):
    for number in range(PER_ADDRESS):
        rate_limits.hit(session(), "sign in", account=f"a{number}", client_address=f"2001:db8:1:2::{number:x}")
    with pytest.raises(RateLimited):
        rate_limits.hit(session(), "sign in", account="another", client_address="2001:db8:1:2:ffff::1")
    rate_limits.hit(session(), "sign in", account="another", client_address="2001:db8:1:3::1")


def tries(session, addresses):
    """How many attempts are counted, one of each address and for an account of its own, until one is refused."""
    for number, address in enumerate(addresses):
        try:
            rate_limits.hit(session(), "sign in", account=f"a{number}", client_address=address)
        except RateLimited:
            return number
    return len(addresses)


@pytest.mark.parametrize(
    ("pattern", "factor"), [("2001:db8:1:10{:02x}::1", 0), ("2001:db8:1:{:02x}00::1", 1)], ids=["/56", "/48"]
)
def test_a_wider_ipv6_network_has_a_limit_too(session, pattern, factor):
    most = PER_ADDRESS * rate_limits.WIDER_FACTORS[factor]
    assert tries(session, [pattern.format(number) for number in range(most + 1)]) == most
    with pytest.raises(RateLimited):
        rate_limits.hit(session(), "sign in", account="x", client_address=pattern.format(most + 7))
    rate_limits.hit(session(), "sign in", account="x", client_address="2001:db8:2:1::1")


def test_what_strangers_try_everywhere_shuts_nobody_out(session):
    for kind in rate_limits.LIMITS:
        addresses = [f"10.0.{number // 250}.{number % 250}" for number in range(1_100)]
        moment = now()
        session.execute(
            insert(Attempt),
            [
                {"kind": kind, "account_key": f"{number}", "address_key": address, "at": moment}
                for number, address in enumerate(not_empty(addresses))
            ],
        )
        rate_limits.hit(session(), kind, account=ANN, client_address=HOME)


def test_what_a_stranger_asks_for_leaves_the_link_of_an_administrator_good(session):
    ann, ada = make_account(session, "Ann", password=PHRASE), make_account(session, "Ada", Role.ADMINISTRATOR)
    handed_over = administration.issue_link(session(), ann, by=ada)
    first = administration.request_password_reset(session(), ANN, client_address="192.0.2.1")
    second = administration.request_password_reset(session(), ANN, client_address="192.0.2.1")
    for link in (handed_over, second):
        assert one_time_links.load_link(session(), link.token).account is ann
    with pytest.raises(InvalidLink):
        one_time_links.load_link(session(), first.token)
    session.commit()
    one_time_links.redeem(session(), handed_over.token, "seven slow lanterns drift")
    with pytest.raises(InvalidLink):
        one_time_links.load_link(session(), second.token)


def test_a_link_that_is_handed_over_ends_all_others(session):
    ann = make_account(session, "Ann", password=PHRASE)
    asked_for = administration.request_password_reset(session(), ANN, client_address="192.0.2.1")
    one_time_links.issue(session(), ann, Purpose.RESET)
    with pytest.raises(InvalidLink):
        one_time_links.load_link(session(), asked_for.token)


def test_an_owner_on_a_known_device_may_ask_when_strangers_have_used_up_the_limit(session):
    make_account(session, "Ann", password=PHRASE)
    for number in range(PER_ACCOUNT):
        administration.request_password_reset(session(), ANN, client_address=f"192.0.2.{number}")
    with pytest.raises(RateLimited):
        administration.request_password_reset(session(), ANN, client_address="192.0.2.200")
    assert administration.request_password_reset(session(), ANN, client_address="192.0.2.200", device="a laptop")


def test_a_limit_is_not_counted_on(session):
    for _ in range(3):
        rate_limits.hit(session(), "reset", account="a@example.org", client_address=HOME)
    for _ in range(2):
        with pytest.raises(RateLimited):
            rate_limits.hit(session(), "reset", account="a@example.org", client_address=HOME)
