"""The map of any search, as a page and inside the directory."""

import pytest

from tests.conftest import FRAGMENT
from tests.factories import import_records
from tests.pages import Fragment, words
from tests.unit.web.public.places.test_overview_page import ROWS, circles


@pytest.fixture
def records(session):
    import_records(session, ROWS)


def test_each_circle_adds_a_state_to_the_search(records, visit):
    page = visit("/where-we-work/map?region=africa&sort=title&page=2")
    assert circles(page) == {
        "Kenya: 2 projects": "/projects/?region=africa&country=KEN#map-drawing",
        "Togo: 1 project": "/projects/?region=africa&country=TGO#map-drawing",
        "Uganda: 1 project": "/projects/?region=africa&country=UGA#map-drawing",
    }


def test_a_circle_of_a_selected_state_takes_it_away(records, visit):
    drawn = circles(visit("/where-we-work/map?country=KEN&region=africa"))
    assert drawn["Kenya: 2 projects, selected"] == "/projects/?region=africa#map-drawing"
    assert drawn["Togo: 1 project"] == "/projects/?region=africa&country=KEN&country=TGO#map-drawing"


def test_its_numbers_are_those_beside_the_filters(sample, visit):
    query = "theme=labour-migration&country=KEN"
    boxes = visit(f"/projects/?{query}&all=country").select("#facet-country label.check")
    counts = {
        words(box.query("span")[0]): words(box.query(".project-count")[0])
        for box in boxes
        if box.query(".project-count")
    }
    drawn = {
        label.removesuffix(", selected").rpartition(": ") for label in circles(visit(f"/where-we-work/map?{query}"))
    }
    expected = {(name, count) for name, count in counts.items() if not count.startswith("0") and name != "Not stated"}
    assert {(name, said) for name, _, said in drawn} == expected


def test_the_directory_fetches_the_drawing_when_its_map_is_unfolded(records, client, visit):
    page = visit("/projects/?region=africa&sort=title")
    (place,) = page.select("#map-drawing")
    assert place.attrs["hx-get"] == "/where-we-work/map?region=africa"
    assert page.select("svg.map") == []
    assert "/where-we-work/map?region=africa" in page.links
    part = Fragment(client.get(place.attrs["hx-get"], headers=FRAGMENT))
    assert len(part.select("svg.map a")) == 3
    assert part.select("h1") == []


def test_a_search_without_projects_has_no_map(records, visit):
    assert visit("/projects/?q=zzzz").select("#map") == []
    assert "None of these projects states a member state." in words(visit("/where-we-work/map?q=zzzz").one("main"))


def test_a_map_of_a_search_is_not_for_search_engines(records, visit):
    assert [meta.attrs["content"] for meta in visit("/where-we-work/map?q=one").select("meta[name=robots]")] == [
        "noindex, follow"
    ]
    page = visit("/where-we-work/map")
    assert page.select("meta[name=robots]") == []
    assert page.one("link[rel=canonical]").attrs["href"].endswith("/where-we-work/map")


def test_other_spellings_of_a_search_are_the_same_map(records, client):
    tag = client.get("/where-we-work/map?country=KEN&country=TGO").headers["ETag"]
    other = "/where-we-work/map?country=tg&country=KEN&page=3&sort=title&view=table"
    assert client.get(other, headers={"If-None-Match": tag}).status_code == 304
