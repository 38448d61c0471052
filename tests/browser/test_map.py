"""The map in a real browser: the keyboard, folded in the directory, narrow, without script and with forced colours."""

import re

import pytest
from playwright.sync_api import expect

REGION = "/where-we-work/?region=africa"


def circles(page, within="body"):
    return page.locator(f"{within} svg.map a")


def test_the_land_is_drawn(page):
    with page.expect_response(re.compile(r"/static/img/land\.[0-9a-f]+\.svg$")) as land:
        page.goto("/where-we-work/")
    assert land.value.ok
    box = page.locator("svg.map .land").bounding_box()
    assert box["width"] > 900


def test_a_circle_is_reached_and_followed_with_the_keyboard(page):
    page.goto("/where-we-work/")
    page.locator(".skip-map").focus()
    page.keyboard.press("Tab")
    first = circles(page).first
    expect(first).to_be_focused()
    code = first.get_attribute("href").rpartition("/")[2]
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/where-we-work/{code}$"))


def test_the_link_before_the_map_leads_past_it(page):
    page.goto("/where-we-work/")
    page.locator(".skip-map").click()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#table') !== null")


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_region_is_accessible(page, axe, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(REGION)
    assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
    assert axe(page) == []


def test_circles_differ_from_land_with_forced_colours(page):
    page.emulate_media(forced_colors="active")
    page.goto("/where-we-work/")
    fills = [
        page.eval_on_selector(place, "shape => getComputedStyle(shape).fill")
        for place in ("svg.map a circle", "svg.map .land")
    ]
    assert len(set(fills)) == 2


def test_the_map_of_a_search_comes_when_it_is_unfolded_and_follows_the_filters(page, axe):
    page.goto("/projects/")
    asked = []
    page.on("request", lambda request: "/where-we-work/map" in request.url and asked.append(request.url))
    assert circles(page).count() == 0
    page.locator("#map > summary").click()
    expect(circles(page, "#map")).to_have_count(113)
    assert len(asked) == 1
    assert axe(page, within="#map") == []
    page.check("#region-africa")
    expect(circles(page, "#map")).not_to_have_count(113)
    assert asked[1].endswith("/where-we-work/map?region=africa")
    expect(page.locator("#region-africa")).to_be_focused()
    page.select_option("#sort", "title")
    expect(page).to_have_url(re.compile("sort=title"))
    expect(circles(page, "#map")).not_to_have_count(0)
    assert len(asked) == 2


def test_a_circle_of_a_search_leads_to_its_list_with_the_map_unfolded(page):
    page.goto("/projects/?region=africa")
    page.locator("#map > summary").click()
    page.locator("#map svg.map a[href*='country=KEN']").click()
    expect(page).to_have_url(re.compile(r"/projects/\?region=africa&country=KEN#map-drawing$"))
    expect(page.locator("#country-KEN")).to_be_checked()
    expect(circles(page, "#map").first).to_be_visible()


def test_what_is_typed_stays_while_the_map_comes(page):
    page.goto("/projects/")
    page.locator("#facet-budget > summary").click()
    page.locator("#budget_min").fill("5000")
    page.locator("#map > summary").click()
    expect(circles(page, "#map").first).to_be_visible()
    assert page.input_value("#budget_min") == "5000"


def test_without_script_the_map_is_a_page(browser, live):
    with browser.new_context(java_script_enabled=False, base_url=live) as context:
        page = context.new_page()
        page.goto("/projects/?region=africa")
        page.locator("#map > summary").click()
        page.locator("#map a").first.click()
        expect(page).to_have_url(re.compile(r"/where-we-work/map\?region=africa$"))
        expect(circles(page).first).to_be_visible()
