"""Where we work: the map of member states, regions, and the same numbers as a table."""

import csv
import io
import re

import pytest

from portal.search import aggregates
from portal.web.public.places import overview_page
from tests.factories import import_records
from tests.loops import not_empty
from tests.pages import words

ROWS = [
    {"project_id": "A.1", "title": "One", "budget_usd": "100.00", "region": "Africa", "year": "2019",
     "coverage": "Regional", "benefiting_member_states": "Kenya; Uganda; Togo"},
    {"project_id": "A.2", "title": "Two", "budget_usd": "1000.00", "region": "Africa", "year": "2020",
     "coverage": "National", "benefiting_member_states": "Kenya"},
    {"project_id": "A.3", "title": "Three", "budget_usd": "7.00", "region": "Europe", "year": "2024",
     "coverage": "National", "benefiting_member_states": "Albania"},
    {"project_id": "A.4", "title": "Four", "region": "Asia and Oceania", "benefiting_member_states": "Tonga; Fiji"},
]  # fmt: skip


@pytest.fixture
def records(session):
    import_records(session, ROWS)


def states(page):
    return [words(row) for row in page.select("#table tbody th")]


def circles(page):
    return {link.attrs["aria-label"]: link.attrs["href"] for link in page.select("svg.map a")}


def test_each_state_is_a_circle_with_its_number_in_the_order_of_the_alphabet(records, visit):
    assert list(circles(visit("/where-we-work/")).items()) == [
        ("Albania: 1 project", "/where-we-work/ALB"), ("Fiji: 1 project", "/where-we-work/FJI"),
        ("Kenya: 2 projects", "/where-we-work/KEN"), ("Togo: 1 project", "/where-we-work/TGO"),
        ("Tonga: 1 project", "/where-we-work/TON"), ("Uganda: 1 project", "/where-we-work/UGA"),
    ]  # fmt: skip


def test_the_land_is_fetched_once_for_all_pages(records, visit):
    (land,) = visit("/where-we-work/").select("svg.map use")
    assert re.fullmatch(r"/static/img/land\.[0-9a-f]+\.svg#land", land.attrs["href"])


def test_the_map_says_that_it_draws_no_frontiers(records, visit):
    assert "The map shows coastlines only. It draws no frontiers" in words(visit("/where-we-work/").one("main"))


def test_a_link_before_the_map_skips_it(records, visit):
    page = visit("/where-we-work/")
    hrefs = [link.attrs["href"] for link in page.one("main").query("a")]
    assert hrefs.index("#table") < hrefs.index("/where-we-work/ALB")
    assert page.one("#table").query("table")


def test_a_region_has_its_own_numbers(records, visit):
    page = visit("/where-we-work/?region=africa")
    assert [words(link) for link in page.select("nav.tabs a[aria-current=page]")] == ["Africa 2"]
    assert list(circles(page)) == ["Kenya: 2 projects", "Togo: 1 project", "Uganda: 1 project"]
    assert states(page) == ["Kenya", "Togo", "Uganda"]
    assert "/projects/?region=africa&country=TGO" in page.links
    assert "/projects/table.csv?by=country&measure=shared&region=africa" in page.links


def test_a_region_is_drawn_larger_than_the_world(records, visit):
    whole, part = (visit(address).one("svg.map use").attrs["transform"]
                   for address in ("/where-we-work/", "/where-we-work/?region=africa"))  # fmt: skip
    assert whole == "scale(1) translate(-8 -8)"
    assert float(part.partition("(")[2].partition(")")[0]) > 1.5


def test_a_region_without_any_state_says_so(session, visit):
    import_records(session, [{"project_id": "G.1", "title": "One", "region": "Global"}])
    page = visit("/where-we-work/?region=global")
    assert page.select("svg.map") == []
    assert "/projects/?region=global" in page.links


@pytest.mark.parametrize(
    ("sort", "first", "order"),
    [("projects", "Kenya", "descending"), ("name", "Albania", "ascending"), ("national", "Kenya", "descending"),
     ("full", "Kenya", "descending"), ("shared", "Kenya", "descending"), ("latest", "Albania", "descending")],
)  # fmt: skip
def test_the_table_is_sorted_by_links(records, visit, sort, first, order):
    page = visit(f"/where-we-work/?sort={sort}")
    assert states(page)[0] == first
    (heading,) = page.select("th[aria-sort]")
    assert heading.attrs["aria-sort"] == order
    links = {link.attrs["href"] for link in page.select("#table thead a")}
    assert f"/where-we-work/{'' if sort == 'projects' else f'?sort={sort}'}#table" in links


