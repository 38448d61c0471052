"""Open access: any site may read the API in a browser, and nothing but the API and the files."""

import pytest

ORIGIN = {"Origin": "https://elsewhere.example"}
PREFLIGHT = ORIGIN | {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "If-None-Match"}
OPEN = ["/api/v1/projects", "/api/v1/projects/x", "/api/v1/facets", "/api/v1/table", "/api/v1/terms/theme"]


@pytest.mark.parametrize("address", [*OPEN, "/api/openapi.json", "/api/nowhere", "/api/v1/projects?colour=blue"])
def test_other_sites_may_read_answers_and_errors(client, address):
    headers = client.get(address, headers=ORIGIN).headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Credentials" not in headers
    assert "ETag" in headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("address", [*OPEN, "/api/openapi.json"])
def test_a_preflight_is_answered(client, address):
    answer = client.options(address, headers=PREFLIGHT)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert answer.headers["Access-Control-Allow-Headers"] == "*"


def test_an_unchanged_answer_is_open_too(client):
    etag = client.get("/api/v1/facets").headers["ETag"]
    answer = client.get("/api/v1/facets", headers=ORIGIN | {"If-None-Match": etag})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (304, "*")


@pytest.mark.parametrize("address", ["/", "/projects/", "/api/", "/sign-in", "/staff/", "/nowhere"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_page_is_open_to_other_sites(client, address, method):
    answer = client.open(address, method=method, headers=PREFLIGHT)
    assert [name for name, _ in answer.headers if name.startswith("Access-Control-")] == []
