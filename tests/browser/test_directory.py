"""The directory in a real browser: live filters, typing, Back, focus, no script, keyboard, narrow screen, weight."""

import re

import pytest
from playwright.sync_api import expect


def sentence(page):
    return page.locator("#sentence")


def test_a_choice_filters_at_once_and_goes_into_the_address(page):
    page.goto("/projects/")
    page.check("#status-completed")
    expect(sentence(page)).to_have_text(re.compile(r"^Completed projects: \d+ projects"))
    expect(page).to_have_url(re.compile(r"/projects/\?status=completed$"))
    expect(page).to_have_title(re.compile(r"^Completed projects: \d+ projects"))
    expect(page.locator("#status")).to_have_text(re.compile(r"^\d+ projects found$"))
    expect(page.locator("#status-completed")).to_be_focused()
    page.check("#region-africa")
    expect(page).to_have_url(re.compile(r"region=africa&status=completed$"))


def test_typing_is_one_request_and_keeps_the_caret(page):
    page.goto("/projects/")
    asked = []
    page.on("request", lambda request: "/projects/?" in request.url and asked.append(request.url))
    page.locator("#q").press_sequentially("georgia", delay=30)
    expect(sentence(page)).to_have_text(re.compile("^Projects mentioning “georgia”"))
    assert len(asked) == 1
    expect(page.locator("#q")).to_be_focused()
    assert page.eval_on_selector("#q", "box => [box.value, box.selectionStart]") == ["georgia", 7]
    assert page.evaluate("history.length") == 2  # about:blank and this page: typing adds nothing


def test_a_slow_answer_does_not_overwrite_a_newer_one(page):
    page.goto("/projects/")

    def hold(route):
        if route.request.url.endswith("status=active"):
            page.wait_for_timeout(600)
        route.continue_()

    page.route("**/projects/?*", hold)
    page.check("#status-active")
    page.check("#status-completed")
    expect(sentence(page)).to_have_text(re.compile(r"^Active or completed projects: \d+ projects"))
    page.wait_for_timeout(900)
    expect(sentence(page)).to_have_text(re.compile(r"^Active or completed projects: \d+ projects"))


def test_back_and_forward_restore_list_boxes_and_title(page):
    page.goto("/projects/")
    page.check("#status-completed")
    expect(sentence(page)).to_have_text(re.compile("^Completed projects"))
    page.check("#coverage-regional")
    expect(sentence(page)).to_have_text(re.compile("^Completed regional projects"))
    page.go_back()
    expect(sentence(page)).to_have_text(re.compile("^Completed projects"))
    expect(page.locator("#coverage-regional")).not_to_be_checked()
    page.go_back()
    expect(sentence(page)).to_have_text(re.compile("^All projects"))
    expect(page.locator("#status-completed")).not_to_be_checked()
    page.go_forward()
    expect(sentence(page)).to_have_text(re.compile("^Completed projects"))
    expect(page.locator("#status-completed")).to_be_checked()
    page.check("#region-africa")
    expect(sentence(page)).to_have_text(re.compile("^Completed projects in Africa"))


def test_back_from_a_project_shows_the_whole_page(page):
    page.goto("/projects/")
    page.check("#region-europe")
    expect(sentence(page)).to_have_text(re.compile("in Europe"))
    page.locator(".result h3 a").first.click()
    expect(page.locator(".facts-list")).to_be_visible()
    page.go_back()
    expect(page.locator("h1")).to_have_text("Projects")
    expect(sentence(page)).to_have_text(re.compile("in Europe"))
    expect(page.locator("#region-europe")).to_be_checked()


def test_removing_a_chip_unticks_its_box_and_keeps_focus_on_the_next(page):
    page.goto("/projects/?region=africa&status=completed")
    page.locator(".chip").first.click()
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.locator("#region-africa")).not_to_be_checked()
    expect(page.locator(".chip").first).to_be_focused()
    page.locator(".chip").first.click()
    expect(page.locator(".chip")).to_have_count(0)
    expect(sentence(page)).to_be_focused()


def test_removing_the_search_chip_empties_the_box(page):
    page.goto("/projects/?q=georgia")
    page.locator(".chip").first.click()
    expect(page.locator("#q")).to_have_value("")
    expect(sentence(page)).to_have_text(re.compile("^All projects"))


def test_a_long_facet_can_be_searched_and_stays_open(page):
    page.goto("/projects/")
    page.locator("#facet-country .rest a").click()
    page.locator("#find-country").fill("tog")
    togo = page.locator("#country-TGO")
    togo.check()
    expect(sentence(page)).to_have_text(re.compile("benefiting Togo"))
    expect(page).to_have_url(re.compile(r"/projects/\?country=TGO&all=country$"))
    expect(page.locator("#country-TGO")).to_be_checked()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_all_values_of_a_facet_get_the_focus(browser, live, script):
    context = browser.new_context(base_url=live, java_script_enabled=script)
    page = context.new_page()
    page.goto("/projects/")
    page.locator("#facet-country .rest a").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#all-country")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#rest-country input").first).to_be_focused()
    context.close()


def test_an_opened_facet_stays_open(page):
    page.goto("/projects/")
    page.locator("#facet-theme > summary").click()
    page.check("#status-active")
    expect(sentence(page)).to_have_text(re.compile("^Active projects"))
    expect(page.locator("#facet-theme")).to_have_attribute("open", "")


