"""All pages in a browser, wide and narrow, light and dark: accessible, quiet, never wider than the screen."""

import pytest

from tests.loops import not_empty
from tests.urls import CHARTS, LOST, SELECTIONS, fixed, projects

PROJECTS = 3
NARROWEST = 320
SUGGESTED = "/2030-agenda/suggested/sdg-10"
# One page of each look is enough to see the dark colours.
LOOKS = ("/", "/projects/", "/projects/?view=table&q=migration", "/where-we-work/", "/data-and-research/",
         "/2030-agenda/", "/our-work/", "/for-governments/eligibility/")  # fmt: skip


@pytest.fixture
def addresses(app, page):
    """Every page once, and enough of those that are many."""
    page.goto("/projects/")
    found = ["/_components", *fixed(app), *SELECTIONS, SUGGESTED, *CHARTS, *projects(page.content())[:PROJECTS]]
    kinds = {address: page.request.head(address).headers["content-type"] for address in found}
    return [address for address, kind in kinds.items() if kind.startswith("text/html")]


def sideways(page):
    """How many pixels a page is wider than its window."""
    return page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")


def unfold(page):
    """Open everything that is folded, so that what stands inside is checked too.

    Not the menu: it lies over the page, and what it half covers would seem too small to hit.
    """
    page.evaluate("for (const fold of document.querySelectorAll('details:not(.nav)')) fold.open = true")


def test_every_page_is_accessible_as_it_arrives(addresses, page, axe, subtests):
    page.set_viewport_size({"width": 1280, "height": 900})
    for address in not_empty(addresses):
        with subtests.test(address):
            assert page.goto(address).status == 200
            assert page.locator("h1").count() == 1
            assert axe(page) == []
            assert sideways(page) <= 0
    assert page.context.cookies() == []


def test_every_page_is_accessible_unfolded_on_a_telephone(addresses, page, axe, subtests):
    page.set_viewport_size({"width": 390, "height": 900})
    for address in not_empty(addresses):
        with subtests.test(address):
            page.goto(address)
            for width in (NARROWEST, 390):
                page.set_viewport_size({"width": width, "height": 900})
                assert sideways(page) <= 0
            unfold(page)
            assert sideways(page) <= 0
            assert axe(page) == []


def test_the_open_menu_is_accessible(page, axe):
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    page.goto("/")
    page.locator("details.nav > summary").click()
    assert axe(page, within="details.nav") == []
    assert sideways(page) <= 0


def test_every_look_is_accessible_in_the_dark(addresses, page, axe, subtests):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="dark")
    for address in (*LOOKS, addresses[-1]):
        with subtests.test(address):
            assert page.goto(address).status == 200
            unfold(page)
            assert axe(page) == []


@pytest.mark.parametrize("address", LOST)
def test_a_lost_visitor_gets_an_accessible_page(address, page, axe, complaints):
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.goto(address).status == 404
    assert axe(page) == []
    assert sideways(page) <= 0
    # The browser notes every answer of this status on its console.
    complaints[:] = [line for line in complaints if "status of 404" not in line]
