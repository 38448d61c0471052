"""The audit log: whether its triggers are there, its key is kept, its checkpoints are signed in time, and whether any
event or leaf is gone; the whole is compared by `portal audit verify`, every night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from portal.errors import ConfigurationError, InvalidCheckpoint
from portal.services.audit import publishing, triggers
from portal.services.audit.log_folder import LogFolder, LogKeys
from portal.services.operations.checks.finding import Finding, Surroundings, in_words, ok, problem, warning

# A timer signs one every hour.
_LATE = timedelta(hours=3)
_MAX_LISTED = 3
_VERIFY = "Run portal audit verify, and find out who changed the database or its files (docs/deploying.md, 11)."
_NEVER_VERIFIED = "Enable portal-audit-verify.timer (docs/deploying.md, 11)."
_PUBLISH = "Run portal audit publish, and look at portal-audit.timer (docs/deploying.md, 11)."


def check(surroundings: Surroundings) -> Iterator[Finding]:
    lines = triggers.problems(surroundings.session)
    for line in lines[:_MAX_LISTED]:
        yield problem(line, "Find out who changed the database, run portal audit verify, and restore a backup.")
    if more := lines[_MAX_LISTED:]:
        yield problem(f"More triggers that are missing or changed: {len(more)}.", "portal audit verify names them.")
    settings, session = surroundings.settings, surroundings.session
    try:
        folder, keys = LogFolder.from_settings(settings), LogKeys(settings)
        checkpoint = folder.checkpoint()
        lost = publishing.describe_lost_log(session, folder, keys)
        keys.read()
    except (ConfigurationError, InvalidCheckpoint) as error:
        yield problem(str(error), "Then run portal audit verify.")
        return
    except OSError as error:
        yield warning(f"The folder of the audit log cannot be read: {error}.", "Run portal doctor as the user portal.")
        return
    yield from _losses(surroundings, lost, checkpoint.size if checkpoint else 0)
    if checkpoint is None or checkpoint.at is None:
        if not lost:
            yield ok("The audit log is not published.")
        return
    if settings.is_production and not publishing.was_verified(session):
        yield warning("The audit log has never been compared with its events.", _NEVER_VERIFIED)
    age = max(surroundings.moment - checkpoint.at, timedelta())
    text = f"The last checkpoint of the audit log was signed {in_words(age)} ago."
    yield problem(text, _PUBLISH) if age > _LATE and settings.is_production else ok(text)


def _losses(surroundings: Surroundings, lost: str, published: int) -> Iterator[Finding]:
    """What was deleted, as far as counting shows it; `published` is the size of the checkpoint."""
    if lost:
        yield problem(lost, _VERIFY)
    if orphans := publishing.count_orphans(surroundings.session):
        yield problem(f"Events of the audit log that were deleted: {orphans}.", _VERIFY)
    leaves = publishing.count_leaves(surroundings.session)
    if leaves < published:
        text = f"The audit log has {leaves} leaves, but its checkpoint signs {published}."
        yield problem(text, f"After a restore, run portal audit accept-restore. Otherwise: {_VERIFY}")
