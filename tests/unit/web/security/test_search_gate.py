"""Few new searches at once: what does not get its turn is 503, and whatever is ready never waits."""

from contextlib import ExitStack

import pytest

from portal import metrics
from tests.conftest import FRAGMENT
from tests.loops import not_empty
from tests.urls import SELECTIONS

pytestmark = pytest.mark.usefixtures("sample")

NEW_SEARCHES = [
    "/projects/?budget_min=12345",
    "/projects/table?by=region&budget_min=12345",
    "/data-and-research/?budget_min=12345",
    "/data-and-research/key-figures.csv?budget_min=12345",
    "/where-we-work/map?budget_min=12345",
    "/embed/projects?budget_min=12345",
    "/api/v1/projects?budget_min=12345",
    "/api/v1/facets?budget_min=12345",
    "/api/v1/table?budget_min=12345",
]


@pytest.fixture
def gates(app):
    return app.extensions["search_gates"]


def occupied(gate):
    """Takes every turn of a gate, each for a client of its own."""
    turns = ExitStack()
    for number in range(64):
        if gate.queue[0] == gate.max_running:
            break
        turns.enter_context(gate.turn(f"192.0.2.{number}"))
    return turns


@pytest.mark.parametrize("address", NEW_SEARCHES)
def test_a_new_search_without_a_turn_is_asked_to_come_back(client, gates, address):
    with occupied(gates.pages):
        answer = client.get(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "Too many requests at once" in answer.text
    assert client.get(address).status_code == 200


def test_refusals_are_counted(client, gates):
    counter = metrics.REFUSALS.labels("page")
    before = counter.collect()[0].samples[0].value
    with occupied(gates.pages):
        client.get("/projects/?budget_min=54321")
    assert counter.collect()[0].samples[0].value == before + 1


def test_what_is_ready_never_waits(client, gates):
    kept = [*SELECTIONS, "/", "/how-we-count/"]
    for address in not_empty(kept):
        assert client.get(address).status_code == 200, address
    ready = [*kept, "/healthz", "/robots.txt", "/projects/LM.0024", "/contact/"]
    with occupied(gates.pages), occupied(gates.texts):
        for address in not_empty(ready):
            assert client.get(address).status_code == 200, address


def test_an_unchanged_page_never_waits(client, gates):
    address = NEW_SEARCHES[0]
    tag = client.get(address).headers["ETag"]
    with occupied(gates.pages):
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_only_a_text_that_nobody_looked_for_waits_for_other_texts(client, gates):
    assert client.get("/projects/?q=border").status_code == 200
    with occupied(gates.texts):
        assert client.get("/projects/?q=border&budget_min=54321").status_code == 200
        assert client.get("/projects/?budget_min=54322").status_code == 200
        assert client.get("/projects/?q=migrant").status_code == 503
        assert client.get("/api/v1/projects?q=migrant").status_code == 503
    assert client.get("/projects/?q=migrant").status_code == 200


def test_htmx_and_programs_are_told_in_their_own_way(client, gates):
    with occupied(gates.pages):
        fragment = client.get("/projects/?budget_min=777", headers=FRAGMENT)
        problem = client.get("/api/v1/projects?budget_min=777")
    assert (fragment.status_code, fragment.headers["HX-Push-Url"]) == (503, "false")
    assert (problem.mimetype, problem.json["status"]) == ("application/problem+json", 503)


def test_the_head_of_a_file_waits_as_a_search_does(client, gates):
    with occupied(gates.texts):
        assert client.head("/projects.csv?q=shelter").status_code == 503
    assert client.head("/projects.csv?q=shelter").status_code == 200
