"""What happens around a form: a lost connection, an ended session, a refusal, a take-over, and the way back."""

import re

import pytest
from playwright.sync_api import expect

from portal.database.transactions import begin_writing
from portal.models import Account, AccountSession
from portal.services.accounts import sessions
from portal.services.editorial import review, revisions
from portal.vocabulary.workflow import State
from portal.web.security import cookies
from tests.browser.draft_flows import EDITED, NEW, SAVED, another_page, press, refused
from tests.factories import PHRASE, begin_next_step

PHONE = {"width": 390, "height": 800}
MAX_BAR = 64


@pytest.fixture
def browser_context_args(browser_context_args):
    return {**browser_context_args, "timezone_id": "Africa/Nairobi"}


@pytest.fixture
def reviewing(backstage, office, context, live):
    """The id of a revision that `office.reviewer`, who is signed in here, reviews."""
    session = backstage()
    number = office.revision(State.IN_REVIEW).id
    begin_next_step(session)
    token, _ = sessions.start(session, session.get(Account, office.reviewer.id))
    session.commit()
    secure = live.replace("http:", "https:")
    context.add_cookies([{"name": cookies.SESSION, "value": token, "url": secure, "secure": True}])
    return number


@pytest.fixture
def take_over(backstage, office):
    def go(number):
        session = backstage()
        begin_writing(session)
        second = session.get(Account, office.second.id)
        review.claim(session, revisions.get_revision(session, number, second), by=second)
        session.commit()

    return go


@pytest.fixture
def end_sessions(backstage):
    def go(account_id):
        session = backstage()
        begin_writing(session)
        session.query(AccountSession).filter_by(account_id=account_id).delete()
        session.commit()

    return go


def saved(page):
    page.locator("#save-status").filter(has_text=SAVED).wait_for()


def title(page):
    return page.get_by_label("Title", exact=True)


def test_the_bar_is_low_and_never_moves_under_the_mouse(context, page, writer, complaints):
    writer(context)
    page.set_viewport_size(PHONE)
    page.goto(NEW)
    title(page).fill("Typed by hand")
    saved(page)
    assert page.locator("#state-badge").inner_text() == "Draft"
    bar, save = page.locator(".action-bar"), page.locator("#save-draft")
    boxes = [(bar.bounding_box(), save.bounding_box())]
    context.route("**/autosave", lambda route: route.abort())
    title(page).fill("Typed on a train")
    page.locator("#save-problem").filter(has_text="cannot be reached").wait_for()
    boxes.append((bar.bounding_box(), save.bounding_box()))
    assert boxes[0] == boxes[1]
    assert boxes[0][0]["height"] <= MAX_BAR
    with page.expect_request(lambda request: request.method == "POST" and request.url.endswith("/edit")):
        save.click()
    page.wait_for_load_state()
    refused(complaints)


def test_a_save_stays_at_its_place_and_says_the_time_of_the_reader(context, page, writer):
    writer(context)
    page.goto(NEW)
    title(page).fill("Saved far down")
    page.get_by_label("Budget amount").fill("1500")
    page.get_by_label("Budget amount").press("Control+A")
    saved(page)
    status = page.locator("#save-status").inner_text()
    assert re.fullmatch(r"Saved at \d\d:\d\d (EAT|GMT\+3)", status)
    place = page.locator("#budget").bounding_box()["y"]
    with another_page(page):
        page.keyboard.press("Enter")
    page.wait_for_url(EDITED)
    expect(page.locator("#budget")).to_be_focused()
    assert page.evaluate("scrollY") > 500
    assert abs(page.locator("#budget").bounding_box()["y"] - place) <= 2
    assert re.fullmatch(r"Saved at \d\d:\d\d (EAT|GMT\+3)", page.locator("#save-status").inner_text())


def test_a_note_that_is_too_long_is_said_while_typing_and_stays(context, page, writer, complaints):
    writer(context)
    page.goto(NEW)
    note = page.get_by_label("Note to the reviewer")
    note.fill("n" * 3_089)
    said = "The note has 3,089 characters; the limit is 2,000."
    page.locator("#save-problem").filter(has_text=said).wait_for()
    with another_page(page):
        press(page, "Save draft")
    page.locator("#errors").filter(has_text=said).wait_for()
    assert note.input_value() == "n" * 3_089
    note.fill("n" * 2_000)
    saved(page)
    assert not page.locator("#save-problem").is_visible()
    refused(complaints)


def test_an_ended_session_takes_no_word_of_what_is_typed(context, page, writer, end_sessions, complaints):
    account = writer(context)
    page.goto(NEW)
    end_sessions(account)
    title(page).press_sequentially("First words")
    notice = page.locator("#signed-out-notice")
    notice.wait_for()
    page.keyboard.type(" and more")
    assert title(page).input_value() == "First words and more"
    assert not page.locator("#reauth-dialog").is_visible()
    notice.get_by_role("button", name="Sign in again").click()
    page.get_by_label("Password").fill(PHRASE)
    page.locator("#reauth-dialog button[type=submit]").click()
    saved(page)
    assert not notice.is_visible()
    assert page.evaluate("document.activeElement.id") == "title"
    page.reload()
    assert title(page).input_value() == "First words and more"
    refused(complaints)


