"""Whether the portal can serve and store: what /readyz says of database, tables and indexes, and of what is overdue.

The sentences have no paths, statements or addresses, because anybody may read them; the log and `portal doctor` have
the details.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import psycopg
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from portal.database.diagnostics import describe_error
from portal.database.orm import now
from portal.database.public_reader import is_on_read_only_disk
from portal.database.transactions import transaction
from portal.models import TrialWrite
from portal.search.fulltext.text_index import Agreement
from portal.services.integrity.row_check import LastRowCheck
from portal.services.mail.outbox import OutboxSummary
from portal.services.operations import job_runs, migrations
from portal.services.operations.job_runs import JobState

OK = "ok"
UNKNOWN = "Not known: the database does not answer."
_NO_ANSWER = "The database does not answer. See the log of the portal."
_FULL = "The disk of the database is full: nothing can be stored. Free some space."
_READ_ONLY = "The database cannot be written: nothing can be stored. Check its disk and the permissions of its folder."
# With less, the next change may not fit, even if a small one still does.
MIN_FREE_BYTES = 1_000_000
_TRIAL_BYTES = 4_096
# A mail server may be away for a while, and mails are tried again.
MAIL_PATIENCE = timedelta(minutes=30)
# Of PostgreSQL: disk full, read-only transaction (a standby), input/output error.
_SQLSTATES = {"53100": _FULL, "25006": _READ_ONLY, "58030": _READ_ONLY}

_log = logging.getLogger(__name__)


def database_states(session: Session) -> dict[str, str]:
    """The states of "database" and "migrations": "ok" or a sentence."""
    try:
        connection = session.connection()
        connection.execute(text("SELECT 1"))
        mismatch = migrations.find_mismatch(connection)
    except SQLAlchemyError as error:
        _log.error("not ready: %s", describe_error(error) or type(error).__name__)
        session.rollback()
        state = _READ_ONLY if is_on_read_only_disk(session.get_bind().engine.url) else _NO_ANSWER
        return {"database": state, "migrations": UNKNOWN}
    return {"database": OK, "migrations": mismatch or OK}


def text_index_state(agreement: Agreement) -> str:
    """ "ok", or a sentence about documents that are missing or superfluous."""
    if agreement.is_complete:
        return OK
    return (
        f"The text index has {agreement.documents} documents for {agreement.projects} projects, so searches miss some: "
        "run portal index rebuild."
    )


def write_state(session: Session) -> str | None:
    """Write a few kilobytes and commit: "ok" or a sentence; None, for not known, if the database is busy or away.

    `session` is used for nothing else.
    """
    try:
        if not has_room(session):
            return _FULL
        with transaction(session):
            # New bytes each time, so that there is something to write.
            session.merge(TrialWrite(id=1, written_at=now(), filling=secrets.token_bytes(_TRIAL_BYTES)))
    except IntegrityError:
        # Another process has made the row just now, so it could write.
        return None
    except SQLAlchemyError as error:
        state = _refusal(error)
        if state is not None:
            _log.error("not ready: a trial write failed: %s", describe_error(error) or type(error).__name__)
        return state
    return OK


def _refusal(error: SQLAlchemyError) -> str | None:
    """What a failed write says of the disk; None for a database that is busy or away."""
    cause = getattr(error, "orig", error)
    if isinstance(cause, psycopg.Error):
        return _SQLSTATES.get(cause.sqlstate or "")
    message = str(cause)
    if "locked" in message:
        return None
    return _FULL if "full" in message else _READ_ONLY


def has_room(session: Session) -> bool:
    """Whether the disk of an SQLite file has room for a change; PostgreSQL says so itself."""
    free = free_bytes(session.get_bind().engine)
    return free is None or free >= MIN_FREE_BYTES


def free_bytes(engine: Engine) -> int | None:
    """The free bytes on the disk of an SQLite file; None for PostgreSQL and a database in memory."""
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file or file == ":memory:":
        return None
    disk = os.statvfs(Path(file.removeprefix("file:")).parent)
    return disk.f_bavail * disk.f_frsize


def warnings(jobs: Sequence[JobState], mails: OutboxSummary, rows: LastRowCheck | None) -> list[str]:
    """What an operator must look at although the portal serves: jobs, mails, damaged records of the last check."""
    return [*_job_warnings(jobs), *_mail_warnings(mails), *_row_warnings(rows)]


def _job_warnings(jobs: Sequence[JobState]) -> list[str]:
    """Jobs that failed or are late, backups among them."""
    found = []
    for state in jobs:
        if state.outcome == job_runs.FAILED:
            found.append(f"{state.job.name} failed at {state.started_at:%Y-%m-%d %H:%M} UTC.")
        elif state.is_late:
            done = f"was last done at {state.done_at:%Y-%m-%d %H:%M} UTC" if state.done_at else "was never done"
            found.append(f"{state.job.name} {done}; it is expected every {job_runs.describe_period(state.job.period)}.")
    return found


def _mail_warnings(mails: OutboxSummary) -> list[str]:
    found = []
    if mails.failed:
        found.append(f"Mails that could not be sent: {mails.failed}.")
    if mails.is_held and mails.waiting:
        found.append(f"Mails held since a restore: {mails.waiting}. Run portal send-mail --release.")
    elif mails.oldest_seconds > MAIL_PATIENCE.total_seconds():
        minutes = mails.oldest_seconds // 60
        found.append(f"Mails that wait: {mails.waiting}, the oldest for {minutes} minutes.")
    return found


def _row_warnings(check: LastRowCheck | None) -> list[str]:
    if check is None or not check.damaged:
        return []
    return [f"Damaged records, at {check.checked_at:%Y-%m-%d %H:%M} UTC: {len(check.damaged)}. Run portal check-rows."]
