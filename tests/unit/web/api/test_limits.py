"""The limit of the API: stated, the same for whatever is asked, and none of the pages' business."""

import pytest

from portal.web.security.request_counts import RequestCounts
from tests.loops import not_empty


@pytest.fixture
def limit(app, monkeypatch, tmp_path):
    """limit(3) lets three requests a minute through."""

    def set_limit(count):
        counts = RequestCounts(lambda: tmp_path, limit=count, secret=app.secret_key)
        monkeypatch.setitem(app.extensions, "api_requests", counts)

    return set_limit


def get(client, address="/api/v1/facets", of="192.0.2.1", **request):
    return client.open(address, environ_overrides={"REMOTE_ADDR": of}, **request)


def test_one_request_too_many_is_asked_to_wait(client, limit):
    limit(3)
    assert [get(client).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    answer = get(client)
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert answer.content_type == "application/problem+json"
    assert answer.json["title"] == "Too many requests"
    assert "3 requests a minute" in answer.json["detail"]


def test_an_answer_says_what_is_left(client, limit):
    limit(3)
    left = [get(client).headers["RateLimit"] for _ in range(3)]
    assert [line.partition(";t=")[0] for line in left] == ['"client";r=2', '"client";r=1', '"client";r=0']
    assert get(client).headers["RateLimit-Policy"] == '"client";q=3;w=60'


def test_refused_and_unchanged_answers_count_too(client, limit):
    limit(3)
    etag = get(client).headers["ETag"]
    assert get(client, headers={"If-None-Match": etag}).status_code == 304
    assert get(client, "/api/v1/projects?colour=blue").status_code == 400
    assert get(client, "/api/v1/projects/nowhere").status_code == 429


def test_another_client_is_not_affected(client, limit):
    limit(1)
    assert [get(client, of=address).status_code for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2")] == [
        200,
        429,
        200,
    ]


def test_a_network_of_ipv6_is_one_client(client, limit):
    limit(1)
    addresses = ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
    assert [get(client, of=address).status_code for address in addresses] == [200, 429, 200]


def test_a_preflight_does_not_count(client, limit):
    limit(1)
    assert [get(client, method="OPTIONS").status_code for _ in range(3)] == [200, 200, 200]
    assert get(client).status_code == 200


def test_pages_and_files_have_no_limit(client, limit):
    limit(1)
    get(client)
    assert get(client).status_code == 429
    for address in not_empty(["/", "/projects/", "/projects.json", "/api/", "/healthz"]):
        answers = [get(client, address) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert "RateLimit" not in answers[0].headers


def test_no_limit_is_stated_where_there_is_none(client):
    answer = get(client)
    assert (answer.status_code, "RateLimit" in answer.headers) == (200, False)
