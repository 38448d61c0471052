"""Choosing a password with a link: asking for one, what it is good for, and what follows."""

from threading import Barrier, Thread

import pytest

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.models import Account
from portal.services.accounts import administration, one_time_links, passwords, rate_limits
from portal.vocabulary.workflow import Role
from portal.web.security import cookies
from tests.factories import PHRASE, let_go, make_account
from tests.http_clients import place
from tests.loops import not_empty

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 # of the accounts of these tests
ANOTHER = "seven slow boats drift"


@pytest.fixture
def ann(session):
    return make_account(session, "Ann", password=PHRASE)


@pytest.fixture
def rex(session):
    return make_account(session, "Rex", Role.REVIEWER, password=PHRASE, totp_secret=SECRET)


def link_to(session, account):
    issued = one_time_links.issue(session(), account, one_time_links.Purpose.RESET)
    session.commit()
    return f"{one_time_links.LINK_PATH}{issued.token}"


def sent(email, password=PHRASE, **more):
    return {"email": email, "password": password, **more}


def test_a_link_does_not_replace_the_second_factor(staff, session, rex, code_of):
    begin_writing(session())
    link = one_time_links.issue(session(), rex, one_time_links.Purpose.RESET)
    session.commit()
    someone = staff()
    answer = someone.post(one_time_links.LINK_PATH + link.token, {"password": "seven slow lanterns drift"})
    assert place(answer) == "/sign-in/code?next=/staff/"
    assert someone.get("/staff/").status_code == 302
    assert place(someone.post("/sign-in/code", {"code": code_of(SECRET)})) == "/staff/"


def test_a_dead_link_leads_to_a_new_one(staff, app):
    page = staff().visit(f"{one_time_links.LINK_PATH}{'A' * 43}", status=410)
    assert page.heading == "This link no longer works"
    assert "administrator" in page.text
    assert "/sign-in" in page.links


def test_a_link_shows_a_form_however_often_it_is_looked_at(staff, session, ann):
    address = link_to(session, ann)
    for _ in range(3):
        answer = staff().get(address)
        assert answer.status_code == 200
        assert answer.headers["Referrer-Policy"] == "strict-origin"
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert staff().post(address, {"password": ANOTHER}).status_code == 303


def test_a_link_sets_a_password_once(staff, session, ann):
    someone, address = staff(), link_to(session, ann)
    assert place(someone.post(address, {"password": ANOTHER})) == "/staff/"
    assert "Your password has been changed" in someone.visit("/staff/").text
    assert staff().post("/sign-in", {"email": ann.email, "password": ANOTHER}).status_code == 303
    assert staff().post(address, {"password": "a third one, also long"}).status_code == 410


def test_a_bad_link_reads_the_same_whatever_is_wrong_with_it(staff, session, ann):
    used, overtaken, cut = link_to(session, ann), link_to(session, ann), link_to(session, ann)
    pages = {
        staff().get(address).text
        for address in (used, overtaken, cut[:-1], cut + "x", f"{one_time_links.LINK_PATH}%00%ff")
    }
    assert len(pages) == 1
    assert "no longer works" in pages.pop()


def test_a_link_is_overtaken_by_another_password(staff, session, ann):
    address = link_to(session, ann)
    other = link_to(session, ann)
    assert staff().post(other, {"password": ANOTHER}).status_code == 303
    assert staff().get(address).status_code == 410


WEAK = {
    "14 characters": "four quiet riv", "empty": "", "a pattern": "abcabcabcabcabcabc", "over 1,000": "riverboat " * 101,
    "the same letter": "aaaaaaaaaaaaaaaaaa", "common": "passwordpassword1", "the account itself": "ann.example.org.ann",
}  # fmt: skip


@pytest.mark.parametrize("what", WEAK)
def test_a_weak_password_is_refused_with_its_reason_and_the_link_stays(what, staff, session, ann):
    address = link_to(session, ann)
    page = staff().send(address, {"password": WEAK[what]}, status=422)
    assert "The password " in page.one("#password-error").to_text()
    assert staff().post(address, {"password": ANOTHER}).status_code == 303


