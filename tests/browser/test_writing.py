"""Writing a project in a browser: kept while typing, broken off and continued, submitted; with script and without."""

import re
from zlib import crc32

import pytest

from portal.app import create_app
from portal.config import Settings
from portal.models import Account, AccountSession, db
from portal.services import sessions
from portal.services.writing import begin_writing
from portal.web import cookies
from tests.browser.test_every_page import sideways, unfold
from tests.factories import PHRASE, let_go, make_account

NEW = "/staff/projects/new"
SAVED = re.compile("Saved at")
EDITED, SUBMITTED = re.compile(r"/staff/revisions/\d+/edit"), re.compile(r"/staff/revisions/\d+(\?|$)")
NARROW, WIDE = {"width": 390, "height": 900}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def backstage(live, database):
    """The database of the live portal."""
    app = create_app(Settings(database_url=database, secret_key="0123456789abcdef" * 4))
    with app.app_context():
        yield db.session
        db.session.remove()
        let_go()


@pytest.fixture
def writer(backstage, live, request):
    """writer(context) signs a fresh author in there."""

    def go(context):
        session = backstage()
        begin_writing(session)
        name = f"Writer{crc32(request.node.name.encode())}"
        account = session.query(Account).filter_by(email=f"{name.lower()}@example.org").one_or_none()
        account = account or make_account(session, name, password=PHRASE)
        token, _ = sessions.start(session, account)
        session.commit()
        secure = live.replace("http:", "https:")
        context.add_cookies([{"name": cookies.SESSION, "value": token, "url": secure, "secure": True}])
        return account.id

    return go


def fill(page):
    """Everything that a submission asks for but the title."""
    page.get_by_label("Summary", exact=True).fill("Trains inspectors.\n\n- Two workshops")
    page.get_by_label("Project type").select_option("labour-migration")
    page.get_by_label("Year of allocation").fill("2021")
    page.get_by_role("radio", name="Completed").check()
    page.get_by_role("radio", name="National", exact=True).check()
    page.get_by_role("group", name="Benefiting member states").get_by_label("Kenya").check()
    page.get_by_label("IDF region").select_option("africa")
    page.get_by_label("Budget amount").fill("150000")


def press(page, name):
    page.get_by_role("button", name=name).last.click()


def refused(complaints):
    """The browser notes every answer of 400 and more on its console."""
    complaints[:] = [line for line in complaints if "Failed to load resource" not in line]


def test_what_is_typed_is_kept_and_continued(context, page, writer):
    writer(context)
    page.goto(NEW)
    page.get_by_label("Title", exact=True).fill("Typed and never saved by hand")
    page.locator("#saved").filter(has_text=SAVED).wait_for()
    address = page.url
    assert address.endswith("/edit")
    page.close()
    page = context.new_page()
    page.goto(address)
    assert page.get_by_label("Title", exact=True).input_value() == "Typed and never saved by hand"
    fill(page)
    assert page.locator("#countries .chip").inner_text().startswith("Kenya")
    press(page, "Submit for review")
    page.wait_for_url(SUBMITTED)


def test_leaving_the_page_saves_the_last_words(context, page, writer):
    writer(context)
    page.goto(NEW)
    page.get_by_label("Title", exact=True).fill("First")
    page.locator("#saved").filter(has_text=SAVED).wait_for()
    address = page.url
    page.get_by_label("Title", exact=True).fill("First and last words")
    page.goto("/")
    # The last save outlives its page, so it may arrive after the next one was asked for.
    for _ in range(100):
        if "First and last words" in (kept := context.request.get(address).text()):
            break
        page.wait_for_timeout(100)
    assert "First and last words" in kept


