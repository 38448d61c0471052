"""Strict reading: what the pages understand is understood, and everything else is refused by name."""

import pytest

from portal.exports.columns import COLUMNS
from portal.search.index.current import current_snapshot
from portal.search.query.cursor import Cursor
from portal.web.api.parameters import LANGUAGE, LIST_PARAMETERS, TABLE, requirement
from tests.urls import SELECTIONS

NAMES = [parameter.name for parameter in LIST_PARAMETERS]
CURSOR = str(Cursor(1, 2008, 2008, 5, -1, "a"))


@pytest.mark.parametrize(
    "query",
    [
        "", "q=", "q=border+management", "q=%22border+management%22", "q=+two++spaces+", "q=%00", "q=" + "a" * 200,
        "country=KEN&country=UGA&country_match=all", "country=KE", "country=KE&country=KEN", "country=none&region=none",
        "year=2008&year=none", "year_from=1900&year_to=2199", "budget_min=0&budget_max=1000000000000000",
        "budget=none", "sdg=8&sdg=8.8&gcm=23", "theme=labour-migration&type=labour-migration", "status=active",
        "sort=newest", "sort=-budget", "q=x&sort=relevance", "q=x&sort=newest", "sort=relevance",
        "page=1", "per_page=20", "per_page=100", "per_page=1", "country_match=any", "facets=0", "facets=1",
        "fields=title&fields=title", "fields=" + "&fields=".join(column.name for column in COLUMNS), f"cursor={CURSOR}",
    ],
)  # fmt: skip
def test_what_the_pages_understand_is_understood(ask, query):
    assert ask(f"projects?{query}")["page"] in (1, None)


@pytest.mark.parametrize(
    "address",
    [address for address in SELECTIONS if "/projects/" in address and "view=" not in address and "XXX" not in address],
)
def test_the_query_of_a_page_finds_the_same_number(ask, client, address):
    query = address.partition("?")[2]
    assert ask(f"projects?{query}")["total"] == client.get(f"/projects.json?{query}").json["total"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("colour=blue", "colour"), ("Q=x", "Q"), ("country%5B%5D=KEN", "country[]"), ("view=table", "view"),
        ("all=country", "all"), ("utm_source=x", "utm_source"), ("columns=title", "columns"),
        ("callback=f", "callback"), ("country=XXX", "country"), ("country=ken", "country"),
        ("country=ke", "country"), ("country=Kenya", "country"),
        ("country=", "country"), ("country=+KEN", "country"), ("country=KEN%0A", "country"),
        ("country=None", "country"), ("country=KEN,UGA", "country"),
        ("region=atlantis", "region"), ("region=Africa", "region"),
        ("status=active%00", "status"), ("sdg=8.80", "sdg"), ("sdg=18", "sdg"), ("gcm=24", "gcm"), ("gcm=06", "gcm"),
        ("year=1899", "year"), ("year=2200", "year"), ("year=02008", "year"), ("year=2008%0A", "year"),
        ("year=%D9%A2%D9%A0%D9%A0%D9%A8", "year"), ("year=2008.0", "year"), ("year=", "year"),
        ("year_from=x", "year_from"), ("year_from=1800", "year_from"), ("year_to=+2008", "year_to"),
        ("budget=5", "budget"), ("budget_min=-1", "budget_min"), ("budget_min=1,000", "budget_min"),
        ("budget_max=1e5", "budget_max"), ("budget_max=1000000000000001", "budget_max"), ("budget_max=", "budget_max"),
        ("on=yesterday", "on"), ("on=2024-02-30", "on"), ("on=", "on"),
        ("sort=up", "sort"), ("sort=", "sort"), ("sort=TITLE", "sort"), ("sort=title&sort=title", "sort"),
        ("page=0", "page"), ("page=-1", "page"), ("page=x", "page"), ("page=01", "page"), ("page=1&page=2", "page"),
        ("page=10000000000", "page"), ("page=" + "9" * 5_000, "page"),
        ("per_page=0", "per_page"), ("per_page=101", "per_page"), ("per_page=20&per_page=20", "per_page"),
        ("country_match=some", "country_match"), ("country_match=", "country_match"),
        ("q=" + "a" * 201, "q"), ("q=a" + "+" * 300, "q"), ("q=a&q=a", "q"),
        ("fields=colour", "fields"), ("fields=", "fields"), ("fields=id", "fields"), ("fields=TITLE", "fields"),
        ("fields=title,key", "fields"), ("&".join(["fields=title"] * 1_000), "fields"),
        ("cursor=x", "cursor"), ("cursor=", "cursor"), (f"cursor={CURSOR}%3D", "cursor"),
        ("facets=2", "facets"), ("facets=", "facets"), ("facets=true", "facets"),
        ("&".join(["country=KEN"] * 51), "country"),
    ],
)  # fmt: skip
def test_everything_else_is_refused_by_name(ask, query, name):
    problem = ask(f"projects?{query}", status=400)
    assert [error["name"] for error in problem["errors"]] == [name]
    assert problem["errors"][0]["detail"] in problem["detail"]
    assert problem["type"].endswith("/api/#invalid-query")


def test_a_refusal_names_what_is_known(ask):
    unknown, region = ask("projects?colour=blue&region=atlantis", status=400)["errors"]
    assert (unknown["value"], unknown["known"]) == ("blue", [*NAMES, LANGUAGE.name])
    assert "asia-and-oceania" in region["known"]
    assert region["known"][-1] == "none"


def test_everything_that_is_wrong_is_named_at_once(ask):
    problem = ask("projects?colour=blue&country=XXX&country=KEN&page=x&sort=up", status=400)
    assert [(error["name"], error["value"]) for error in problem["errors"]] == [
        ("colour", "blue"), ("country", "XXX"), ("sort", "up"), ("page", "x"),
    ]  # fmt: skip


def test_a_long_or_endless_query_is_not_given_back(ask):
    query = "&".join(f"x{number}={'y' * 300}" for number in range(100))
    problem = ask(f"projects?{query}", status=400)
    assert len(problem["errors"]) == 20
    assert max(len(error["value"]) for error in problem["errors"]) == 80


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("projects/LM.0101?page=1", "page"), ("projects/LM.0101?q=x", "q"), ("projects/LM.0101?fields=x", "fields"),
        ("facets?page=1", "page"), ("facets?sort=title", "sort"), ("facets?fields=title", "fields"),
        ("table?page=1", "page"), ("table?by=money", "by"), ("table?by=", "by"), ("table?across=colour", "across"),
        ("table?measure=half", "measure"), ("table?by=region&by=region", "by"), ("terms/theme?q=x", "q"),
    ],
)  # fmt: skip
def test_each_resource_takes_its_own_parameters(ask, address, name):
    assert [error["name"] for error in ask(address, status=400)["errors"]] == [name]


def test_the_description_takes_no_parameter(client):
    assert client.get("/api/openapi.json?x=1").status_code == 400


@pytest.mark.parametrize("parameter", [*LIST_PARAMETERS, *TABLE, LANGUAGE], ids=lambda parameter: parameter.name)
def test_each_parameter_says_what_it_takes(session, parameter):
    sentence = requirement(parameter, current_snapshot().terms)
    assert sentence.endswith(".")
    assert "of ." not in sentence
