"""Runs of the commands that timers start: recorded around each command, and read to see which failed or is late."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.database.diagnostics import describe_error
from portal.database.orm import db, now
from portal.database.transactions import transaction
from portal.errors import PortalError
from portal.models import JobRun

RUNNING, DONE, FAILED = "running", "done", "failed"
RUN_RETENTION = timedelta(days=30)
_MAX_MESSAGE = 300
# Timers have a random delay, and a machine may restart.
_GRACE_FACTOR, _GRACE = 1.25, timedelta(minutes=5)
# PostgreSQL commands have no time limit, but noting a run must not delay them.
_POSTGRESQL_LIMIT = "SET LOCAL statement_timeout = '2s'"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A command that a timer starts every `period`; `is_needed`: the portal does not work properly without it.

    Others are expected only once they have run: not every operator enables their timers.
    """

    name: str
    period: timedelta
    is_needed: bool = False


# The periods are those of deploy/systemd/*.timer (tests/serving/test_deploy_files.py compares them).
JOBS = (
    Job("publish-due", timedelta(minutes=1), is_needed=True),
    Job("cleanup", timedelta(days=1), is_needed=True),
    Job("backup", timedelta(days=1), is_needed=True),
    Job("send-mail", timedelta(minutes=1)),
    Job("audit publish", timedelta(hours=1)),
    Job("audit verify", timedelta(days=1)),
    Job("check-rows", timedelta(days=1)),
    Job("doctor", timedelta(days=1)),
    Job("dump", timedelta(days=1)),
    Job("iati", timedelta(minutes=15)),
)


@dataclass(frozen=True)
class JobState:
    """The last run of a job and the last that was done; `age` is the time since the latter, None if there is none.

    `outcome` is "" if the job has never run. A run that was killed remains "running".
    """

    job: Job
    started_at: datetime | None = None
    outcome: str = ""
    message: str = ""
    done_at: datetime | None = None
    age: timedelta | None = None

    @property
    def is_late(self) -> bool:
        """Whether the job should have been done again by now."""
        if self.age is None:
            return self.job.is_needed or bool(self.outcome)
        return self.age > self.job.period * _GRACE_FACTOR + _GRACE

    @property
    def problem(self) -> str:
        """What an operator has to know of this job, in one sentence; "" if there is nothing."""
        unit = f"journalctl -u 'portal-*' shows its log; its timer runs every {describe_period(self.job.period)}."
        if self.outcome == FAILED:
            return f"{self.job.name} failed at {self.started_at:%Y-%m-%d %H:%M} UTC: {self.message} {unit}"
        if not self.is_late:
            return ""
        if self.done_at is None:
            return f"{self.job.name} has never run to its end. {unit}"
        return f"{self.job.name} was last done at {self.done_at:%Y-%m-%d %H:%M} UTC. {unit}"


def describe_period(period: timedelta) -> str:
    minutes = int(period.total_seconds()) // 60
    for size, name in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes % size == 0:
            return name if minutes == size else f"{minutes // size} {name}s"
    raise AssertionError("a period is whole minutes")


@contextmanager
def recorded(name: str) -> Iterator[None]:
    """Record the block as one run of the job; also a decorator, below `with_appcontext`.

    An exception, or an exit status other than 0, makes it a failure. A database that cannot be written changes
    nothing for the block: the run is not recorded then, and the job gets late.
    """
    run_id = _begin(name)
    try:
        yield
    except BaseException as error:
        is_failure = not (isinstance(error, SystemExit) and not error.code)
        _finish(run_id, FAILED if is_failure else DONE, describe_failure(error) if is_failure else "")
        raise
    _finish(run_id, DONE)


def record_run(name: str, outcome: str, message: str = "") -> None:
    """Record a run that has just ended, of a program that is not ours."""
    _finish(_begin(name), outcome, message)


def describe_failure(error: BaseException) -> str:
    """One line that may be shown to an operator: no values of statements, no path of a bug."""
    known = next((each for each in (error, error.__cause__) if isinstance(each, PortalError)), None)
    if known is not None:
        return _one_line(str(known))
    if isinstance(error, SystemExit):
        return f"It ended with status {error.code}."
    database = describe_error(error) if isinstance(error, Exception) else ""
    return _one_line(database or f"{type(error).__name__}; see its log.")


def job_states(session: Session, moment: datetime | None = None) -> list[JobState]:
    """The state of each job, in the order of JOBS. Costs two short queries."""
    moment = moment or now()
    newest = select(func.max(JobRun.id)).group_by(JobRun.name)
    last = {run.name: run for run in session.execute(select(JobRun).where(JobRun.id.in_(newest))).scalars()}
    done = select(JobRun.name, func.max(JobRun.finished_at)).where(JobRun.outcome == DONE).group_by(JobRun.name)
    done_at = {name: finished_at for name, finished_at in session.execute(done) if finished_at}
    return [_state(job, last.get(job.name), done_at.get(job.name), moment) for job in JOBS]


def purge(session: Session, cutoff: datetime) -> int:
    """Delete runs that started before `cutoff`, but the last of each job and the last that was done."""
    latest = select(func.max(JobRun.id)).group_by(JobRun.name, JobRun.outcome)
    old = session.execute(select(JobRun).where(JobRun.started_at < cutoff, JobRun.id.not_in(latest))).scalars().all()
    for run in old:
        session.delete(run)
    return len(old)


def _state(job: Job, run: JobRun | None, done_at: datetime | None, moment: datetime) -> JobState:
    if run is None:
        return JobState(job)
    # A clock that was set back makes no negative age.
    age = max(moment - done_at, timedelta()) if done_at else None
    return JobState(job, run.started_at, run.outcome, run.message, done_at, age)


def _begin(name: str) -> int | None:
    with _tolerating(name), _short_transaction() as session:
        run = JobRun(name=name, started_at=now(), outcome=RUNNING)
        session.add(run)
        session.flush()
        return run.id
    return None


def _finish(run_id: int | None, outcome: str, message: str = "") -> None:
    if run_id is None:
        return
    with _tolerating(outcome), _short_transaction() as session:
        run = session.get(JobRun, run_id)
        if run is not None:
            run.finished_at, run.outcome, run.message = now(), outcome, _one_line(message)


@contextmanager
def _tolerating(what: str) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        _log.warning("a run is not recorded (%s): %s", what, describe_error(error) or type(error).__name__)


@contextmanager
def _short_transaction() -> Iterator[Session]:
    """A session of its own, because the command commits and rolls back the other."""
    with Session(db.engine, join_transaction_mode="create_savepoint") as session, transaction(session):
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text(_POSTGRESQL_LIMIT))
        yield session


def _one_line(message: str) -> str:
    return re.sub(r"\s+", " ", message).strip()[:_MAX_MESSAGE]
