"""Problem documents: every error under /api/ is one, and no other error is."""

from collections import defaultdict

import pytest
from sqlalchemy.exc import OperationalError

from portal.web.api import answers
from tests.loops import not_empty


def provoke(client, monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(answers, "facet_counts", fail)
    return client.get("/api/v1/facets")


def is_problem(answer):
    return answer.content_type == "application/problem+json" and answer.json["status"] == answer.status_code


@pytest.mark.parametrize(
    "address", ["/api/nowhere", "/api/v1/", "/api/v2/projects", "/api/v1/projects/a/b", "/api/v1/terms"]
)
def test_what_is_not_there_is_a_problem(client, address):
    answer = client.get(address)
    assert answer.status_code == 404
    assert is_problem(answer)
    assert "http://127.0.0.1:8000/api/" in answer.json["detail"]


@pytest.mark.parametrize("address", ["/nowhere", "/apis", "/projects/nowhere", "/projects.csv?columns=x"])
def test_everything_else_answers_with_pages(client, address):
    assert client.get(address).content_type == "text/html; charset=utf-8"


def test_a_fault_of_ours_is_a_problem_without_details(app, client, monkeypatch):
    monkeypatch.setattr(app, "testing", False)
    answer = provoke(client, monkeypatch, RuntimeError("secret"))
    assert answer.status_code == 500
    assert is_problem(answer)
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]
    assert "secret" not in answer.text


def test_a_database_that_is_down_is_a_problem_with_a_time_to_wait(client, monkeypatch):
    answer = provoke(client, monkeypatch, OperationalError("select", {}, Exception("down")))
    assert answer.status_code == 503
    assert is_problem(answer)
    assert int(answer.headers["Retry-After"]) > 0


def test_another_host_is_a_problem_without_its_name(client):
    answer = client.get("/api/v1/projects", headers={"Host": "evil.example"})
    assert (answer.status_code, is_problem(answer)) == (400, True)
    assert "evil" not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_every_refused_method_says_which_are_allowed(app, client, method):
    """On every address of the portal, not of the API alone."""
    allowed = defaultdict(set)
    for rule in app.url_map.iter_rules():
        if not rule.arguments - {"path", "suffix"}:
            allowed[rule.rule.replace("<path:path>", "x").replace("<suffix>", "csv")] |= rule.methods
    assert "/api/v1/projects" in allowed
    for address, methods in not_empty(allowed.items()):
        if method not in methods:
            answer = client.open(address, method=method)
            stated = set(answer.headers.get("Allow", "").split(", "))
            # Another rule may fit the same address.
            assert (address, answer.status_code, methods - stated) == (address, 405, set())
    assert is_problem(client.open("/api/v1/projects", method=method))


def test_a_method_in_a_header_changes_nothing(client):
    answer = client.get("/api/v1/facets", headers={"X-HTTP-Method-Override": "DELETE"})
    assert answer.status_code == 200
