"""Pages in French and Spanish, whose words are longer: accessible, quiet, never wider than the screen."""

import pytest

from tests.browser.test_every_page import NARROWEST, sideways, unfold
from tests.loops import not_empty
from tests.urls import CHARTS, SELECTIONS, fixed, projects

LANGUAGES = ("fr", "es")
TELEPHONE, DESKTOP = 390, 1280
LOOKS = ("/", "/projects/", "/where-we-work/", "/for-governments/eligibility/")


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture
def addresses(app, page, language):
    """Every page once, and one of those that are many, in this language."""
    page.goto("/projects/")
    public = [address for address in fixed(app) if not address.startswith(("/sign-in", "/forgotten", "/api"))]
    found = [*public, *SELECTIONS[:2], *SELECTIONS[-2:], CHARTS[0], *projects(page.content())[:1]]
    return [f"/{language}{address}" for address in found]


def test_no_page_is_wider_than_a_telephone(language, addresses, page, subtests):
    for address in not_empty(addresses):
        with subtests.test(address):
            page.set_viewport_size({"width": TELEPHONE, "height": 900})
            page.goto(address, wait_until="domcontentloaded")
            assert page.locator("html").get_attribute("lang") == language
            assert sideways(page) <= 0
            unfold(page)
            for width in (TELEPHONE, NARROWEST):
                page.set_viewport_size({"width": width, "height": 900})
                assert sideways(page) <= 0
    page.goto(f"/{language}/")
    page.locator("details.nav > summary").click()
    assert sideways(page) <= 0


def test_every_look_is_accessible(language, page, axe, subtests):
    page.goto("/projects/")
    # Their markup is that of the English pages, which are looked at in both sizes.
    for number, address in enumerate((*LOOKS, *projects(page.content())[:1])):
        with subtests.test(address):
            page.set_viewport_size({"width": (TELEPHONE, DESKTOP)[number % 2], "height": 900})
            page.goto(f"/{language}{address}")
            unfold(page)
            assert axe(page) == []
