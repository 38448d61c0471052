"""Each public address that costs something waits for its turn; what does not is named here, with its reason."""

from contextlib import ExitStack

import pytest

from portal.web.declarations import declared_access
from tests.loops import not_empty

pytestmark = pytest.mark.usefixtures("sample")

VALUES = {
    "slug": "LM.0024", "key": "LM.0024", "path": "js/portal.js", "suffix": "csv", "code": "KEN", "number": 0,
    "facet": "region", "aim": "sdg-10.7", "chart": "budget-by-year", "size": 2, "tile": "0/000",
}  # fmt: skip
# An endpoint that answers while no turn is free, and why it may.
READY = {
    "static": "a file of the disk",
    "pages.page": "prose",
    "overview.home": "one page of a few records",
    "projects.project": "one record",
    "projects.history": "one record",
    "api.project": "one record",
    "api.terms": "a short list of memory",
    "api.description": "a description of memory",
    "api_guide.page": "prose",
    "discovery.robots": "a few lines",
    "discovery.opensearch": "a few lines",
    "iati.codes": "a short list of memory",
    "iati.report": "a redirection",
    "health.alive": "a health check",
    "health.ready": "a health check",
    "public_audit_log.checkpoint": "a small file of the disk",
    "public_audit_log.former_checkpoint": "a small file of the disk",
    "public_audit_log.tile": "a small file of the disk",
    "components.show_components": "of development only",
}


@pytest.fixture
def nothing_free(app, monkeypatch):
    """No turn for a search, nor for a file, and no page in memory."""
    gates, cache = app.extensions["search_gates"], app.extensions["response_cache"]
    cache.entries.clear()
    monkeypatch.setattr("portal.web.http.file_response.take_slot", lambda *_, **__: None)
    with ExitStack() as turns:
        for gate in not_empty([gates.pages, gates.texts]):
            for number in range(gate.max_running):
                turns.enter_context(gate.turn(f"192.0.2.{number}"))
            monkeypatch.setattr(gate, "max_waiting", 0)
        yield


def test_each_public_view_waits_for_its_turn_or_is_ready(app, client, nothing_free):
    answered = set()
    for rule in not_empty(app.url_map.iter_rules()):
        if "GET" not in (rule.methods or ()) or declared_access(app.view_functions[rule.endpoint]) != "public":
            continue
        values = {name: VALUES[name] for name in rule.arguments if name not in (rule.defaults or {})}
        with app.test_request_context():
            path = app.url_map.bind("127.0.0.1").build(rule.endpoint, values | (rule.defaults or {}))
        # Nobody has asked for this before.
        if client.get(f"{path}?budget_min=8642").status_code != 503:
            answered.add(rule.endpoint)
    assert answered == set(READY)
