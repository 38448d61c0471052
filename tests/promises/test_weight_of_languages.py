"""A page in French or Spanish is hardly heavier than in English, on the same records, as it is sent."""

import pytest

from tests import postgres
from tests.urls import projects

pytestmark = pytest.mark.skipif(postgres.IS_TESTED, reason="the same HTML comes from either database")
LANGUAGES = ("fr", "es")
CODINGS = ("gzip", "zstd")
RECORDS = (
    "/projects/",
    "/projects/?view=table&per_page=50",
    "/projects/?country=KEN&theme=labour-migration",
    "project",
)
PROSE = ("/how-we-count/", "/for-governments/how-to-apply/", "/for-governments/questions-and-answers/", "/who-we-are/",
         "/privacy/", "/accessibility/", "/our-work/what-we-do/")  # fmt: skip


@pytest.fixture
def heavier(client, sample):
    """heavier(address, language, coding): how much heavier than English it is: 0.08 for 8 %."""
    project = projects(client.get("/projects/").text)[0]

    def weight(address, coding):
        answer = client.get(address, headers={"Accept-Encoding": coding})
        assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, coding)
        return len(answer.data)

    def compare(address, language, coding):
        path = project if address == "project" else address
        return weight(f"/{language}{path}", coding) / weight(path, coding) - 1

    return compare


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_records_are_at_most_8_percent_heavier(heavier, language, coding):
    assert {address: share for address in RECORDS if (share := heavier(address, language, coding)) > 0.08} == {}


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_prose_is_at_most_25_percent_heavier(heavier, language, coding):
    assert {address: share for address in PROSE if (share := heavier(address, language, coding)) > 0.25} == {}
