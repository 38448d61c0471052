"""A page in French or Spanish is hardly heavier than in English, on the same records, as it is sent."""

import pytest

from tests import postgres
from tests.loops import not_empty
from tests.urls import projects

pytestmark = pytest.mark.skipif(postgres.IS_TESTED, reason="the same HTML comes from either database")
LANGUAGES = ("fr", "es")
CODINGS = ("gzip", "zstd")
LISTS = ("/projects/", "/projects/?view=table&per_page=50", "/projects/?country=KEN", "/projects/table")
PROSE = ("/how-we-count/", "/for-governments/how-to-apply/", "/for-governments/questions-and-answers/", "/who-we-are/",
         "/privacy/", "/accessibility/", "/our-work/what-we-do/")  # fmt: skip


@pytest.fixture(params=CODINGS)
def weight(request, client, sample):
    """weight(address): how many bytes are sent."""

    def go(address):
        answer = client.get(address, headers={"Accept-Encoding": request.param})
        assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, request.param)
        return len(answer.data)

    return go


@pytest.fixture(params=LANGUAGES)
def heavier(request, weight):
    """heavier(address): how much heavier than English it is: 0.08 for 8 %."""
    return lambda address: weight(f"/{request.param}{address}") / weight(address) - 1


def test_lists_are_at_most_8_percent_heavier(heavier):
    assert {address: share for address in not_empty(LISTS) if (share := heavier(address)) > 0.08} == {}


def test_projects_are_at_most_8_percent_heavier(heavier, client):
    """All together; one of a title alone, of 3 kB, is a little more."""
    shares = [heavier(address) for address in projects(client.get("/projects/?per_page=30").text)]
    assert sum(not_empty(shares)) / len(shares) <= 0.08
    assert max(shares) <= 0.1


def test_prose_is_at_most_25_percent_heavier(heavier):
    assert {address: share for address in not_empty(PROSE) if (share := heavier(address)) > 0.25} == {}
