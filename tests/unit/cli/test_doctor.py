"""portal doctor as an operator and a timer run it: lines, JSON, exit status, and what it says when nothing works."""

import json
import os
import re
import subprocess

import pytest
from sqlalchemy import text as sql

from deploy import rehearsal
from portal.config import ROOT
from portal.services.operations.checks.finding import CheckState
from portal.services.operations.checks.registry import CHECKS
from tests.factories import COMPLETE
from tests.loops import not_empty

LINE = re.compile(r"(ok|warning|problem) +([a-z]+) +(\S.*\.\S*)$")


@pytest.fixture
def doctor(app, session):
    """doctor(*options) is (exit status, output)."""

    def run(*options):
        done = app.test_cli_runner().invoke(args=["doctor", *options])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return run


def outside(tmp_path, **environ):
    """The command in a process of its own: (exit status, output, what went to the terminal's other side)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "SECRET_KEY"))}
    kept |= {"DATABASE_URL": f"sqlite:///{tmp_path}/portal.db", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [rehearsal.program("portal"), "doctor"], env=kept | environ, cwd=tmp_path, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_every_check_has_a_line_and_all_is_well(doctor):
    status, output = doctor()
    *lines, summary = output.splitlines()
    assert {LINE.fullmatch(line)[2] for line in not_empty(lines)} == {check.name for check in CHECKS}
    assert (status, summary.startswith("0 problems, 0 warnings, ")) == (0, True), output


def test_a_problem_has_its_status_and_says_what_to_do(doctor, session):
    session.execute(sql("DROP INDEX ix_audit_event_at"))
    session.commit()
    status, output = doctor()
    assert (status, doctor("--fail-on", "problem")[0]) == (2, 2)
    assert "problem  schema         The tables have the right revision, but differ in 1 places" in output


def test_warnings_have_a_status_of_their_own_and_need_not_fail_a_timer(doctor, office):
    office.draft(COMPLETE.replace(region="atlantis"))
    assert (doctor()[0], doctor("--fail-on", "problem")[0]) == (1, 0)


def test_json_has_the_same(doctor):
    status, output = doctor("--json")
    found = json.loads(output)
    assert (status, found["state"]) == (0, "ok")
    assert {finding["check"] for finding in found["findings"]} == {check.name for check in CHECKS}
    assert {frozenset(finding) for finding in found["findings"]} == {frozenset(("check", "state", "text", "advice"))}


def test_states_are_in_the_order_of_their_urgency():
    assert [str(state) for state in CheckState] == ["ok", "warning", "problem"]


def test_settings_that_make_no_portal_are_one_line(tmp_path):
    status, output, error = outside(tmp_path, PORTAL_ENV="production", SECRET_KEY="0" * 64)
    first, summary = output.splitlines()
    assert (status, error, summary) == (2, "", "1 problem, 0 warnings, 0 ok.")
    assert first.startswith("problem  settings       SECRET_KEY repeats a few characters")


def test_a_database_that_is_away_leaves_the_other_checks(tmp_path):
    status, output, error = outside(tmp_path, DATABASE_URL="postgresql://portal@127.0.0.1:1/portal")
    states = {line.split()[1]: line.split()[0] for line in output.splitlines()[:-1]}
    assert (status, error) == (2, "")
    assert (states["database"], states["schema"], states["disk"]) == ("problem", "warning", "ok")
    assert {check.name for check in CHECKS} == set(states)
