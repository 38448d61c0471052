"""Pages written from right to left, in the pseudo-language: nothing sticks out, data stands apart, keys work."""

import re

import pytest

from tests.browser.test_every_page import unfold
from tests.loops import not_empty
from tests.urls import fixed

PREFIX = "/qps-rtl"
PAGES = (
    "/",
    "/projects/",
    "/projects/?view=table&q=migration",
    "/projects/table?by=theme&across=year",
    "/projects/LM.0024",
    "/projects/LM.0024/history",
    "/where-we-work/",
    "/data-and-research/",
    "/2030-agenda/",
    "/who-we-are/",
    "/for-governments/eligibility/",
    "/contact/",
    "/embed/projects",
)
WIDTHS = (1280, 390)

# What reaches beyond either edge of the window. What lies before the start of a line cannot even be scrolled to.
STICKING_OUT = """
() => [...document.body.querySelectorAll("*")].filter((one) => {
  if (one.closest(".table-wrap, .visually-hidden, .skip-link, svg") || !one.checkVisibility()) return false;
  const box = one.getBoundingClientRect();
  return box.width && (box.left < -1 || box.right > document.documentElement.clientWidth + 1);
}).map((one) => one.outerHTML.slice(0, 120))
"""
# Text that runs from left to right in a line that runs the other way, and that nothing keeps apart, though it is more
# than words. Messages are written from right to left, and mark the values inside them.
MIXED_IN = r"""
(allowed) => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  const isApart = (element) => {
    const style = getComputedStyle(element);
    if (element.dir || element.localName === "bdi" || style.unicodeBidi === "plaintext") return true;
    return style.unicodeBidi === "isolate" && style.direction === "ltr";
  };
  const isLine = (element) => !getComputedStyle(element).display.startsWith("inline");
  while (texts.nextNode()) {
    let element = texts.currentNode.parentElement;
    if (element.closest("script, option, svg, .wordmark, .languages") || element.closest(allowed)) continue;
    let text = texts.currentNode.data.replace(/\u202e[^\u202c]*\u202c/g, ""), before;
    do { before = text; text = text.replace(/\u2068[^\u2068\u2069]*\u2069/g, ""); } while (text !== before);
    text = text.replace(/[\u200f⟦⟧]/g, "").trim();
    if (!/[A-Za-z]{2}/.test(text) || /^([A-Za-z ]+|\w+)$/.test(text)) continue;
    while (!isApart(element) && !isLine(element)) element = element.parentElement;
    if (!isApart(element)) found.push(text.slice(0, 90));
  }
  return found;
}
"""
# Names of files and of documents, examples inside messages, and what begins with the name of the Fund.
AS_THEY_ARE = "#sources ~ ul, .sheet a, #files ~ * td, #quote + p, .cite, .embed footer"


@pytest.fixture
def narrow(page):
    page.set_viewport_size({"width": 390, "height": 900})
    return page


@pytest.fixture
def addresses(app):
    """Every page of the navigation, and one of each of the others."""
    others = (address for address in fixed(app) if not address.startswith(("/sign-in", "/forgotten", "/api")))
    return list(dict.fromkeys((*PAGES, *others)))


def test_nothing_sticks_out_of_a_mirrored_page(addresses, page, subtests):
    for address in not_empty(addresses):
        with subtests.test(address):
            assert page.goto(PREFIX + address).status == 200
            assert page.evaluate("document.dir") == "rtl"
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate(STICKING_OUT) == []
            assert page.evaluate(MIXED_IN, AS_THEY_ARE) == []
            unfold(page)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate(STICKING_OUT) == []


def test_text_that_is_mixed_in_would_be_found(page):
    page.goto(f"{PREFIX}/projects/LM.0024")
    page.evaluate("document.querySelector('h1').textContent = 'LM.0024: a title'")
    assert page.evaluate(MIXED_IN, AS_THEY_ARE) == ["LM.0024: a title"]
    page.evaluate("document.querySelector('h1').style.marginInlineStart = '-40px'")
    assert any(found.startswith("<h1") for found in page.evaluate(STICKING_OUT))


def test_the_page_begins_on_the_right(page):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{PREFIX}/projects/")
    boxes = {
        name: page.locator(name).first.bounding_box()
        for name in (".wordmark", ".nav a", ".facets", "#results", ".result h3", ".result .facts")
    }
    middle = {name: box["x"] + box["width"] / 2 for name, box in boxes.items()}
    assert middle[".wordmark"] > 640
    assert middle[".nav a"] > 640
    assert middle[".facets"] > middle["#results"]
    assert middle[".result h3"] > middle[".result .facts"]


def test_titles_numbers_and_maps_keep_their_direction(page):
    page.goto(f"{PREFIX}/projects/?view=table")
    direction = "(one) => getComputedStyle(one).direction"
    assert page.locator("tbody th a").first.evaluate(direction) == "ltr"
    assert page.locator("tbody th .mono").first.evaluate(direction) == "ltr"
    aligned = "(one) => getComputedStyle(one).textAlign"
    assert page.locator("td.num").first.evaluate(aligned) == "right"
    page.goto(f"{PREFIX}/where-we-work/")
    assert page.locator("svg.map").evaluate(direction) == "ltr"
    assert page.locator("svg.map").evaluate("(one) => getComputedStyle(one).scale") == "none"
    assert page.locator("svg.bar").first.evaluate("(one) => getComputedStyle(one).scale") == "-1 1"


def test_arrows_point_onwards(page):
    page.goto(f"{PREFIX}/projects/")
    assert page.locator("[rel=next] .icon").evaluate("(one) => getComputedStyle(one).scale") == "-1 1"
    page.goto("/projects/")
    assert page.locator("[rel=next] .icon").evaluate("(one) => getComputedStyle(one).scale") == "none"


def test_the_menu_opens_by_the_keyboard(narrow):
    narrow.goto(f"{PREFIX}/who-we-are/")
    narrow.locator("details.nav > summary").focus()
    narrow.keyboard.press("Enter")
    narrow.keyboard.press("Tab")
    link = narrow.locator("details.nav nav a").first
    assert link.evaluate("(one) => one === document.activeElement")
    assert narrow.evaluate(STICKING_OUT) == []
    narrow.keyboard.press("Enter")
    narrow.wait_for_url(f"**{PREFIX}/projects/")


def test_filters_work_by_the_keyboard(narrow):
    narrow.goto(f"{PREFIX}/projects/")
    narrow.locator("details.facets > summary").focus()
    narrow.keyboard.press("Enter")
    box = narrow.locator("input[name=region][value=africa]")
    box.focus()
    narrow.keyboard.press("Space")
    narrow.wait_for_url(re.compile(f"{PREFIX}/projects/.*region=africa"))
    narrow.locator("#results .chip").first.wait_for()
    assert box.is_checked()
    assert narrow.evaluate(STICKING_OUT) == []


def test_a_citation_keeps_its_parts_apart(page):
    for prefix, apart in ((PREFIX, True), ("", False)):
        page.goto(f"{prefix}/projects/LM.0024")
        title, citation = page.locator("h1").text_content(), page.locator("#citation").text_content()
        assert (f"\u2068{title}\u2069." in citation) == apart
        assert (f"{title}." in citation) != apart


def test_no_search_engine_hears_of_it(page):
    for address in ("/sitemap.xml", "/robots.txt"):
        assert "qps" not in page.request.get(address).text()
    page.goto("/projects/")
    assert page.locator("link[hreflang]").count() == 4
    assert page.locator("link[href*=qps]").count() == 0
