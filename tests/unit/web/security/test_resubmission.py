"""Forms that were sent too late: they go through after signing in, and lead to known pages alone."""

from urllib.parse import urlsplit

import pytest

from portal.services.accounts import sessions
from portal.vocabulary.workflow import Role
from portal.web.security import cookies, safe_redirect
from tests.factories import PHRASE, make_account
from tests.http_clients import place

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 # of the accounts of these tests


FOREIGN = (
    "//evil.example", "/\\evil.example", "\\/evil.example", "/%09/evil.example", "/%2e%2e//evil.example",
    "https:evil.example", "https://evil.example", "javascript:alert(1)", "/staff/@evil.example", "/staff/\r\nX: 1",
    "http://localhost@evil.example", "/staff//evil.example", "/staff/../sign-out", "/sign-out", "/staff/account/name",
    "/staff/nothing-here", "//еvil.example", " /staff/", "/staff/account?next=//evil.example", "", "x" * 9_000,
    "/projects/", "/staff/account#//evil.example", "/staff\\@evil.example",
)  # fmt: skip


@pytest.fixture
def ann(session):
    return make_account(session, "Ann", password=PHRASE)


@pytest.fixture
def rex(session):
    return make_account(session, "Rex", Role.REVIEWER, password=PHRASE, totp_secret=SECRET)


def sent(email, password=PHRASE, **more):
    return {"email": email, "password": password, **more}


@pytest.mark.parametrize("address", FOREIGN)
def test_next_leads_to_known_pages_of_staff_alone(address, staff, ann):
    answer = staff().post("/sign-in", sent(ann.email, next=address))
    assert answer.status_code == 303
    parts = urlsplit(answer.headers["Location"])
    assert (parts.netloc, parts.path) == ("", safe_redirect.DEFAULT_TARGET)


@pytest.mark.parametrize("address", ["/staff/account", "/staff/accounts/", "/staff/projects/new", "/staff/?page=2"])
def test_next_leads_on_to_what_is_known(address, app):
    with app.test_request_context():
        assert safe_redirect.safe_redirect_target(address) == address


def test_a_form_sent_too_late_goes_through_after_signing_in(staff, ann, session):
    """Without script: the page carries what was typed, asks to sign in, and one button sends it."""
    someone = staff()
    someone.post("/sign-in", sent(ann.email))
    sessions.end_all(session(), ann)
    session.commit()
    late = someone.send("/staff/account/name", {"name": 'Ann <Marie> & "Co"\n'}, status=401)
    fields = {field.attrs["name"]: field.attrs.get("value", "") for field in late.select("form.card input")}
    button = someone.send("/sign-in/again", {**fields, "email": ann.email, "password": PHRASE}, token="")
    assert button.heading == "Send your form again"
    fields = {field.attrs["name"]: field.attrs.get("value", "") for field in button.select("form.card input")}
    assert "password" not in fields
    assert someone.post(button.one("form.card").attrs["action"], fields, token="").status_code == 303
    assert ann.name == 'Ann <Marie> & "Co"'


def test_a_wrong_password_on_the_way_loses_nothing(staff, ann, session):
    someone = staff()
    someone.set_cookie(cookies.SESSION, "gone")
    kept = {"carried-name": "Typed", "to": "/staff/account/name", "method": "POST"}
    page = someone.send("/sign-in/again", {**kept, "email": ann.email, "password": "wrong"}, status=422)
    assert page.one("input[name=carried-name]").attrs["value"] == "Typed"
    assert "wrong" in page.one("[role=alert]").to_text()


def test_the_dialog_gets_a_fresh_token(staff, rex, code_of):
    someone = staff()
    answer = someone.post(
        "/sign-in/again", sent(rex.email, code=code_of(SECRET)), headers={"Accept": "application/json"}
    )
    assert answer.json == {"csrf_token": someone.csrf_token}
    assert someone.get("/sign-in/state").json == {"signed_in": True, "csrf_token": someone.csrf_token}


def test_a_form_of_an_earlier_session_comes_back_with_one_button(staff, ann):
    someone = staff()
    someone.post("/sign-in", sent(ann.email))
    old = someone.csrf_token
    someone.post("/sign-out")
    someone.post("/sign-in", sent(ann.email))
    page = someone.send("/staff/account/name", {"name": "Typed"}, token=old, status=403)
    assert page.response.headers["Portal-CSRF-Token"] == someone.csrf_token
    fields = {field.attrs["name"]: field.attrs["value"] for field in page.select("form.card input")}
    assert someone.post("/staff/account/name", fields, token="").status_code == 303


def test_what_came_from_elsewhere_is_not_carried(staff, ann):
    answer = staff().post("/staff/account/name", {"name": "Planted"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "Planted" not in answer.text


def test_what_is_too_long_to_carry_is_said(staff):
    page = staff().send("/staff/account/name", {"name": "x" * 460_000}, status=401)
    assert "too long for this page" in page.text


def test_the_button_sends_to_pages_of_staff_alone(staff, ann):
    someone = staff()
    given = sent(ann.email, to="https://evil.example/", method="POST", **{"carried-name": "x"})
    assert place(someone.post("/sign-in/again", given)) == safe_redirect.DEFAULT_TARGET
