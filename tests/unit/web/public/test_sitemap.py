"""The map of the site: every page once, under the address that it states itself, with its last change."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import url_for
from lxml import etree

from portal.vocabulary.workflow import State
from portal.web.public import sitemap
from tests.factories import COMPLETE
from tests.loops import not_empty
from tests.urls import fixed, projects

SITE = "http://127.0.0.1:8000"
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def read(client, address="/sitemap.xml", of="url"):
    """The addresses of a map without the site, each with its last change or None."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content_type == "application/xml; charset=utf-8"
    root = {"url": "urlset", "sitemap": "sitemapindex"}[of]
    entries = etree.fromstring(answer.data).xpath(f"/s:{root}/s:{of}", namespaces=NAMES)
    found = [(entry.findtext("s:loc", namespaces=NAMES), entry.findtext("s:lastmod", namespaces=NAMES))
             for entry in entries]  # fmt: skip
    assert [address for address, _ in not_empty(found) if not address.startswith(f"{SITE}/")] == []
    return {address.removeprefix(SITE): moment for address, moment in found}


def test_it_holds_every_page_and_every_project(app, client, sample):
    found = read(client)
    assert {address for address in fixed(app) if address.endswith("/")} <= found.keys()
    for page in range(1, 6):
        assert set(projects(client.get(f"/projects/?page={page}").text)) <= found.keys()
    assert len([address for address in found if re.fullmatch("/projects/[^/?]+", address)]) == 100


def test_each_address_is_the_one_that_its_page_states(client, sample, visit):
    found = list(read(client))
    some = [address for address in found if "?" in address or address.endswith("/")][::7]
    for address in not_empty([*some, *found[60:63]]):
        page = visit(address)
        assert page.one("link[rel=canonical]").attrs["href"] == SITE + address
        assert [meta.attrs["content"] for meta in page.select("meta[name=robots]")] == []


def test_it_holds_no_file_no_fragment_and_nothing_of_staff(client, sample):
    odd = [address for address in read(client) if re.search(r"staff|sign-in|embed|\.xml|\.csv|&|/_", address)]
    assert odd == []


def test_a_value_without_projects_is_not_listed(client, sample):
    found = read(client)
    assert "/projects/?country=KEN" in found
    assert "/projects/?country=ATA" not in found


def test_a_project_has_the_moment_of_its_last_change(client, office):
    project = office.revision(State.PUBLISHED).project
    moment = datetime.fromisoformat(read(client)[f"/projects/{project.slug}"])
    assert timedelta(0) <= datetime.now(UTC) - moment < timedelta(minutes=5)


@pytest.mark.parametrize("number", ["LM.0777", "A&B <1> é'\"", "slug", "moment"])
def test_an_entry_of_a_project_says_what_those_of_pages_say(app, client, office, number):
    project = office.revision(State.PUBLISHED, COMPLETE.replace(number=number)).project
    text = client.get("/sitemap.xml").text
    with app.test_request_context("/"):
        expected = list(
            sitemap.elements(url_for("projects.project", slug=project.slug), f"{project.changed_at:{MOMENT}}")
        )
    assert [entry for entry in not_empty(expected) if html.unescape(entry) not in html.unescape(text)] == []
    etree.fromstring(text.encode())


def test_what_is_not_public_is_not_there(client, office):
    for state in not_empty(set(State) - {State.PUBLISHED, State.SUPERSEDED}):
        office.revision(state)
    found = read(client)
    assert "/projects/" in found
    assert [address for address in found if re.fullmatch("/projects/[^/?]+", address)] == []


def test_an_empty_portal_has_a_map_of_its_pages(client, session):
    assert "/who-we-are/" in read(client)


def test_an_unchanged_map_is_not_sent_again(client, sample):
    tag = client.get("/sitemap.xml").headers["ETag"]
    assert client.get("/sitemap.xml", headers={"If-None-Match": tag}).status_code == 304


@pytest.fixture
def crowded(monkeypatch, sample):
    """As if a file held few addresses, so that the sample is too large for one."""
    monkeypatch.setattr(sitemap, "MAX_ADDRESSES", 50)
    monkeypatch.setattr(sitemap, "PART_PROJECTS", 30)


def test_a_large_map_is_an_index_of_files_that_hold_everything(client, crowded):
    parts = read(client, of="sitemap")
    assert list(parts) == [f"/sitemap-{number}.xml" for number in range(5)]
    together = [address for part in parts for address in read(client, part)]
    assert len(together) == len(set(together))
    assert len([address for address in together if re.fullmatch("/projects/[^/?]+", address)]) == 100


def test_a_file_beyond_the_last_is_not_there(client, crowded):
    assert client.get("/sitemap-5.xml").status_code == 404


def test_an_empty_portal_has_no_file_of_projects(client, session):
    assert client.get("/sitemap-0.xml").status_code == 200
    assert client.get("/sitemap-1.xml").status_code == 404