def test_an_ended_session_asks_to_sign_in_in_place_and_the_save_goes_through(
    context, page, writer, backstage, complaints
):
    account = writer(context)
    page.goto(NEW)
    session = backstage()
    begin_writing(session)
    session.query(AccountSession).filter_by(account_id=account).delete()
    session.commit()
    page.get_by_label("Title", exact=True).fill("Typed after the session ended")
    page.locator("dialog#again[open]").wait_for()
    page.get_by_label("Password").fill(PHRASE)
    press(page, "Sign in and go on")
    page.locator("#saved").filter(has_text=SAVED).wait_for()
    page.reload()
    assert page.get_by_label("Title", exact=True).input_value() == "Typed after the session ended"
    refused(complaints)


def test_a_portal_out_of_reach_is_said_and_tried_again(context, page, writer, complaints):
    writer(context)
    page.goto(NEW)
    context.route("**/autosave", lambda route: route.abort())
    page.get_by_label("Title", exact=True).fill("Typed on a train")
    page.locator("#saved").filter(has_text="Not saved").wait_for()
    context.unroute("**/autosave")
    page.locator("#saved").filter(has_text=SAVED).wait_for()
    refused(complaints)


def test_text_that_was_never_sent_can_be_put_back(context, page, writer, complaints):
    writer(context)
    page.goto(NEW)
    context.route("**/autosave", lambda route: route.abort())
    page.get_by_label("Title", exact=True).fill("Typed before the crash")
    page.locator("#saved").filter(has_text="Not saved").wait_for()
    page.reload()
    assert page.get_by_label("Title", exact=True).input_value() == ""
    press(page, "Put it back")
    assert page.get_by_label("Title", exact=True).input_value() == "Typed before the crash"
    refused(complaints)


def copies(page):
    return page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('draft:'))")


@pytest.mark.parametrize(
    ("button", "next_page"),
    [("Save draft", EDITED), ("Submit for review", SUBMITTED), ("Preview", re.compile("/preview$"))],
)
def test_the_copy_of_what_the_portal_has_is_not_offered_again(context, page, writer, button, next_page):
    writer(context)
    page.goto(NEW)
    page.get_by_label("Title", exact=True).fill(f"Saved at once by {button}")
    fill(page)
    # A save while typing may have changed the address already.
    with page.expect_event("load"):
        press(page, button)
    page.wait_for_url(next_page)
    page.goto(NEW)
    assert page.get_by_label("Title", exact=True).input_value() == ""
    assert not page.locator("#rescued").is_visible()
    assert copies(page) == []


def test_a_copy_that_was_stored_but_not_submitted_is_not_offered_again(context, page, writer, complaints):
    writer(context)
    page.goto(NEW)
    page.get_by_label("Title", exact=True).fill("Stored, not submitted")
    press(page, "Submit for review")
    page.get_by_role("alert").get_by_text("8 things to put right").wait_for()
    assert copies(page) == []
    refused(complaints)


@pytest.mark.parametrize("is_stored", [False, True], ids=["nothing arrived", "the answer got lost"])
def test_the_copy_of_what_may_not_have_arrived_is_offered_again(context, page, writer, complaints, is_stored):
    writer(context)
    page.goto(NEW)

    def lose(route):
        if route.request.method != "POST":
            return route.fallback()
        if is_stored:
            route.fetch(max_redirects=0)
            context.clear_cookies(name=re.compile("said"))  # it came with the answer
        return route.abort("aborted")

    context.route(f"**{NEW}", lose)
    page.get_by_label("Title", exact=True).fill("Saved on a train")
    with page.expect_event("requestfailed", lambda request: request.method == "POST"):
        press(page, "Save draft")
    context.unroute(f"**{NEW}", lose)
    context.route("**/autosave", lambda route: route.abort())
    page.goto(NEW)
    press(page, "Put it back")
    assert page.get_by_label("Title", exact=True).input_value() == "Saved on a train"
    assert copies(page) == [f"draft:{NEW}"]
    refused(complaints)


