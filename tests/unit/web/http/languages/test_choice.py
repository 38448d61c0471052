"""The way to the same page in another language: the switch, the links for search engines, and the offer of /."""

import re

import pytest
from lxml import etree

from portal.i18n.languages import DEFAULT_CODES, LANGUAGES
from tests.loops import not_empty

SITE = "http://127.0.0.1:8000"
PAGES = ("/", "/projects/", "/projects/?region=africa&status=completed&page=2", "/projects/LM.0024", "/who-we-are/",
         "/where-we-work/KEN", "/data-and-research/?theme=diaspora", "/projects/table?by=theme")  # fmt: skip


def choices(page):
    """What the switch offers, by language."""
    return {link.attrs["hreflang"]: link.attrs["href"] for link in page.select(".languages a")}


def alternates(page):
    return {link.attrs["hreflang"]: link.attrs["href"] for link in page.select("link[rel=alternate][hreflang]")}


def in_each(path):
    return {code: LANGUAGES[code].prefix + path for code in DEFAULT_CODES}


@pytest.mark.parametrize("path", PAGES)
def test_the_switch_leads_to_the_same_page_with_the_same_filters(visit, sample, path):
    for code, address in not_empty(in_each(path).items()):
        page = visit(address)
        assert choices(page).keys() == set(DEFAULT_CODES)
        there = choices(page)["es"]
        assert choices(visit(there)) == choices(page)
        assert [link.attrs["lang"] for link in page.select(".languages a[aria-current]")] == [code]
    assert choices(visit(path))["fr"].count("region=africa") == path.count("region=africa")


@pytest.mark.parametrize("path", PAGES)
def test_the_versions_of_a_page_name_one_another_and_each_itself(visit, sample, path):
    pages = {code: visit(address) for code, address in in_each(path).items()}
    named = alternates(pages["en"])
    assert named.keys() == {*DEFAULT_CODES, "x-default"}
    assert named["x-default"] == named["en"]
    for code, page in not_empty(pages.items()):
        assert alternates(page) == named
        assert page.one("link[rel=canonical]").attrs["href"] == named[code]
        assert visit(named[code].removeprefix(SITE)).one("html").attrs["lang"] == code


def test_a_page_that_is_kept_repeats_nothing_of_the_request_that_made_it(client, visit, sample):
    assert "tracker" not in client.get("/fr/who-we-are/?from=tracker").text
    assert "tracker" not in client.get("/fr/projects/?from=tracker&region=africa").text


def test_what_has_no_languages_has_no_switch(visit, people):
    assert choices(visit("/api/")) == alternates(visit("/api/")) == {}
    assert choices(visit("/fr/privacy/"))["en"] == "/privacy/"


def test_a_page_that_is_missing_still_has_a_switch(visit):
    assert choices(visit("/fr/no such page/", status=404))["es"] == "/es/"
    assert alternates(visit("/fr/no-such-page/", status=404)) == {}


def test_the_start_page_offers_itself_in_all_languages_and_is_the_same_for_everybody(client, visit):
    offers = [link.attrs["hreflang"] for link in visit("/").select("[data-language-offer] a")]
    assert offers == list(DEFAULT_CODES)
    answers = [client.get("/", headers={"Accept-Language": asked}) for asked in ("fr-SN,fr;q=0.9", "es", "")]
    assert len({answer.text for answer in answers}) == 1
    assert "Accept-Language" not in answers[0].headers.get("Vary", "")
    assert visit("/fr/").select("[data-language-offer]") == []


@pytest.mark.parametrize("code", DEFAULT_CODES)
def test_a_visitor_who_chooses_a_language_gets_no_cookie(client, code):
    assert "Set-Cookie" not in client.get(f"{LANGUAGES[code].prefix}/").headers


def test_feeds_and_calendars_and_data_have_one_id_in_all_languages(client, sample):
    feeds = [etree.fromstring(client.get(f"{prefix}/projects.atom?country=KEN").data) for prefix in ("", "/fr", "/es")]
    ids = [[element.text for element in feed.iter("{*}id")] for feed in feeds]
    assert len(ids[0]) > 1
    assert ids[0] == ids[1] == ids[2]
    own = [feed.xpath("string(*[local-name()='link' and @rel='self']/@href)") for feed in feeds]
    assert own == [f"{SITE}{prefix}/projects.atom?country=KEN" for prefix in ("", "/fr", "/es")]
    calendars = [client.get(f"{prefix}/projects.ics?country=KEN").text for prefix in ("", "/fr", "/es")]
    uids = [re.findall(r"^UID:.*(?:\r\n .*)*", text, re.MULTILINE) for text in calendars]
    assert uids[0]
    assert uids[0] == uids[1] == uids[2]
    for path in ("/projects/LM.0024", "/projects/?country=KEN"):
        pages = [client.get(f"{prefix}{path}").text for prefix in ("", "/fr", "/es")]
        found = [re.findall(r'"@id":"([^"]+)"', page) for page in pages]
        assert found[0]
        assert found[0] == found[1] == found[2]


def test_the_map_of_the_site_lists_each_language_with_all_the_others(client, sample):
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    root = etree.fromstring(client.get("/sitemap.xml").data)
    found = {
        entry.findtext("s:loc", namespaces=names): {
            link.get("hreflang"): link.get("href") for link in entry.findall("x:link", namespaces=names)
        }
        for entry in root.findall("s:url", namespaces=names)
    }
    assert found.pop(f"{SITE}/api/") == {}
    assert {f"{SITE}/", f"{SITE}/fr/projects/LM.0024", f"{SITE}/es/projects/?country=KEN"} <= found.keys()
    for address, versions in not_empty(found.items()):
        assert address in versions.values()
        assert versions.keys() == {*DEFAULT_CODES, "x-default"}
        assert [found[other] for other in versions.values() if found[other] != versions] == []


def test_robots_keep_from_files_and_repeated_lists_of_all_languages(client):
    lines = client.get("/robots.txt").text.splitlines()
    assert {"Disallow: /projects.csv", "Disallow: /fr/projects.csv", "Disallow: /es/projects/?q="} <= set(lines)
    assert lines.count("Disallow: /staff/") == 1
