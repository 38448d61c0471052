"""Each public address that costs something waits for its turn; what does not is named here, with its reason."""

from contextlib import ExitStack

import pytest

from tests.loops import not_empty
from tests.urls import public_addresses

pytestmark = pytest.mark.usefixtures("sample")

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
    for endpoint, path in not_empty(public_addresses(app)):
        # Nobody has asked for this before.
        if client.get(f"{path}?budget_min=8642").status_code != 503:
            answered.add(endpoint)
    assert answered == set(READY)
