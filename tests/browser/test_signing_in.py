"""Signing in as people do it, with script and without; and that no page of it keeps anyone out."""

import re
import subprocess
import time

import pyotp
import pytest

from portal.config import ROOT
from tests.browser.conftest import PROGRAMS
from tests.loops import not_empty

PHRASE = "four quiet rivers meet"
SIZES = ({"width": 1280, "height": 900}, {"width": 390, "height": 844})


@pytest.fixture
def invited(live, portal_environ):
    """invited("administrator") makes an account and gives its address and its one-time link."""
    count = iter(range(1_000))

    def make(role):
        email = f"{role}-{next(count)}-{time.monotonic_ns()}@example.org"
        command = [PROGRAMS / "portal", "account", "add", email, "--name", role.title(), "--role", role]
        said = subprocess.run(command, cwd=ROOT, env=portal_environ, check=True, capture_output=True, text=True).stdout
        return email, "/sign-in" + said.split()[-1].partition("/sign-in")[2]

    return make


def choose(page, link):
    """From the link to what comes next: the desk, or the second factor."""
    page.goto(link)
    page.get_by_label("New password").fill(PHRASE)
    page.get_by_role("button", name="Save password").click()
    page.wait_for_url(re.compile("/staff/|/sign-in/(code|second-factor)"))


def sign_in(page, email):
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(PHRASE)
    page.get_by_role("button", name="Sign in").click()


def enrol(page):
    """Set up the second factor that the page asks for; gives its secret."""
    secret = page.locator("#secret").inner_text().strip()
    page.get_by_label("One-time code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Turn on second factor").click()
    return secret


def is_fine(page, axe):
    """Accessible, and no wider than the screen, on a wide one and on a telephone."""
    for size in SIZES:
        page.set_viewport_size(size)
        assert axe(page) == []
        assert page.evaluate("document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth")


def test_a_reviewer_comes_in_by_a_link_and_a_second_factor(page, axe, invited):
    email, link = invited("reviewer")
    page.goto("/sign-in")
    is_fine(page, axe)
    page.goto(link)
    is_fine(page, axe)
    choose(page, link)
    is_fine(page, axe)
    secret = enrol(page)
    is_fine(page, axe)
    assert len(page.locator("#codes").inner_text().split()) == 10
    page.get_by_role("link", name="I have saved these codes").click()
    page.goto("/staff/account")
    is_fine(page, axe)
    page.set_viewport_size(SIZES[0])
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, email)
    is_fine(page, axe)
    # The code of the enrolment is used up: the next one comes in the next step.
    page.get_by_label("One-time code").fill(pyotp.TOTP(secret).at(time.time() + 30))
    page.get_by_role("button", name="Sign in", exact=True).click()
    assert page.url.endswith("/staff/")
    assert {cookie["name"] for cookie in page.context.cookies()} >= {"__Host-portal", "__Host-device"}
    assert all(cookie["secure"] and cookie["httpOnly"] for cookie in not_empty(page.context.cookies()))


def test_an_administrator_invites_someone(page, axe, invited):
    _email, link = invited("administrator")
    choose(page, link)
    enrol(page)
    page.goto("/staff/accounts/")
    is_fine(page, axe)
    page.set_viewport_size(SIZES[0])
    page.locator("#name").fill("Leah")
    page.locator("#email").fill(f"leah-{time.monotonic_ns()}@example.org")
    page.get_by_label("reviewer").check()
    page.get_by_role("button", name="Add and invite").click()
    assert page.locator("#link").inner_text().startswith("http://127.0.0.1")
    is_fine(page, axe)


def test_without_script_everything_works_the_same(invited, browser, live):
    """And a form that is sent after the session ended is not lost."""
    context = browser.new_context(java_script_enabled=False, base_url=live)
    page = context.new_page()
    email, link = invited("reviewer")
    choose(page, link)
    secret = enrol(page)
    page.goto("/staff/account")
    page.locator("#name").fill("Typed for an hour")
    context.clear_cookies(name="__Host-portal")
    page.get_by_role("button", name="Save name").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Sign in again"
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(PHRASE)
    page.get_by_label("One-time code").fill(pyotp.TOTP(secret).at(time.time() + 30))
    page.get_by_role("button", name="Sign in and send").click()
    page.get_by_role("button", name="Send again").click()
    assert page.get_by_role("status").first.inner_text() == "Your name has been saved."
    assert page.locator("#name").input_value() == "Typed for an hour"
    context.close()


def test_with_script_the_dialog_asks_and_the_form_goes_on(page, axe, invited):
    email, link = invited("author")
    choose(page, link)
    page.goto("/staff/account")
    page.locator("#name").fill("Typed for an hour")
    form = page.locator("form", has=page.get_by_role("button", name="Save name"))
    form.evaluate("form => form.dataset.checkSession = ''")
    page.context.clear_cookies(name="__Host-portal")
    page.get_by_role("button", name="Save name").click()
    dialog = page.get_by_role("dialog", name="Sign in again")
    dialog.wait_for()
    assert axe(page, within="#reauth-dialog") == []
    assert dialog.get_by_label("Email address").input_value() == email
    dialog.get_by_label("Password").fill(PHRASE)
    dialog.get_by_role("button", name="Sign in and go on").click()
    page.get_by_text("Your name has been saved.").wait_for()
    assert page.locator("#name").input_value() == "Typed for an hour"


def test_a_session_that_ends_while_a_request_is_sent_by_script(page, invited, complaints):
    _, link = invited("author")
    choose(page, link)
    page.goto("/staff/account")
    page.context.clear_cookies(name="__Host-portal")
    send = """() => {
      const body = new URLSearchParams({name: "By script"});
      return staff.send("/staff/account/name", {method: "POST", body}).then((answer) => answer.status);
    }"""
    assert page.evaluate(send) == 401
    page.locator("#signed-out-notice").get_by_role("button").click()
    dialog = page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("Password").fill(PHRASE)
    dialog.get_by_role("button", name="Sign in and go on").click()
    page.locator("#signed-out-notice").wait_for(state="hidden")
    assert page.evaluate(send) == 200
    page.goto("/staff/account")
    assert page.locator("#name").input_value() == "By script"
    # The browser notes the 401 on its console.
    complaints[:] = [line for line in complaints if "status of 401" not in line]
