"""The tools: the answers of the API, with how names were understood and the page that shows the same."""

import re

import pytest

from portal.mcp.tools import TOOLS, ProjectFilters, count_projects, get_project, list_terms, search_projects
from portal.services.editorial import publication
from portal.vocabulary.bands import BUDGET_BANDS
from portal.vocabulary.facets import TABLE_FACETS
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE, Office
from tests.loops import not_empty

pytestmark = pytest.mark.usefixtures("records", "visiting")


def test_a_search_says_how_names_were_understood_and_where_it_is_shown(client):
    answer = search_projects(ProjectFilters(countries=("Kenya", "Uganda"), statuses=("ongoing",), all_countries=True))
    assert [(name["given"], name["value"]) for name in answer["understood"]] == [
        ("Kenya", "KEN"), ("Uganda", "UGA"), ("ongoing", "active"),
    ]  # fmt: skip
    assert answer["query"].startswith("Active projects benefiting Kenya and Uganda together")
    page = answer["page_url"].removeprefix("http://127.0.0.1:8000")
    assert page == "/projects/?country=KEN&country=UGA&status=active&country_match=all&per_page=10"
    assert [item["key"] for item in answer["items"]] == ["IB.0102"]
    assert "/projects/IB.0102" in client.get(page).text


def test_a_search_is_that_of_the_api(client):
    filters = ProjectFilters(text="border", year_from=2001, budget_max=1_000_000, regions=("Africa",))
    answer = search_projects(filters, sort="title", per_page=3)
    same = client.get(
        "/api/v1/projects?q=border&year_from=2001&budget_max=1000000&region=africa&sort=title&per_page=3"
    ).json
    assert {name: answer[name] for name in ("query", "total", "sums", "pages")} == {
        name: same[name] for name in ("query", "total", "sums", "pages")
    }
    assert [item["key"] for item in answer["items"]] == [item["key"] for item in same["items"]]
    assert answer["items"]


def test_everything_is_searched_without_filters():
    assert search_projects()["total"] == count_projects()["total"] > 5


def test_a_name_that_is_unknown_stops_the_search():
    answer = search_projects(ProjectFilters(countries=("Kenya", "Ivry Coast")))
    assert "items" not in answer
    assert answer["unknown"] == [{"filter": "country", "given": "Ivry Coast", "similar": ("Côte d’Ivoire",)}]
    assert answer["lists"] == {"country": "http://127.0.0.1:8000/api/v1/terms/country"}
    assert [name["value"] for name in answer["understood"]] == ["KEN"]