@pytest.mark.parametrize(
    "given", ["🌊 rivers 🏔 peaks 🌳", "four quiet " * 9 + "é far beyond seventy-two bytes", "a tab\tand still more"]
)
def test_any_characters_make_a_password(given, staff, session, ann):
    assert staff().post(link_to(session, ann), {"password": given}).status_code == 303
    assert passwords.verify_password(given, ann.password_hash)


def test_a_link_does_not_get_round_the_second_factor(staff, session, rex):
    someone = staff()
    someone.post(link_to(session, rex), {"password": ANOTHER})
    assert place(someone.post("/sign-in", {"email": rex.email, "password": ANOTHER})).startswith("/sign-in/code")


def test_ten_at_once_use_a_link_once(new_app, new_database):
    """On a database of its own, because the connection of a test is not for many threads."""
    app = new_app(new_database())
    with app.app_context():
        begin_writing(db.session())
        ann = administration.add_account(db.session(), email="ann@example.org", name="Ann", role="author")
        token = one_time_links.issue(db.session(), ann, one_time_links.Purpose.INVITE).token
        db.session.commit()
    gate, won = Barrier(10), []

    def choose(number):
        with app.app_context():
            gate.wait()
            try:
                one_time_links.redeem(db.session(), token, f"{ANOTHER} {number}")
                db.session.commit()
                won.append(number)
            except one_time_links.InvalidLink:
                db.session.rollback()

    threads = [Thread(target=choose, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        kept = db.session.execute(db.select(Account.password_hash)).scalar_one()
        assert len(won) == 1
        assert passwords.verify_password(f"{ANOTHER} {won[0]}", kept)
        db.session.remove()
        let_go()


def test_asking_for_a_link_reads_the_same_for_everyone(staff, session, ann, monkeypatch):
    shut = make_account(session, "Shut", password=PHRASE)
    begin_writing(session())
    administration.disable(session(), shut, by=None)
    session.commit()
    answers = [staff().post("/forgotten", {"email": email}) for email in (ann.email, shut.email, "nobody@example.org")]
    assert len({(answer.status_code, answer.text) for answer in answers}) == 1


def test_asking_too_often_waits_whether_or_not_there_is_an_account(staff, session, ann):
    for email in (ann.email, "nobody@example.org"):
        for _ in range(3):
            assert staff().post("/forgotten", {"email": email}).status_code == 200
        answer = staff().post("/forgotten", {"email": email})
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "300")


def test_only_an_account_gets_mail(staff, ann, outbox):
    for email in ("nobody@example.org", ann.email):
        staff().post("/forgotten", {"email": email})
    assert [letter.to for letter in outbox()] == [ann.email]


def test_the_database_holds_no_usable_token(staff, session, ann, tmp_path):
    someone = staff()
    someone.post("/sign-in", {"email": ann.email, "password": PHRASE})
    address = link_to(session, ann)
    kept = "\n".join(str(row) for table in db.metadata.sorted_tables for row in session.execute(db.select(table)).all())
    for secret in (someone.cookie(cookies.SESSION), address.removeprefix(one_time_links.LINK_PATH), PHRASE):
        assert secret
        assert secret not in kept


def test_links_that_were_used_do_not_count_for_their_office(staff, session):
    """Colleagues of one office choose a password on the same morning, more than an address may fail to."""
    people = [make_account(session, f"N{number}") for number in range(rate_limits.LIMITS["link"][0][2] + 1)]
    for person in not_empty(people):
        assert place(staff().post(link_to(session, person), {"password": ANOTHER})) == "/staff/"


def test_links_that_do_not_work_count(staff):
    most = rate_limits.LIMITS["link"][0][2]
    addresses = [f"{one_time_links.LINK_PATH}{number:043}" for number in range(most + 1)]
    statuses = [staff().post(address, {"password": ANOTHER}).status_code for address in addresses]
    assert statuses == [410] * most + [429]