def test_sorting_paging_and_views_are_live(page):
    page.goto("/projects/")
    page.select_option("#sort", "title")
    expect(page).to_have_url(re.compile(r"/projects/\?sort=title$"))
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile(r"sort=title&page=2$"))
    expect(sentence(page)).to_be_focused()
    page.get_by_role("link", name="Table", exact=True).click()
    expect(page.locator("table.table")).to_be_visible()
    page.check("#status-active")
    expect(page).to_have_url(re.compile(r"status=active&sort=title&view=table$"))
    expect(page.locator("table.table")).to_be_visible()


def test_a_failed_update_is_said_and_the_address_kept(page, complaints):
    page.goto("/projects/?region=africa")
    page.route(
        "**/projects/?*status*", lambda route: route.fulfill(status=500, body="no", headers={"HX-Push-Url": "false"})
    )
    page.check("#status-active")
    expect(page.locator("#update-failed")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/projects/\?region=africa$"))
    expect(sentence(page)).to_have_text(re.compile("^Projects in Africa"))
    complaints.clear()  # the browser's own note of the 500


def test_no_result_offers_ways_out(page):
    page.goto("/projects/?region=middle-east&status=active&q=diaspora")
    ways = page.locator(".relaxations a")
    count = page.locator(".relaxations span").first.inner_text()
    ways.first.click()
    expect(page.locator("#status")).to_have_text(f"{count} found")


def test_keyboard_alone_reaches_and_changes_everything(page):
    page.goto("/projects/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("#status-active").focus()
    page.keyboard.press("Space")
    expect(sentence(page)).to_have_text(re.compile("^Active projects"))
    expect(page.locator("#status-active")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#status-completed")).to_be_focused()
    page.locator("#q").focus()
    page.keyboard.type("border")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"q=border&status=active$"))


@pytest.mark.parametrize("width", [320, 390])
def test_narrow_screens_fold_filters_and_menu_away(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/projects/")
    expect(page.locator("#status-active")).to_be_hidden()
    page.locator("#facets > summary").click()
    page.check("#status-active")
    expect(sentence(page)).to_have_text(re.compile("^Active projects"))
    expect(page.locator("#selected-count")).to_have_text("(1 selected)")
    expect(page.locator("#status-active")).to_be_visible()
    page.locator("details.nav > summary").click()
    expect(page.get_by_role("link", name="Take Action").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("details.nav")).not_to_have_attribute("open", "")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_script_the_same_form_gives_the_same_list(browser, live, page):
    context = browser.new_context(java_script_enabled=False, base_url=live)
    plain = context.new_page()
    plain.goto("/projects/")
    plain.check("#status-completed")
    plain.check("#coverage-regional")
    plain.fill("#q", "migration")
    plain.get_by_role("button", name="Show projects").click()
    page.goto("/projects/?q=migration&status=completed&coverage=regional")
    assert plain.locator("#sentence").inner_text() == page.locator("#sentence").inner_text()
    assert plain.locator(".result h3").all_inner_texts() == page.locator(".result h3").all_inner_texts()
    plain.locator(".chip").first.click()
    assert "mentioning" not in plain.locator("#sentence").inner_text()
    context.close()


def test_the_light_page_promise(page, context):
    """First visit at most 60 KB in all, one click at most 15 KB, as transferred."""
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    received = []
    devtools.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto("/projects/", wait_until="networkidle")
    assert 5_000 < sum(received) <= 60_000
    # The browser's own picture in a date field is a request of no bytes.
    assert len(list(filter(None, received))) <= 8
    received.clear()
    page.check("#region-africa")
    expect(sentence(page)).to_have_text(re.compile("in Africa"))
    page.wait_for_timeout(200)
    assert 500 < sum(received) <= 15_000


def type_slowly(page, words):
    page.locator("#q").fill("")
    page.locator("#q").press_sequentially(words, delay=400)
    expect(sentence(page)).to_have_text(re.compile(f"“{words}”"), timeout=20_000)


def test_back_leads_to_the_search_before_however_slowly_it_was_typed(page):
    page.goto("/projects/")
    for words in ("kenya", "health"):
        type_slowly(page, words)
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
    page.wait_for_timeout(600)
    page.go_back()
    expect(sentence(page)).to_have_text(re.compile("“kenya”"))
    expect(page.locator("#q")).to_have_value("kenya")
    page.go_back()
    expect(sentence(page)).to_have_text(re.compile("^All projects"))
    expect(page.locator("#q")).to_have_value("")
    page.go_forward()
    expect(page.locator("#q")).to_have_value("kenya")
    # A search without Enter, left by a link, and one that is typed and taken back.
    type_slowly(page, "training")
    page.locator(".result h3 a").first.click()
    page.locator(".facts-list").wait_for()
    page.go_back()
    expect(page.locator("#q")).to_have_value("training")
    type_slowly(page, "trainings")
    page.locator("#q").press("Backspace")
    expect(page).to_have_url(re.compile("q=training$"))
    page.locator("h1").click()
    page.go_back()
    expect(page.locator("#q")).to_have_value("kenya")


def test_a_search_that_is_not_finished_does_not_take_the_place_of_the_one_before(page):
    page.goto("/projects/?status=completed")
    type_slowly(page, "training")
    page.go_back()
    expect(sentence(page)).to_have_text(re.compile("^Completed projects"))
    expect(page.locator("#q")).to_have_value("")


def test_a_filter_after_a_typed_search_is_an_entry_of_its_own(page):
    page.goto("/projects/")
    type_slowly(page, "training")
    page.check("#status-completed")
    expect(page).to_have_url(re.compile("status=completed"))
    page.go_back()
    expect(page.locator("#q")).to_have_value("training")
    expect(page.locator("#status-completed")).not_to_be_checked()
    page.go_back()
    expect(sentence(page)).to_have_text(re.compile("^All projects"))
