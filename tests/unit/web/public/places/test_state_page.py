"""The page of a member state."""

import pytest

from tests.factories import import_records
from tests.pages import words
from tests.unit.web.public.tables.test_table import ROWS


@pytest.fixture
def records(session):
    import_records(session, [{**ROWS[0], "coverage": "Regional"}, {**ROWS[1], "coverage": "National"}, *ROWS[2:]])


def rows(page, number):
    return [[words(cell) for cell in row.query("th, td")][:4] for row in page.select("main table")[number].query("tr")]


def test_national_and_regional_projects_stand_apart_and_together(records, visit):
    assert rows(visit("/where-we-work/KEN"), 0)[1:] == [
        ["National", "1", "1,000", "1,000"], ["Regional", "1", "100", "33"],
        ["Not stated", "2", "10", "2"], ["All", "4", "1,110", "1,036"],
    ]  # fmt: skip


def test_years_and_themes_add_up(records, visit):
    page = visit("/where-we-work/KEN")
    assert rows(page, 1)[1:] == [
        ["2019", "1", "100", "33"], ["2020", "2", "1,000", "1,000"], ["Not stated", "1", "10", "2"],
        ["All", "4", "1,110", "1,036"],
    ]  # fmt: skip
    assert rows(page, 2)[1:] == [["Not stated", "4", "1,110", "1,036"], ["All", "4", "1,110", "1,036"]]


def test_each_number_leads_to_its_projects(records, visit):
    (national, *_) = visit("/where-we-work/KEN").select("main table tbody tr")
    assert [link.attrs["href"] for link in national.query("a")] == [
        "/projects/?country=KEN&coverage=national",
        "/projects/?country=KEN&coverage=national",
        "/projects/?country=KEN&coverage=national",
    ]


def test_the_list_that_a_shared_value_leads_to_states_it(records, visit):
    (_, regional, *_) = visit("/where-we-work/KEN").select("main table tbody tr")
    totals = [words(figure) for figure in visit(regional.query("a")[2].attrs["href"]).select(".totals dd")]
    assert totals[:3] == ["1", "USD 100", "USD 33 USD 33.34"]


def test_it_leads_to_the_list_the_table_the_workbook_and_the_rule(records, visit):
    links = visit("/where-we-work/KEN").links
    assert {
        "/projects/?country=KEN", "/projects/table?by=theme&across=year&country=KEN", "/where-we-work/KEN.xlsx",
        "/how-we-count/#shared-value", "/where-we-work/",
    } <= set(links)  # fmt: skip


def test_it_lists_the_latest_projects(records, visit):
    titles = [words(link) for link in visit("/where-we-work/KEN").select(".results-list h3 a")]
    assert set(titles) == {"One", "Two", "Three", "Four"}


def test_it_states_its_name_and_address(records, visit):
    page = visit("/where-we-work/KEN")
    assert words(page.one("title")).startswith("Kenya: where we work")
    assert page.one("link[rel=canonical]").attrs["href"] == "http://127.0.0.1:8000/where-we-work/KEN"
    assert "4 projects" in page.one("meta[name=description]").attrs["content"]


@pytest.mark.parametrize("code", ["ken", "Ken", "ke", "KE"])
def test_other_spellings_of_a_code_redirect_for_good(records, client, code):
    answer = client.get(f"/where-we-work/{code}")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/where-we-work/KEN")


@pytest.mark.parametrize("code", ["XXX", "none", "K", "a" * 100, "%00", "KEN,UGA"])
def test_an_unknown_code_is_a_404_with_help(records, visit, code):
    page = visit(f"/where-we-work/{code}", status=404)
    assert words(page.one("h1")) == "There is no member state with this code"
    assert "/where-we-work/" in page.links


def test_a_state_without_projects_says_so(records, visit):
    page = visit("/where-we-work/TUV")
    assert words(page.one("h1 + p")) == "No project on this site benefits Tuvalu."
    assert page.select("main table") == []


def test_a_state_whose_projects_state_no_budget_has_no_value(session, visit):
    import_records(session, [{"project_id": "A.1", "title": "One", "benefiting_member_states": "Togo"}])
    page = visit("/where-we-work/TGO")
    assert [words(number) for number in page.select("dl.totals dd")] == ["1", "Not stated", "Not stated"]
    assert rows(page, 0)[1] == ["Not stated", "1", "–", "–"]


def test_the_map_of_the_site_lists_it(records, client):
    text = client.get("/sitemap.xml").text
    assert "/where-we-work/KEN<" in text
    assert "/where-we-work/TUV<" not in text
