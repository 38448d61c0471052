"""All checks, in the order of the page, and how they are run: none can keep the others from being run.

To add one, write a module with a function `check(surroundings)` that yields findings, and add its line to CHECKS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic

from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError

from portal.database.diagnostics import describe_error
from portal.services.operations.checks.configuration import administrators, keys, mail, settings
from portal.services.operations.checks.data import audit_log, database, indexes, outbox, rows, schema, terms
from portal.services.operations.checks.finding import Check, CheckState, Finding, Surroundings, problem, warning
from portal.services.operations.checks.machine import (
    backups,
    certificate,
    clock,
    disk,
    permissions,
    system_clock,
    timers,
    versions,
)  # fmt: skip

# For each statement of a check on PostgreSQL, where a lock may be held for ever; SQLite waits for five seconds.
STATEMENT_LIMIT = "60s"


@dataclass(frozen=True)
class RegisteredCheck:
    """`needs_database`: it is not run while the database does not answer."""

    name: str
    check: Check
    needs_database: bool = False


CHECKS = (
    RegisteredCheck("settings", settings.check),
    RegisteredCheck("database", database.check),
    RegisteredCheck("schema", schema.check, needs_database=True),
    RegisteredCheck("indexes", indexes.check, needs_database=True),
    RegisteredCheck("terms", terms.check, needs_database=True),
    RegisteredCheck("rows", rows.check, needs_database=True),
    RegisteredCheck("audit", audit_log.check, needs_database=True),
    RegisteredCheck("keys", keys.check, needs_database=True),
    RegisteredCheck("administrators", administrators.check, needs_database=True),
    RegisteredCheck("clock", system_clock.check),
    RegisteredCheck("clock", clock.check, needs_database=True),
    RegisteredCheck("disk", disk.check),
    RegisteredCheck("permissions", permissions.check),
    RegisteredCheck("backups", backups.check),
    RegisteredCheck("timers", timers.check, needs_database=True),
    RegisteredCheck("mail", mail.check),
    RegisteredCheck("mail", outbox.check, needs_database=True),
    RegisteredCheck("certificate", certificate.check),
    RegisteredCheck("versions", versions.check),
)


@dataclass(frozen=True)
class CheckResult:
    """What one check found, in its order; `seconds` is how long it took."""

    name: str
    findings: tuple[Finding, ...]
    seconds: float


def run_checks(surroundings: Surroundings) -> Iterator[CheckResult]:
    """Run every check and yield what each found; raises nothing."""
    has_database = True
    for registered in CHECKS:
        began = monotonic()
        if registered.needs_database and not has_database:
            findings: tuple[Finding, ...] = (
                warning("Not checked: the database does not answer.", "See the line about the database."),
            )
        else:
            findings = tuple(_run(registered, surroundings))
        if registered.check is database.check:
            has_database = all(finding.state != CheckState.PROBLEM for finding in findings[:1])
        yield CheckResult(registered.name, findings, monotonic() - began)


def worst(results: list[CheckResult]) -> CheckState:
    states = [finding.state for result in results for finding in result.findings]
    return max(states, key=list(CheckState).index, default=CheckState.OK)


def _run(registered: RegisteredCheck, surroundings: Surroundings) -> Iterator[Finding]:
    """What the check finds until its end, or until it fails."""
    try:
        if registered.needs_database and surroundings.dialect == "postgresql":
            surroundings.session.execute(sql(f"SET LOCAL statement_timeout = '{STATEMENT_LIMIT}'"))
        yield from registered.check(surroundings)
    except SQLAlchemyError as error:
        yield warning(
            f"Not checked to its end: {describe_error(error) or type(error).__name__}",
            "See the lines about the database and the schema.",
        )
    except Exception as error:
        # Whatever it is, the operator sees the other checks.
        yield problem(
            f"The check itself failed: {type(error).__name__}: {error}.", "Report this to the developers of the portal."
        )
    finally:
        _let_go(surroundings)


def _let_go(surroundings: Surroundings) -> None:
    """A failed check must not leave a broken transaction to the next."""
    try:
        surroundings.session.rollback()
    except SQLAlchemyError:
        surroundings.session.invalidate()
