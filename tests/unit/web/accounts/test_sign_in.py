"""The way in and out as a browser goes it: password, code, second factor, signing in again, sign-out."""

import re
from datetime import timedelta

import pytest
from flask import g

from portal.database.orm import now
from portal.database.transactions import begin_writing
from portal.services.accounts import administration, one_time_links, sessions
from portal.services.audit import recording
from portal.vocabulary.workflow import Role
from portal.web.security import cookies
from tests.factories import PHRASE, make_account
from tests.http_clients import place
from tests.loops import not_empty

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 # of the accounts of these tests


@pytest.fixture
def ann(session):
    return make_account(session, "Ann", password=PHRASE)


@pytest.fixture
def rex(session):
    return make_account(session, "Rex", Role.REVIEWER, password=PHRASE, totp_secret=SECRET)


def sent(email, password=PHRASE, **more):
    return {"email": email, "password": password, **more}


def test_an_author_signs_in_and_comes_to_where_they_were_going(staff, ann):
    someone = staff()
    answer = someone.post("/sign-in", sent(ann.email, next="/staff/account"))
    assert (answer.status_code, place(answer)) == (303, "/staff/account")
    assert someone.visit("/staff/account").heading == "Your account"


def test_a_form_that_another_tab_overtook_goes_on_to_where_it_led(staff, ann):
    someone = staff()
    stale = someone.visit("/sign-in").one("form [name=csrf_token]").attrs["value"]
    someone.post("/sign-in", sent(ann.email))
    answer = someone.post("/sign-in", sent(ann.email, next="/staff/account"), token=stale)
    assert (answer.status_code, place(answer)) == (303, "/staff/account")


def test_a_stale_form_of_a_visitor_leads_to_a_new_one(staff, ann):
    answer = staff().post("/sign-in", sent(ann.email), token="stale")  # noqa: S106 # no password
    assert answer.status_code == 403
    assert 'href="/sign-in"' in answer.text


def test_a_stale_form_of_a_password_leads_to_its_page(staff, session, ann):
    link = one_time_links.issue(session(), ann, one_time_links.Purpose.RESET)
    session.commit()
    address = one_time_links.LINK_PATH + link.token
    answer = staff().post(address, {"password": PHRASE}, token="stale")  # noqa: S106 # no password
    assert answer.status_code == 403
    assert f'href="{address}">Open the page again' in answer.text


def test_codes_that_were_right_do_not_count_for_their_office(staff, session, code_of):
    people = [
        make_account(session, f"R{number}", Role.REVIEWER, password=PHRASE, totp_secret=SECRET) for number in range(12)
    ]
    for person in not_empty(people):
        someone = staff()
        someone.post("/sign-in", sent(person.email))
        assert place(someone.post("/sign-in/code", {"code": code_of(SECRET)})) == "/staff/"


def test_a_reviewer_is_asked_for_a_code(staff, rex, code_of):
    someone = staff()
    assert place(someone.post("/sign-in", sent(rex.email))) == "/sign-in/code?next=/staff/"
    assert someone.visit("/sign-in/code").heading == "One-time code"
    assert someone.get("/staff/account").status_code == 302
    assert place(someone.post("/sign-in/code", {"code": code_of(SECRET)})) == "/staff/"
    assert someone.get("/staff/account").status_code == 200


def test_a_reviewer_without_a_second_factor_has_to_set_one_up(staff, session, code_of):
    rita = make_account(session, "Rita", Role.REVIEWER, password=PHRASE)
    someone = staff()
    assert place(someone.post("/sign-in", sent(rita.email))) == "/sign-in/second-factor?next=/staff/"
    page = someone.visit("/sign-in/second-factor")
    secret = page.one("#secret").to_text().strip()
    assert len(page.select("svg.qr path")) > 0
    assert someone.get("/staff/").status_code == 302
    shown = someone.send("/sign-in/second-factor", {"code": code_of(secret)})
    codes = re.findall(r"[a-z2-9]{5}-[a-z2-9]{5}", shown.one("#codes").to_text())
    assert len(set(codes)) == 10
    assert someone.get("/staff/account").status_code == 200
    again = staff()
    again.post("/sign-in", sent(rita.email))
    assert place(again.post("/sign-in/code", {"code": codes[0].upper().replace("-", " ")})) == "/staff/"
    once_more = staff()
    once_more.post("/sign-in", sent(rita.email))
    assert once_more.post("/sign-in/code", {"code": codes[0]}).status_code == 422


