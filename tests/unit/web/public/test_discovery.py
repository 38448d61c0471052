"""robots.txt by the rules of RFC 9309, and the OpenSearch description."""

import re
from urllib.parse import urlsplit

import pytest
from lxml import etree

from portal.exports.registry import FORMATS

NAMES = {"o": "http://a9.com/-/spec/opensearch/1.1/"}


@pytest.fixture
def may_crawl(client):
    """may_crawl(address) by the longest rule that fits, where * stands for anything."""
    lines = client.get("/robots.txt").text.splitlines()
    rules = [
        (name, path) for name, _, path in (line.partition(": ") for line in lines) if name in ("Disallow", "Allow")
    ]
    assert lines[0] == "User-agent: *"

    def ask(address):
        fitting = [(len(path), name == "Allow") for name, path in rules
                   if re.match(re.escape(path).replace(r"\*", ".*"), address)]  # fmt: skip
        return not fitting or max(fitting)[1]

    return ask


@pytest.mark.parametrize(
    "address",
    ["/", "/projects/", "/projects/LM.0024", "/projects/LM.0024/history", "/projects/?country=KEN", "/projects/?page=2",
     "/projects/?theme=borders-and-identity", "/where-we-work/", "/sitemap.xml", "/sitemap-3.xml", "/opensearch.xml",
     "/static/img/preview.png"],
)  # fmt: skip
def test_pages_are_crawled(may_crawl, address):
    assert may_crawl(address)


@pytest.mark.parametrize(
    "address",
    ["/staff/", "/sign-in?next=/staff/", "/projects/?country=KEN&year=2008", "/projects/?q=dam",
     "/projects/?sort=title", "/projects/?view=table", "/projects/?per_page=100", "/projects/?all=country"],
)  # fmt: skip
def test_lists_that_repeat_others_are_not(may_crawl, address):
    assert not may_crawl(address)


@pytest.mark.parametrize("suffix", FORMATS)
def test_files_are_not(may_crawl, suffix):
    assert not may_crawl(f"/projects.{suffix}")
    assert not may_crawl(f"/projects.{suffix}?country=KEN")
    assert not may_crawl(f"/projects/LM.0024.{suffix}")


def test_it_names_the_map_of_the_site(client):
    assert client.get("/robots.txt").text.splitlines()[-1] == "Sitemap: http://127.0.0.1:8000/sitemap.xml"


@pytest.mark.parametrize("suffix", FORMATS)
def test_no_file_is_indexed(client, sample, suffix):
    for address in (f"/projects.{suffix}", f"/projects/LM.0024.{suffix}"):
        assert client.head(address, buffered=True).headers["X-Robots-Tag"] == "noindex"


@pytest.fixture
def description(client):
    answer = client.get("/opensearch.xml")
    assert answer.content_type == "application/opensearchdescription+xml"
    return etree.fromstring(answer.data)


def text_of(description, name):
    return description.findtext(f"o:{name}", namespaces=NAMES)


def test_the_names_of_the_description_are_short_enough(description):
    assert 0 < len(text_of(description, "ShortName")) <= 16
    assert 0 < len(text_of(description, "LongName")) <= 48
    assert 0 < len(text_of(description, "Description")) <= 1024


@pytest.mark.parametrize("media_type", ["text/html", "application/atom+xml"])
def test_its_addresses_find_what_is_asked(description, client, sample, media_type):
    (template,) = description.xpath("o:Url[@type=$kind]/@template", kind=media_type, namespaces=NAMES)
    parts = urlsplit(template.replace("{searchTerms}", "border+management"))
    answer = client.get(f"{parts.path}?{parts.query}", buffered=True)
    assert answer.content_type.startswith(media_type)
    assert "mentioning “border management”" in answer.text


def test_every_page_leads_to_it(visit):
    for address in ("/", "/projects/", "/contact/"):
        assert visit(address).one("link[rel=search]").attrs["href"] == "/opensearch.xml"
