"""The audit log: whether its triggers are there, its key is kept, and its checkpoints are signed in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from portal.errors import ConfigurationError, InvalidCheckpoint
from portal.services.audit import triggers
from portal.services.audit.log_folder import LogFolder, LogKeys
from portal.services.operations.checks.finding import Finding, Surroundings, in_words, ok, problem, warning

# A timer signs one every hour.
_LATE = timedelta(hours=3)
_MAX_LISTED = 3
_PUBLISH = "Run portal audit publish, and look at portal-audit.timer (docs/deploying.md, 11)."


def check(surroundings: Surroundings) -> Iterator[Finding]:
    lines = triggers.problems(surroundings.session)
    for line in lines[:_MAX_LISTED]:
        yield problem(line, "Find out who changed the database, run portal audit verify, and restore a backup.")
    if more := lines[_MAX_LISTED:]:
        yield problem(f"More triggers that are missing or changed: {len(more)}.", "portal audit verify names them.")
    try:
        LogKeys(surroundings.settings).read()
        checkpoint = LogFolder.from_settings(surroundings.settings).checkpoint()
    except (ConfigurationError, InvalidCheckpoint) as error:
        yield problem(str(error), "Then run portal audit verify.")
        return
    except OSError as error:
        yield warning(f"The folder of the audit log cannot be read: {error}.", "Run portal doctor as the user portal.")
        return
    if checkpoint is None or checkpoint.at is None:
        yield ok("The audit log is not published.")
        return
    age = max(surroundings.moment - checkpoint.at, timedelta())
    text = f"The last checkpoint of the audit log was signed {in_words(age)} ago."
    yield problem(text, _PUBLISH) if age > _LATE and surroundings.settings.is_production else ok(text)