@pytest.mark.parametrize(
    ("filters", "options", "name"),
    [
        ({"years": (1800,)}, {}, "year"), ({"budget_min": -1}, {}, "budget_min"), ({"text": "a" * 201}, {}, "q"),
        ({}, {"sort": "up"}, "sort"), ({}, {"per_page": 101}, "per_page"), ({}, {"page": 0}, "page"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_stops_the_search(filters, options, name):
    answer = search_projects(ProjectFilters(**filters), **options)
    assert [error["name"] for error in answer["errors"]] == [name]
    assert "items" not in answer


def test_a_page_past_the_end_names_the_last_one():
    assert search_projects(page=99)["problem"] == f"The last page is {search_projects()['pages']}."


def test_counts_are_those_of_the_api(client):
    answer = count_projects(ProjectFilters(regions=("Africa",)))
    same = client.get("/api/v1/facets?region=africa").json
    assert {name: answer[name] for name in ("facets", "total", "sums", "query")} == {
        name: same[name] for name in ("facets", "total", "sums", "query")
    }
    assert answer["page_url"] == same["links"]["alternate"]


def test_a_table_is_that_of_the_api(client):
    answer = count_projects(ProjectFilters(themes=("labour migration",)), by="country", across="year", measure="shared")
    same = client.get("/api/v1/table?by=country&across=year&measure=shared&theme=labour-migration").json
    assert (answer["rows"], answer["columns"], answer["notes"]) == (same["rows"], same["columns"], same["notes"])
    assert answer["rows"]
    assert answer["page_url"] == same["links"]["alternate"]


def test_a_table_that_cannot_be_says_why():
    assert "the same" in count_projects(by="country", across="country")["problem"]
    assert [error["name"] for error in count_projects(by="colour")["errors"]] == ["by"]


@pytest.mark.parametrize("key", ["LM.0101", "lm.0101", " LM.0101 "])
def test_one_project_is_that_of_the_api(client, key):
    answer = get_project(key)
    assert answer["project"] == client.get("/api/v1/projects/LM.0101").json["item"]
    assert answer["page_url"] == "http://127.0.0.1:8000/projects/LM.0101"


def test_a_project_says_how_its_key_was_understood():
    answer = get_project(" lm.0101 ")
    assert answer["understood"] == [
        {"filter": "key", "given": " lm.0101 ", "value": "LM.0101", "name": answer["project"]["title"]}
    ]


def test_a_project_that_is_not_public_is_not_there(session):
    office = Office(session)
    office.draft(COMPLETE.replace(number="LM.0888"))
    project = office.revision(State.PUBLISHED, COMPLETE.replace(number="LM.0777")).project
    publication.withdraw(office.session, project, by=office.reviewer, reason="A test.")
    office.session.commit()
    for key in ("LM.0777", "LM.0888", "nowhere", "", "a\0b"):
        assert "No published project" in get_project(key)["problem"]


def test_lists_have_their_terms():
    assert {term["code"] for term in list_terms("status")["terms"]} == {"active", "completed"}
    assert "country" in list_terms("year")["known"]


def test_a_list_says_how_its_name_was_understood_and_where_it_is_shown(client):
    answer = list_terms(" Countries ")
    assert answer["understood"] == [
        {"filter": "list_name", "given": " Countries ", "value": "country", "name": answer["label"]}
    ]
    assert answer["terms"] == list_terms("country")["terms"]
    page = answer["page_url"].removeprefix("http://127.0.0.1:8000")
    assert page == "/projects/?all=country"
    assert client.get(page).status_code == 200


def test_lengths_and_bands_of_budgets_are_filters_too(client):
    answer = search_projects(ProjectFilters(lengths=("3", "Not stated"), budget_bands=("100000-200000",)))
    same = client.get("/api/v1/projects?length=3&length=none&budget=100000-200000&per_page=10").json
    assert [item["key"] for item in answer["items"]] == [item["key"] for item in same["items"]] != []
    known = search_projects(ProjectFilters(budget_bands=("cheap",)))["errors"][0]["known"]
    assert set(known) - {"none"} == {band.code for band in BUDGET_BANDS}
    assert all(f'"{band.code}"' in ProjectFilters.__doc__ for band in not_empty(BUDGET_BANDS))


@pytest.mark.parametrize(
    ("ask", "page"),
    [
        (lambda: search_projects(ProjectFilters(countries=("Nowhere",))), "/projects/"),
        (lambda: search_projects(ProjectFilters(years=(1800,))), "/projects/"),
        (lambda: search_projects(ProjectFilters(regions=("Africa",)), page=99), "/projects/?region=africa&per_page=10"),
        (lambda: count_projects(by="country", across="country"), "/projects/"),
        (lambda: get_project("nowhere"), "/projects/?q=nowhere"), (lambda: list_terms("year"), "/projects/"),
    ],
)  # fmt: skip
def test_a_problem_says_where_people_would_look(client, ask, page):
    answer = ask()
    assert answer["problem"]
    assert isinstance(answer["understood"], list)
    assert answer["page_url"] == f"http://127.0.0.1:8000{page}"
    assert client.get(page).status_code == 200


def test_counting_names_every_list_that_a_table_can_have():
    words = set(re.findall(r"[a-z]+", count_projects.__doc__))
    assert set(not_empty(TABLE_FACETS)) <= words


def test_each_tool_explains_itself():
    for tool in not_empty(TOOLS):
        assert len(tool.__doc__.splitlines()[0]) > 40