def test_looking_at_the_enrolment_page_changes_nothing(staff, session):
    rita = make_account(session, "Rita", Role.REVIEWER, password=PHRASE)
    someone = staff()
    someone.post("/sign-in", sent(rita.email))
    secrets = {someone.visit("/sign-in/second-factor").one("#secret").to_text() for _ in range(3)}
    assert len(secrets) == 1


def test_every_refusal_reads_the_same(staff, ann, session):
    shut = make_account(session, "Shut", password=PHRASE)
    begin_writing(session())
    administration.disable(session(), shut, by=None)
    invited = make_account(session, "Invited")
    session.commit()
    pages = set()
    for given in (
        sent("nobody@example.org"), sent(ann.email, "four quiet rivers part"), sent(shut.email), sent(invited.email),
        sent(ann.email, ""), sent(ann.email, "x"), sent("' OR 1=1 --"), sent("{{7*7}}"),
        sent("<script>alert(1)</script>"),
    ):  # fmt: skip
        answer = staff().post("/sign-in", given)
        plain = re.sub(r'value="[^"]*"', "", answer.text)
        pages.add((answer.status_code, answer.headers.get("Set-Cookie", ""), plain))
        assert given["password"] not in answer.text or len(given["password"]) < 2
    assert len(pages) == 1
    assert next(iter(pages))[0] == 422


BAD_PASSWORDS = {
    "empty": "", "one character": "x", "1,000": "x" * 1_000, "100,000": "x" * 100_000,
    "other case": PHRASE.upper(), "a space more": PHRASE + " ", "NUL": PHRASE + "\0", "emoji": "🌊" * 20,
    "longer": PHRASE + "x" * 73, "half a surrogate": "\udcff",
}  # fmt: skip


@pytest.mark.parametrize("what", BAD_PASSWORDS)
def test_a_wrong_password_is_a_plain_refusal(what, staff, ann):
    given = BAD_PASSWORDS[what].encode("utf-8", "surrogateescape")
    someone = staff()
    assert someone.post("/sign-in", sent(ann.email, given)).status_code == 422
    assert someone.cookie() == ""


BAD_NAMES = (
    "", " ", "ann", "ann@", "@example.org", "ann@example.org\0", "ann\r\nBcc: x@example.org", "аnn@example.org",
    "ann＠example.org", "x" * 10_000, "\udcff", "../../etc/passwd", "ann@example.org,olu@example.org", "%00", "[]",
)  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES)
@pytest.mark.parametrize("address", ["/sign-in", "/forgotten", "/sign-in/again"])
def test_a_strange_name_never_breaks_anything(name, address, staff, ann):
    given = {
        "email": name.encode("utf-8", "surrogateescape"),
        "password": "wrong",
        "to": name.encode("utf-8", "ignore"),
    }
    answer = staff().post(address, given)
    assert answer.status_code in (200, 422)
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("name", ["Ann@Example.ORG", "  ann@example.org  "])
def test_case_and_spaces_of_an_address_do_not_matter(name, staff, ann):
    assert staff().post("/sign-in", sent(name)).status_code == 303


BAD_CODES = ("", "12345", "1234567", "abcdef", "000000", "x" * 10_000, "\0", "१२३४५६", "🌊", "-1", "1e5")


@pytest.mark.parametrize("given", BAD_CODES)
def test_a_strange_code_is_a_plain_refusal(given, staff, rex):
    someone = staff()
    someone.post("/sign-in", sent(rex.email))
    assert someone.post("/sign-in/code", {"code": given}).status_code == 422


