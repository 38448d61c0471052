"""Pages in French and Spanish, whose words are longer: accessible, quiet, never wider than the screen."""

import re

import pytest

from tests.browser.test_every_page import NARROWEST, sideways, unfold
from tests.loops import not_empty
from tests.urls import CHARTS, SELECTIONS, fixed, projects

LANGUAGES = ("fr", "es")
TELEPHONE = 390


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


def test_every_page_fits_a_telephone_and_is_accessible(language, addresses, page, axe, subtests):
    for address in not_empty(addresses):
        with subtests.test(address):
            page.set_viewport_size({"width": TELEPHONE, "height": 900})
            page.goto(address, wait_until="domcontentloaded")
            assert page.locator("html").get_attribute("lang") == language
            assert sideways(page) <= 0
            unfold(page)
            for width in (NARROWEST, TELEPHONE):
                page.set_viewport_size({"width": width, "height": 900})
                assert sideways(page) <= 0
            assert axe(page) == []
    page.goto(f"/{language}/")
    page.locator("details.nav > summary").click()
    assert sideways(page) <= 0


@pytest.mark.parametrize(("locale", "offered"), [("es-BO", ["es"]), ("fr-CA", ["fr"]), ("en-GB", []), ("de-DE", [])])
def test_the_start_page_offers_itself_in_the_language_of_the_browser(new_context, locale, offered):
    page = new_context(locale=locale).new_page()
    page.goto("/")
    offers = page.locator(".language-offer li")
    shown = [offer.get_attribute("lang") for offer in offers.all() if offer.is_visible()]
    assert (offers.count() > len(shown), shown) == (True, offered)
    if offered:
        offers.locator("visible=true").get_by_role("link").click()
        page.wait_for_url(f"**/{offered[0]}/")
        assert page.locator(".language-offer li[data-wanted]").count() == 0


def test_the_switch_leads_to_the_search_that_was_made_in_place(page, language):
    page.goto("/projects/")
    page.locator("input[name=region][value=africa]").check()
    page.wait_for_url(re.compile(r"/projects/\?region=africa$"))
    page.locator("#results .chip").first.wait_for()
    page.locator(f".languages a[lang={language}]").click()
    page.wait_for_url(re.compile(rf"/{language}/projects/\?region=africa$"))
    assert page.locator("input[name=region][value=africa]").is_checked()