def test_a_copy_that_was_typed_further_after_a_save_stays(context, page, writer, complaints):
    writer(context)
    page.goto(NEW)
    context.route("**/autosave", lambda route: route.abort())
    page.get_by_label("Title", exact=True).fill("First words")
    key = page.locator("#project-form [name=key]").input_value()
    page.evaluate("document.querySelector('#project-form').addEventListener('submit', (sent) => sent.preventDefault())")
    press(page, "Save draft")
    page.get_by_label("Title", exact=True).fill("First words and more")
    copy = page.evaluate("sessionStorage.getItem('draft:/staff/projects/new')")
    assert "First words and more" in copy
    assert key not in copy
    refused(complaints)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_what_is_wrong_is_in_sight_after_a_save(context, page, writer, axe, size):
    writer(context)
    page.set_viewport_size(size)
    page.goto(NEW)
    page.get_by_label("Title", exact=True).fill("Saved with two faults")
    page.locator("#end").fill("2021-13")
    page.get_by_label("Budget amount").fill("lots")
    with page.expect_event("load"):
        press(page, "Save draft")
    link = page.get_by_role("link", name="2 things to fix before it can be submitted")
    box = link.bounding_box()
    assert box["y"] + box["height"] <= size["height"]
    assert sideways(page) <= 0
    assert axe(page) == []
    link.click()
    assert 0 <= page.locator("#end").bounding_box()["y"] <= size["height"]


def test_a_second_window_is_told_and_both_texts_are_shown(context, page, writer, complaints, axe):
    writer(context)
    page.goto(NEW)
    page.get_by_label("Title", exact=True).fill("At first")
    page.locator("#saved").filter(has_text=SAVED).wait_for()
    other = context.new_page()
    other.goto(page.url)
    other.get_by_label("Title", exact=True).fill("In the other window")
    other.locator("#saved").filter(has_text=SAVED).wait_for()
    page.get_by_label("Title", exact=True).fill("In this window")
    page.locator("#elsewhere").filter(has_text="saved elsewhere").wait_for()
    press(page, "Save draft")
    page.get_by_role("heading", name="Choose between two texts").wait_for()
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        assert sideways(page) <= 0
        assert axe(page) == []
    page.locator("#theirs-title").check()
    press(page, "Save what I chose")
    page.wait_for_url(EDITED)
    assert page.get_by_label("Title", exact=True).input_value() == "In the other window"
    refused(complaints)


def test_checks_follow_the_typing(context, page, writer):
    writer(context)
    page.goto(NEW)
    page.get_by_role("radio", name="Regional", exact=True).check()
    page.get_by_role("group", name="Benefiting member states").get_by_label("Kenya").check()
    page.locator("#checks").filter(has_text="at least two member states").wait_for()


def test_the_whole_way_without_script(new_context, writer, complaints):
    context = new_context(java_script_enabled=False)
    writer(context)
    page = context.new_page()
    page.goto(NEW)
    page.get_by_label("Title", exact=True).fill("Written without script")
    press(page, "Save draft")
    page.wait_for_url(EDITED)
    address = page.url
    page.close()
    page = context.new_page()
    page.goto(address)
    press(page, "Submit for review")
    assert page.get_by_role("alert").get_by_role("link").count() == 8
    page.get_by_role("alert").get_by_role("link", name=re.compile("Budget amount")).click()
    assert page.url.endswith("#budget")
    fill(page)
    press(page, "Preview")
    page.get_by_role("link", name="Back", exact=True).click()
    press(page, "Submit for review")
    page.wait_for_url(SUBMITTED)
    refused(complaints)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_form_is_accessible(context, page, writer, axe, complaints, size, scheme):
    writer(context)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    page.goto(NEW)
    assert axe(page) == []
    press(page, "Submit for review")
    page.get_by_role("alert").get_by_text("9 things to put right").wait_for()
    assert axe(page) == []
    unfold(page)
    assert sideways(page) <= 0
    assert axe(page) == []
    refused(complaints)


def test_the_form_can_be_sent_by_the_keyboard_alone(context, page, writer):
    writer(context)
    page.goto(NEW)
    page.get_by_label("Projects ID").focus()
    page.keyboard.type("LM.7777")
    page.keyboard.press("Enter")
    page.wait_for_url(EDITED)
    assert page.get_by_label("Projects ID").input_value() == "LM.7777"