def test_a_code_works_once_however_it_is_written(staff, rex, code_of):
    first, second = staff(), staff()
    for someone in (first, second):
        someone.post("/sign-in", sent(rex.email))
    typed = code_of(SECRET)
    assert first.post("/sign-in/code", {"code": typed}).status_code == 303
    wide = typed.translate({ord("0") + n: ord("０") + n for n in range(10)})
    for again in (typed, f" {typed[:3]} {typed[3:]} ", wide):
        assert second.post("/sign-in/code", {"code": again}).status_code == 422


def test_a_code_from_two_steps_away_is_refused(staff, rex, code_of):
    someone = staff()
    someone.post("/sign-in", sent(rex.email))
    for steps in (-3, 3):
        assert someone.post("/sign-in/code", {"code": code_of(SECRET, steps)}).status_code == 422


def test_the_sixth_wrong_code_waits_even_in_another_sign_in(staff, rex, code_of):
    first, second = staff(), staff()
    for someone in (first, second):
        someone.post("/sign-in", sent(rex.email))
    for _ in range(5):
        assert first.post("/sign-in/code", {"code": "000000"}).status_code == 422
    answer = second.post("/sign-in/code", {"code": code_of(SECRET)})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "300")


def home_of(staff, rex, code_of):
    """A browser that the account knows, signed out."""
    home = staff()
    home.post("/sign-in", sent(rex.email))
    home.post("/sign-in/code", {"code": code_of(SECRET, -1)})
    home.post("/sign-out")
    return home


def test_strangers_with_the_password_do_not_use_up_the_codes_of_its_owner(staff, rex, code_of):
    home, stranger = home_of(staff, rex, code_of), staff()
    stranger.post("/sign-in", sent(rex.email))
    for _ in range(5):
        assert stranger.post("/sign-in/code", {"code": "000000"}).status_code == 422
    assert stranger.post("/sign-in/code", {"code": code_of(SECRET)}).status_code == 429
    home.post("/sign-in", sent(rex.email))
    assert home.post("/sign-in/code", {"code": code_of(SECRET)}).status_code == 303
    # Nor those that are asked for again, of somebody who is signed in and of somebody who is not.
    again = {"password": PHRASE, "code": "000000", "to": "/staff/", "method": "GET"}
    assert home.post("/sign-in/again", again).status_code == 422
    home.post("/sign-out")
    assert home.post("/sign-in/again", again | {"email": rex.email, "code": code_of(SECRET, 1)}).status_code == 303


def test_a_known_device_has_a_limit_of_codes_too(staff, rex, code_of):
    home = home_of(staff, rex, code_of)
    home.post("/sign-in", sent(rex.email))
    for _ in range(5):
        assert home.post("/sign-in/code", {"code": "000000"}).status_code == 422
    assert home.post("/sign-in/code", {"code": code_of(SECRET)}).status_code == 429


def test_the_eleventh_try_waits_but_not_on_a_known_device(staff, ann):
    home, stranger = staff(), staff()
    home.post("/sign-in", sent(ann.email))
    home.post("/sign-out")
    for _ in range(10):
        assert stranger.post("/sign-in", sent(ann.email, "wrong")).status_code == 422
    answer = stranger.post("/sign-in", sent(ann.email))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "300")
    assert home.post("/sign-in", sent(ann.email)).status_code == 303


def test_the_limit_reads_the_same_for_an_account_that_is_not_there(staff, ann):
    pages = set()
    for email in (ann.email, "nobody@example.org"):
        for _ in range(10):
            staff().post("/sign-in", sent(email, "wrong"), environ_base={"REMOTE_ADDR": email[:3]})
        answer = staff().post("/sign-in", sent(email, "wrong"), environ_base={"REMOTE_ADDR": email[:3]})
        pages.add((answer.status_code, answer.text))
    assert len(pages) == 1


def test_another_accounts_device_is_no_known_device(app, staff, ann, session):
    make_account(session, "Eve", password=PHRASE)
    eve = staff()
    eve.post("/sign-in", sent("eve@example.org"))
    with app.test_request_context(headers={"Cookie": f"{cookies.DEVICE}={eve.cookie(cookies.DEVICE)}"}):
        assert cookies.known_device("eve@example.org")
        assert cookies.known_device(ann.email) == ""
        g.pop("fresh_device", None)