def test_checks_are_announced_only_when_they_change(context, page, writer):
    writer(context)
    page.goto(NEW)
    page.evaluate(
        """window.changes = 0;
        new MutationObserver((seen) => (window.changes += seen.length))
          .observe(document.getElementById("checks"), { childList: true, characterData: true, subtree: true })"""
    )
    with page.expect_response("**/check"):
        page.get_by_label("Note to the reviewer").fill("Changes nothing")
    page.wait_for_timeout(300)
    assert page.evaluate("changes") == 0
    with page.expect_response("**/check"):
        title(page).fill("No longer missing")
    # A condition in the page would be an evaluated string, which the portal's own policy forbids.
    for _ in range(100):
        if page.evaluate("changes") > 0:
            break
        page.wait_for_timeout(100)
    assert page.evaluate("changes") > 0


def test_back_to_a_refused_form_does_not_ask_to_send_it_again(context, page, writer, reviewing, complaints):
    page.goto(f"/staff/revisions/{reviewing}")
    page.locator("[name=mark-title][value=returned]").check()
    press(page, "Return to the author")
    page.get_by_role("heading", name="There is a problem").wait_for()
    assert page.url.endswith(f"/staff/revisions/{reviewing}")
    page.goto("/staff/")
    page.go_back()
    assert page.locator("h1").inner_text().startswith("Review a new record")
    page.goto(f"/staff/revisions/{reviewing}/due")
    page.evaluate("document.querySelector('#day').type = 'text'")
    page.locator("#day").fill("2001-01-01")
    press(page, "Save due date")
    page.get_by_role("heading", name="There is a problem").wait_for()
    page.reload()
    assert page.locator("h1").inner_text().startswith("Due date")
    assert not page.locator("#errors").is_visible()
    refused(complaints)


def test_reasons_survive_a_reload_a_detour_and_a_take_over(context, page, reviewing, take_over, complaints):
    address = f"/staff/revisions/{reviewing}"
    page.goto(address)
    page.locator("[name=mark-title][value=returned]").check()
    page.locator("#reason-title").fill("Say which ministry.")
    page.locator("#note").fill("Two things are missing.")
    page.reload()
    press(page, "Restore")
    assert page.locator("#reason-title").input_value() == "Say which ministry."
    assert page.locator("#note").input_value() == "Two things are missing."
    page.get_by_role("link", name="Edit", exact=True).click()
    page.wait_for_url(EDITED)
    page.go_back()
    press(page, "Restore")
    assert page.locator("#reason-title").input_value() == "Say which ministry."
    take_over(reviewing)
    press(page, "Return to the author")
    page.get_by_role("heading", name="There is a problem").wait_for()
    assert page.locator(".typed-text textarea").nth(0).input_value() == "Say which ministry."
    page.goto(address)
    notice = page.locator("#restore-notice")
    assert notice.get_by_label("Title: what should change?").input_value() == "Say which ministry."
    assert notice.get_by_label("Note").input_value() == "Two things are missing."
    notice.get_by_role("button", name="Discard").click()
    page.reload()
    assert not notice.is_visible()
    refused(complaints)


def test_a_note_is_still_there_after_saving_the_field_decisions(page, reviewing):
    page.goto(f"/staff/revisions/{reviewing}")
    page.locator("[name=mark-title][value=returned]").check()
    page.locator("#reason-title").fill("Say which ministry.")
    page.locator("#note").fill("Not sent yet.")
    with another_page(page):
        press(page, "Save field decisions")
    page.get_by_text("are saved").wait_for()
    assert page.locator("#note").input_value() == "Not sent yet."
    assert page.evaluate("document.activeElement.id") == "save-decisions"
    with another_page(page):
        press(page, "Return to the author")
    assert page.evaluate("Object.keys(sessionStorage)") == []


def test_what_a_reviewer_wrote_survives_a_take_over(page, reviewing, take_over, complaints):
    page.goto(f"/staff/revisions/{reviewing}/edit")
    take_over(reviewing)
    title(page).fill("Rewritten by Rex")
    page.locator("#save-problem").filter(has_text="by the reviewer who claimed it").wait_for()
    press(page, "Save draft")
    page.get_by_role("heading", name="There is a problem").wait_for()
    assert title(page).input_value() == "Rewritten by Rex"
    page.get_by_role("link", name=f"Open R-{reviewing}").click()
    assert page.locator("#restore-notice").get_by_label("Title").input_value() == "Rewritten by Rex"
    refused(complaints)


def test_scheduling_shows_the_time_of_the_reader(page, reviewing, office):
    number = office.revision(State.APPROVED).id
    page.goto(f"/staff/revisions/{number}/schedule")
    page.locator("#day").fill("2031-01-31")
    page.locator("#time").fill("22:30")
    page.get_by_text(re.compile(r"In your time zone: 01:30 (EAT|GMT\+3), 1 Feb 2031")).wait_for()
    press(page, "Schedule publication")
    page.get_by_text(re.compile(r"31 Jan 2031 22:30 UTC \(01:30 (EAT|GMT\+3), 1 Feb 2031\)")).first.wait_for()


def test_signing_in_again_sends_the_form_without_another_press(
    context, page, writer, backstage, end_sessions, complaints
):
    account = writer(context)
    page.goto(NEW)
    context.route(re.compile("/sign-in/state|/autosave"), lambda route: route.abort())
    title(page).fill("Sent by signing in")
    end_sessions(account)
    press(page, "Save draft")
    page.get_by_label("Email address").fill(backstage().get(Account, account).email)
    page.get_by_label("Password").fill(PHRASE)
    press(page, "Sign in and send")
    page.wait_for_url(EDITED)
    assert title(page).input_value() == "Sent by signing in"
    refused(complaints)
