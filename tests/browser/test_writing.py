"""Writing a project in a browser: kept while typing, broken off and continued, submitted; with script and without."""

import re

import pytest

from tests.browser.draft_flows import EDITED, NEW, SAVED, SUBMITTED, another_page, fill, press, refused
from tests.browser.test_every_page import sideways, unfold

NARROW, WIDE = {"width": 390, "height": 900}, {"width": 1280, "height": 900}


def test_what_is_typed_is_kept_and_continued(context, page, writer):
    writer(context)
    page.goto(NEW)
    page.get_by_label("Title", exact=True).fill("Typed and never saved by hand")
    page.locator("#save-status").filter(has_text=SAVED).wait_for()
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
    page.locator("#save-status").filter(has_text=SAVED).wait_for()
    address = page.url
    page.get_by_label("Title", exact=True).fill("First and last words")
    page.goto("/")
    # The last save outlives its page, so it may arrive after the next one was asked for.
    for _ in range(100):
        if "First and last words" in (kept := context.request.get(address).text()):
            break
        page.wait_for_timeout(100)
    assert "First and last words" in kept


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_what_is_wrong_is_in_sight_after_a_save(context, page, writer, axe, size):
    writer(context)
    page.set_viewport_size(size)
    page.goto(NEW)
    page.get_by_label("Title", exact=True).fill("Saved with two faults")
    page.locator("#end").fill("2021-13")
    page.get_by_label("Budget amount").fill("lots")
    with another_page(page):
        press(page, "Save draft")
    link = page.get_by_role("link", name=re.compile("^Fix 2 problems"))
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
    page.locator("#save-status").filter(has_text=SAVED).wait_for()
    other = context.new_page()
    other.goto(page.url)
    other.get_by_label("Title", exact=True).fill("In the other window")
    other.locator("#save-status").filter(has_text=SAVED).wait_for()
    page.get_by_label("Title", exact=True).fill("In this window")
    page.locator("#conflict-notice").filter(has_text="saved in another window").wait_for()
    press(page, "Save draft")
    page.get_by_role("heading", name="Choose between two versions").wait_for()
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        assert sideways(page) <= 0
        assert axe(page) == []
    page.locator("#theirs-title").check()
    press(page, "Save choices")
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
    page.get_by_role("alert").get_by_role("heading", name="There is a problem").wait_for()
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