def test_a_planted_cookie_never_becomes_a_session(staff, ann):
    someone = staff()
    someone.set_cookie(cookies.SESSION, "A" * 43)
    someone.post("/sign-in", sent(ann.email))
    assert someone.cookie() not in ("", "A" * 43)
    mallory = staff()
    mallory.set_cookie(cookies.SESSION, "A" * 43)
    assert mallory.get("/staff/account").status_code == 302


def test_the_token_changes_at_each_step(staff, rex, code_of):
    someone, tokens = staff(), []
    someone.post("/sign-in", sent(rex.email))
    tokens.append(someone.cookie())
    someone.post("/sign-in/code", {"code": code_of(SECRET)})
    tokens.append(someone.cookie())
    someone.post(
        "/sign-in/again", {"password": PHRASE, "code": code_of(SECRET, 1), "to": "/staff/account", "method": "GET"}
    )
    tokens.append(someone.cookie())
    assert len(set(tokens)) == 3
    old = staff()
    old.set_cookie(cookies.SESSION, tokens[1])
    assert old.get("/staff/account").status_code == 302


def test_signing_in_as_another_ends_the_session_before(staff, ann, session):
    make_account(session, "Olu", password=PHRASE)
    someone, copy = staff(), staff()
    someone.post("/sign-in", sent(ann.email))
    copy.set_cookie(cookies.SESSION, someone.cookie())
    someone.post("/sign-in", sent("olu@example.org"))
    assert "Olu" in someone.get("/staff/account").text
    assert copy.get("/staff/account").status_code == 302


def choose_by_link(session, account):
    token = one_time_links.issue(session(), account, one_time_links.Purpose.RESET).token
    session.commit()
    one_time_links.redeem(session(), token, "seven slow boats drift")


ENDS = {
    "sign-out": lambda someone, session, ann: someone.post("/sign-out"),
    "disabling": lambda someone, session, ann: administration.disable(session(), ann, by=None),
    "a password by link": lambda someone, session, ann: choose_by_link(session, ann),
    "ending it elsewhere": lambda someone, session, ann: sessions.end_all(session(), ann),
}


@pytest.mark.parametrize("what", ENDS)
def test_a_session_is_dead_on_the_next_request_after(what, staff, ann, session):
    someone, copy = staff(), staff()
    someone.post("/sign-in", sent(ann.email))
    copy.set_cookie(cookies.SESSION, someone.cookie())
    assert copy.get("/staff/account").status_code == 200
    ENDS[what](someone, session, ann)
    session.commit()
    assert copy.get("/staff/account").status_code == 302


@pytest.mark.parametrize("later", [timedelta(minutes=31), timedelta(hours=12, minutes=1), timedelta(days=-1)])
def test_a_session_that_idled_or_ran_too_long_is_over(later, staff, ann, session, monkeypatch):
    someone = staff()
    someone.post("/sign-in", sent(ann.email))
    monkeypatch.setattr(sessions, "now", lambda: now() + later)
    ended = someone.get("/staff/account").status_code == 302
    # A clock that jumps back makes no session longer than its end; it does not end it either.
    assert ended == (later > timedelta(0))


def test_signing_out_takes_a_post(staff, ann):
    someone = staff()
    someone.post("/sign-in", sent(ann.email))
    assert someone.get("/sign-out").status_code == 405
    assert someone.get("/staff/account").status_code == 200


def test_signing_in_is_written_down(staff, ann, session):
    someone = staff()
    someone.post("/sign-in", sent(ann.email, "wrong"))
    someone.post("/sign-in", sent(ann.email))
    someone.post("/sign-out")
    verbs = [event.verb for event in recording.subject_events(session(), "account", ann.id, limit=3)]
    assert verbs == ["sign out", "sign in", "sign-in refused"]


def test_a_password_manager_finds_its_fields(staff):
    page = staff().visit("/sign-in")
    assert page.one("#email").attrs["autocomplete"] == "username"
    assert page.one("#password").attrs["autocomplete"] == "current-password"
