"""How checks are run: whatever one does, the others are run, and the page is whole."""

import os

import pytest
from sqlalchemy import text as sql

from portal.services.operations.checks import registry
from portal.services.operations.checks.data import database
from portal.services.operations.checks.finding import CheckState, ok
from portal.services.operations.checks.registry import RegisteredCheck, run_checks


def broken(_):
    yield ok("It began.")
    raise ZeroDivisionError("nothing to divide by")


def without_its_table(surroundings):
    surroundings.session.execute(sql("SELECT 1 FROM not_there"))
    yield ok("never reached")


def waiting(surroundings):
    surroundings.session.execute(sql("SELECT pg_sleep(30)"))
    yield ok("never reached")


def good(surroundings):
    surroundings.session.execute(sql("SELECT 1"))
    yield ok("Good.")


def findings(surroundings, monkeypatch, *checks):
    registered = [RegisteredCheck(check.__name__, check, needs_database=True) for check in checks]
    monkeypatch.setattr(registry, "CHECKS", (RegisteredCheck("database", database.check), *registered))
    return {result.name: [(finding.state, finding.text) for finding in result.findings]
            for result in run_checks(surroundings())}  # fmt: skip


def test_a_check_that_breaks_keeps_what_it_found_and_stops_no_other(surroundings, monkeypatch):
    found = findings(surroundings, monkeypatch, broken, without_its_table, good)
    assert found["broken"] == [
        (CheckState.OK, "It began."),
        (CheckState.PROBLEM, "The check itself failed: ZeroDivisionError: nothing to divide by."),
    ]
    ((state, text),) = found["without_its_table"]
    assert (state, "run portal migrate" in text) == (CheckState.WARNING, True)
    assert found["good"] == [(CheckState.OK, "Good.")]


@pytest.mark.skipif(
    os.environ.get("PORTAL_TEST_DATABASE") != "postgresql", reason="SQLite has neither locks of rows nor pg_sleep"
)
def test_a_statement_that_waits_for_ever_is_cancelled(surroundings, monkeypatch):
    monkeypatch.setattr(registry, "STATEMENT_LIMIT", "100ms")
    found = findings(surroundings, monkeypatch, waiting, good)
    assert found["waiting"][0][0] == CheckState.WARNING
    assert found["good"] == [(CheckState.OK, "Good.")]