def test_the_table_is_cut_and_a_link_shows_the_rest(sample, visit):
    page = visit("/where-we-work/?sort=name")
    assert len(states(page)) == overview_page.FIRST_ROWS
    (link,) = [link for link in page.select("#table a") if words(link).startswith("Show all")]
    assert (words(link), link.attrs["href"]) == (
        "Show all 113 member states", "/where-we-work/?sort=name&all=1#table"
    )  # fmt: skip
    whole = visit("/where-we-work/?sort=name&all=1")
    assert len(states(whole)) == 113
    assert states(whole)[:14] == states(page)
    assert "Show all" not in words(whole.one("#table"))


def test_the_map_and_the_table_have_the_same_numbers(sample, visit):
    page = visit("/where-we-work/?all=1")
    shown = {
        words(row.query("th")[0]): words(row.query("td")[0]) for row in page.select("#table tbody tr")
    }  # fmt: skip
    drawn = {label.rpartition(": ")[0]: label.rpartition(": ")[2].split(" ")[0] for label in circles(page)}
    assert drawn == shown


def test_shared_values_add_up_and_full_ones_do_not(records, client):
    stats = list(aggregates.country_stats("africa"))
    assert sum(place.shared_budget for place in stats) == 110_000
    assert sum(place.full_budget for place in stats) > 110_000


def test_what_is_not_understood_is_said_and_ignored(records, visit):
    page = visit("/where-we-work/?region=atlantis&sort=size&all=yes")
    assert [words(notice).partition(":")[0] for notice in page.select("main .notice")] == [
        "region=atlantis", "sort=size", "all=yes"
    ]  # fmt: skip
    assert len(states(page)) == 6


def test_a_region_in_other_letters_is_the_same_page(records, client):
    tag = client.get("/where-we-work/?region=africa").headers["ETag"]
    answer = client.get("/where-we-work/?region=AFRICA", headers={"If-None-Match": tag})
    assert answer.status_code == 304


def test_sorting_is_another_page_for_the_cache_and_the_same_for_search_engines(records, client, visit):
    tags = {client.get(f"/where-we-work/{query}").headers["ETag"] for query in ("", "?sort=name", "?all=1")}
    assert len(tags) == 3
    page = visit("/where-we-work/?region=africa&sort=name&all=1")
    assert page.one("link[rel=canonical]").attrs["href"].endswith("/where-we-work/?region=africa")


def test_each_number_within_a_circle_is_the_number_of_the_circle(sample, visit):
    for link in not_empty(visit("/where-we-work/").select("svg.map a")):
        numbers = [words(text) for text in link.query("text")]
        count = link.attrs["aria-label"].rpartition(": ")[2].split(" ")[0]
        assert numbers == ([count] if int(count) >= 4 else [])


def test_an_empty_portal_has_no_map(session, visit):
    page = visit("/where-we-work/")
    assert page.select("svg.map") == []
    assert "No project here states a member state." in words(page.one("main"))


def test_the_file_has_both_values_of_each_state(records, client, visit):
    page = visit("/where-we-work/?region=africa")
    (url,) = [link for link in page.links if "member-states.csv" in link]
    assert url == "/where-we-work/member-states.csv?region=africa"
    answer = client.get(url)
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["Member state"] for row in rows] == ["Kenya", "Togo", "Uganda"]
    kenya = {"Member state": "Kenya", "Code": "KEN", "Projects": "2", "National ones": "1",
             "Projects without a budget": "0", "Full value, USD": "1100.00", "Shared value, USD": "1033.34",
             "Latest year": "2020"}  # fmt: skip
    assert rows[0] == kenya
    assert client.get(url, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_state_without_any_budget_has_no_value_in_the_file(records, client):
    text = client.get("/where-we-work/member-states.csv").data.decode("utf-8-sig")
    (fiji,) = [row for row in csv.DictReader(io.StringIO(text)) if row["Code"] == "FJI"]
    assert (fiji["Projects without a budget"], fiji["Full value, USD"], fiji["Shared value, USD"]) == ("1", "", "")
