"""portal doctor: one page about the state of the portal, each line with what to do; for an operator and a timer."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr

import click
import orjson
from flask import Flask
from flask.cli import ScriptInfo

from portal.database.orm import db
from portal.errors import ConfigurationError
from portal.services.operations.checks.finding import CheckState, Finding, Surroundings, problem
from portal.services.operations.checks.registry import CheckResult, run_checks, worst
from portal.services.operations.terms import count_of

EXIT_STATUS = {CheckState.OK: 0, CheckState.WARNING: 1, CheckState.PROBLEM: 2}
_COLOURS = {CheckState.OK: "green", CheckState.WARNING: "yellow", CheckState.PROBLEM: "red"}


@click.command("doctor")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object instead of lines.")
@click.option(
    "--fail-on", type=click.Choice(["warning", "problem"]), default="warning", show_default=True,
    help="For a timer: with problem, warnings end with status 0 too.",
)  # fmt: skip
@click.pass_context
def doctor(context: click.Context, is_json: bool, fail_on: str) -> None:
    """Check the whole portal: settings, database, indexes, keys, disk, backups, timers, mail, clock, certificate.

    Ends with status 0 if all is well, 1 if there are warnings, 2 if there are problems. Changes nothing.
    """
    results = []
    for result in _results(context):
        results.append(result)
        if not is_json:
            _print_lines(result)
    if is_json:
        click.echo(_as_json(results))
    else:
        click.echo(_summary(results))
    status = EXIT_STATUS[worst(results)]
    sys.exit(0 if fail_on == "problem" and status == EXIT_STATUS[CheckState.WARNING] else status)


def _results(context: click.Context) -> Iterator[CheckResult]:
    """All results, or if the settings are wrong, the one that says so: nothing else can be looked at."""
    try:
        app = _load_app(context)
    except ConfigurationError as error:
        finding = problem(str(error), "Correct /etc/portal/portal.env, then systemctl restart portal.")
        yield CheckResult("settings", (finding,), 0.0)
        return
    with app.app_context():
        yield from run_checks(Surroundings(settings=app.extensions["settings"], session=db.session()))


def _load_app(context: click.Context) -> Flask:
    """The application; raises ConfigurationError where a server would print it and stop."""
    with redirect_stderr(io.StringIO()):
        try:
            return context.ensure_object(ScriptInfo).load_app()
        except SystemExit as end:
            raise ConfigurationError(str(end.__cause__)) from None


def _print_lines(result: CheckResult) -> None:
    for finding in result.findings:
        state = click.style(f"{finding.state:8}", fg=_COLOURS[finding.state])
        click.echo(f"{state} {result.name:14} {_sentences(finding)}")


def _sentences(finding: Finding) -> str:
    return f"{finding.text} {finding.advice}".strip()


def _summary(results: list[CheckResult]) -> str:
    states = [finding.state for result in results for finding in result.findings]
    counts = {state: states.count(state) for state in CheckState}
    numbers = count_of(counts[CheckState.PROBLEM], "problem"), count_of(counts[CheckState.WARNING], "warning")
    return f"{', '.join(numbers)}, {counts[CheckState.OK]} ok."


def _as_json(results: list[CheckResult]) -> str:
    findings = [
        {"check": result.name, "state": finding.state, "text": finding.text, "advice": finding.advice}
        for result in results
        for finding in result.findings
    ]
    return orjson.dumps({"state": worst(results), "findings": findings}, option=orjson.OPT_INDENT_2).decode()
