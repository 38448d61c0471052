"""The API does what its description says: Schemathesis, with all of its checks, finds nothing.

It asks in this process: every example, the limits of every parameter and what lies beyond them, random questions, and
walks from answer to answer. In CI it asks the same each time. For a long run:

    PORTAL_API_EXAMPLES=300 .venv/bin/python -m pytest tests/promises/test_api_contract.py
"""

import os
from collections import Counter

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from portal.cli.database import SAMPLE_FILE
from portal.database.orm import db
from portal.services.imports import Report, import_file
from portal.web.api.openapi import OPERATIONS
from tests.conftest import IS_CI
from tests.unit.search.query.test_cursor import CURSORS

EXAMPLES = int(os.environ.get("PORTAL_API_EXAMPLES", "8"))
# One code of a list is read as every other; each would be asked for several times at several addresses.
CODES = 4
# Its client in this process says that it reads compressed answers, and does not unpack all of them.
CONFIG = f"""
{"seed = 1" if IS_CI else ""}
headers = {{ "Accept-Encoding" = "identity" }}
[generation]
deterministic = {str(IS_CI).lower()}
max-examples = {EXAMPLES}
"""


@pytest.fixture(scope="module")
def world(new_app, new_database):
    """An application with the sample on a database of its own, because the questions take no part in a test's."""
    app = new_app(new_database())
    with app.app_context():
        import_file(db.session(), SAMPLE_FILE, is_sample=True, report=Report())
        db.session.commit()
        db.session.remove()
    return app


@pytest.fixture(scope="module")
def run(world):
    """The events of one run."""
    # No schema can say which strings are cursors.
    schemathesis.openapi.format("cursor", CURSORS.map(str))
    with world.app_context():
        document = with_few_codes(world.test_client().get("/api/openapi.json").json)
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_str(CONFIG))
    schema.app, schema.location = world, "/api/openapi.json"
    return list(from_schema(schema).execute())


def with_few_codes(node):
    """The document with the first codes of long lists, and their last one, which is none."""
    if isinstance(node, dict):
        return {key: with_few_codes(value) if key != "enum" else few(value) for key, value in node.items()}
    return [with_few_codes(value) for value in node] if isinstance(node, list) else node


def few(values):
    return values if len(values) <= 12 else [*values[: CODES - 1], values[-1]]


def scenarios(run):
    return [event.recorder for event in run if isinstance(event, events.ScenarioFinished)]


def test_it_finds_nothing(run):
    failures = [
        f"{recorder.label}: {check.name}\n{check.failure_info.failure}\n{check.failure_info.code_sample}"
        for recorder in scenarios(run)
        for checks in recorder.checks.values()
        for check in checks
        if check.failure_info
    ]
    assert "\n\n".join(failures)[:5_000] == ""


def test_it_ran_to_its_end(run):
    errors = [event for event in run if isinstance(event, events.NonFatalError | events.FatalError)]
    assert errors == []
    phases = {event.phase.name.value: event.status.value for event in run if isinstance(event, events.PhaseFinished)}
    assert {phase: phases[phase] for phase in ("examples", "coverage", "fuzzing", "stateful")} == dict.fromkeys(
        ("examples", "coverage", "fuzzing", "stateful"), "success"
    )


def test_it_asked_for_everything_that_is_described(run):
    statuses = Counter(
        (recorder.label, interaction.response.status_code)
        for recorder in scenarios(run)
        for interaction in recorder.interactions.values()
        if interaction.response
    )
    for operation in OPERATIONS:
        label = f"GET {operation.path}"
        assert statuses[label, 200] > 0
        assert statuses[label, 405] > 0
        assert statuses[label, 400] + statuses[label, 404] > 0
    assert sum(statuses.values()) > 300


def test_the_checks_are_all_that_there_are(run):
    made = {check.name for recorder in scenarios(run) for checks in recorder.checks.values() for check in checks}
    assert {
        "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
        "response_schema_conformance", "negative_data_rejection", "positive_data_acceptance", "unsupported_method",
        "allow_header_conformance",
    } <= made  # fmt: skip
