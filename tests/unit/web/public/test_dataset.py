"""Lists as schema.org datasets: what they say agrees with the list, and each download is there."""

import json

import pytest

from portal.web.presentation.citation import as_script
from tests.export_readers import LISTED
from tests.loops import not_empty
from tests.pages import words

SITE = "http://127.0.0.1:8000"


def dataset(page):
    return json.loads(page.one('script[type="application/ld+json"]').to_text(separator="", strip=False))


@pytest.mark.parametrize("address", ["/projects/", "/projects/?country=KEN&sort=title", "/data-and-research/"])
def test_every_format_is_a_download_that_is_there(client, sample, visit, address):
    downloads = dataset(visit(address))["distribution"]
    assert len(downloads) == len(LISTED)
    for download in not_empty(downloads):
        answer = client.head(download["contentUrl"].removeprefix(SITE), buffered=True)
        assert answer.status_code == 200
        assert answer.mimetype == download["encodingFormat"]


def test_the_whole_is_one_dataset_on_both_pages(sample, visit):
    directory, data = dataset(visit("/projects/")), dataset(visit("/data-and-research/"))
    assert directory == data
    assert directory["@id"] == f"{SITE}/projects/#dataset"
    assert "isPartOf" not in directory
    # Search engines refuse a description of fewer than fifty characters or more than five thousand.
    assert 50 <= len(directory["description"]) <= 5_000


def test_a_narrower_list_is_a_part_of_the_whole(sample, visit):
    found = dataset(visit("/projects/?country=KEN&sort=title&view=table"))
    assert found["url"] == f"{SITE}/projects/?country=KEN"
    assert found["isPartOf"]["@id"] == f"{SITE}/projects/#dataset"
    assert found["name"] == "Projects benefiting Kenya | IOM Development Fund"
    assert found["description"].startswith("Projects benefiting Kenya: 4 projects, USD 1.4 million full value, ")
    assert found["temporalCoverage"] == "2021/2025"


def test_the_sample_is_said_to_be_one(sample, visit):
    assert "a sample of the Fund’s projects" in dataset(visit("/projects/"))["description"]


def test_a_text_cannot_end_the_script():
    assert as_script({"name": "</script><b>&"}) == '{"name":"\\u003c/script\\u003e\\u003cb\\u003e\\u0026"}'


@pytest.mark.parametrize("query", ["country=KEN&year=2021", "q=dam", "country=KEN&country=UGA"])
def test_a_list_that_search_engines_leave_out_is_no_dataset(sample, visit, query):
    assert visit(f"/projects/?{query}").select('script[type="application/ld+json"]') == []


def test_a_licence_is_stated_only_if_there_is_one(sample, visit):
    assert "license" not in dataset(visit("/projects/"))


def test_a_list_says_how_to_cite_it(sample, visit):
    page = visit("/projects/?country=KEN&sort=title")
    assert words(page.one("#list-citation")).startswith(
        "IOM Development Fund. Projects benefiting Kenya: 4 projects, USD 1.4 million full value, "
        "USD 315,654 shared value. Records of "
    )
    assert words(page.one("#list-citation")).endswith(f" {SITE}/projects/?country=KEN")


def test_the_data_page_lists_the_files(sample, visit):
    links = visit("/data-and-research/").links
    assert {f"/projects.{suffix}" for suffix in LISTED} <= set(links)
