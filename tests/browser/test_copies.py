"""What was typed and has not reached the portal stays in the tab, and goes once the portal has it."""

import re

import pytest
from playwright.sync_api import Error

from tests.browser.draft_flows import (
    EDITED,
    NEW,
    SAVED,
    SUBMITTED,
    another_page,
    fill,
    press,
    refused,
    typed_out_of_reach,
)


def test_a_portal_out_of_reach_is_said_and_tried_again(context, page, writer, complaints):
    writer(context)
    typed_out_of_reach(context, page, "Typed on a train")
    page.locator("#save-status").filter(has_text="Not saved").wait_for()
    context.unroute("**/autosave")
    page.locator("#save-status").filter(has_text=SAVED).wait_for()
    refused(complaints)


def test_text_that_was_never_sent_can_be_put_back(context, page, writer, complaints):
    writer(context)
    typed_out_of_reach(context, page, "Typed before the crash")
    page.locator("#save-status").filter(has_text="Not saved").wait_for()
    page.reload()
    assert page.get_by_label("Title", exact=True).input_value() == ""
    press(page, "Restore")
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
    page.get_by_label("Title", exact=True).fill(f"Saved at once, {button.split()[0].lower()}")
    fill(page)
    with another_page(page):
        press(page, button)
    page.wait_for_url(next_page)
    page.goto(NEW)
    assert page.get_by_label("Title", exact=True).input_value() == ""
    assert not page.locator("#restore-notice").is_visible()
    assert copies(page) == []


def test_a_copy_that_was_stored_but_not_submitted_is_not_offered_again(context, page, writer, complaints):
    writer(context)
    page.goto(NEW)
    page.get_by_label("Title", exact=True).fill("Stored, not submitted")
    press(page, "Submit for review")
    page.get_by_role("alert").get_by_role("heading", name="There is a problem").wait_for()
    assert copies(page) == []
    refused(complaints)


@pytest.mark.parametrize("is_stored", [False, True], ids=["nothing arrived", "the answer got lost"])
def test_the_copy_of_what_may_not_have_arrived_is_offered_again(context, page, writer, complaints, is_stored):
    writer(context)
    # Without autosave: on a busy machine it would give the draft an address of its own before Save is pressed.
    typed_out_of_reach(context, page, "Saved on a train")

    def lose(route):
        if route.request.method != "POST":
            return route.fallback()
        if is_stored:
            route.fetch(max_redirects=0)
            context.clear_cookies(name=re.compile("flash"))  # it came with the answer
        return route.abort("aborted")

    context.route(f"**{NEW}", lose)
    with page.expect_event("requestfailed", lambda request: request.method == "POST"):
        press(page, "Save draft")
    context.unroute(f"**{NEW}", lose)
    try:
        page.goto(NEW)
    except Error:
        # Chromium was still giving up the navigation that failed, and gave this one up with it.
        page.goto(NEW)
    press(page, "Restore")
    assert page.get_by_label("Title", exact=True).input_value() == "Saved on a train"
    assert copies(page) == [f"draft:{NEW}"]
    refused(complaints)


def test_a_copy_that_was_typed_further_after_a_save_stays(context, page, writer, complaints):
    writer(context)
    typed_out_of_reach(context, page, "First words")
    key = page.locator("#project-form [name=key]").input_value()
    page.evaluate("document.querySelector('#project-form').addEventListener('submit', (sent) => sent.preventDefault())")
    press(page, "Save draft")
    page.get_by_label("Title", exact=True).fill("First words and more")
    copy = page.evaluate("sessionStorage.getItem('draft:/staff/projects/new')")
    assert "First words and more" in copy
    assert key not in copy
    refused(complaints)
