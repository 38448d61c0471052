"""A page in French or Spanish is hardly heavier than in English, on the same records, as it is sent."""

import pytest

from portal.web.presentation.navigation import PAGES
from tests import postgres
from tests.loops import not_empty
from tests.urls import projects

pytestmark = pytest.mark.skipif(postgres.IS_TESTED, reason="the same HTML comes from either database")
LANGUAGES = ("fr", "es")
CODINGS = ("gzip", "zstd")
LISTS = ("/projects/", "/projects/?view=table&per_page=50", "/projects/?country=KEN",
         "/projects/?country=KEN&theme=labour-migration", "/projects/table")  # fmt: skip
PROSE = [f"/{page.path}/" for page in PAGES]


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
    """All together. Some are a little more: of a record with a short text, most of the 4 kB are the frame."""
    shares = {address: heavier(address) for address in projects(client.get("/projects/?per_page=100").text)}
    assert sum(not_empty(shares.values())) / len(shares) <= 0.08
    assert {address: share for address, share in shares.items() if share > 0.1} == {}


def test_prose_is_at_most_25_percent_heavier(heavier):
    assert {address: share for address in not_empty(PROSE) if (share := heavier(address)) > 0.25} == {}
