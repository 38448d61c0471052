"""What /readyz warns of while the portal serves: mails that fail or wait, and damaged records."""

from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.models import JobRun, RowCheck
from portal.services.integrity import row_check
from portal.services.mail.outbox import OutboxSummary
from portal.services.operations import job_runs, readiness
from tests import postgres

NOTHING = OutboxSummary(waiting=0, failed=0, oldest_seconds=0, is_held=False)


@pytest.mark.parametrize(
    ("mails", "expected"),
    [
        (NOTHING, ""),
        (OutboxSummary(2, 0, 60, False), ""),
        (OutboxSummary(2, 0, 1_860, False), "Mails that wait: 2, the oldest for 31 minutes."),
        (OutboxSummary(2, 0, 9_000, True), "Mails held since a restore: 2. Run portal send-mail --release."),
        (OutboxSummary(0, 3, 0, False), "Mails that could not be sent: 3."),
    ],
)
def test_mails_are_warned_of_once_they_fail_or_wait_for_long(session, mails, expected):
    found = [line for line in readiness.warnings(job_runs.job_states(session()), mails, None) if "Mails" in line]
    assert found == ([expected] if expected else [])


def test_damaged_records_are_warned_of(session):
    damaged = [{"id": 1, "label": "R-1", "reason": "Another title."}]
    session().add(RowCheck(id=1, checked_at=now(), compared=9, damaged=damaged, terms="", last_event_id=0))
    session().flush()
    found = readiness.warnings([], NOTHING, row_check.last_check(session()))
    assert [line for line in found if line.startswith("Damaged records") and ": 1. Run" in line] != []


def run(session, name, *, ago, outcome="done", message=""):
    moment = now() - ago
    session().add(JobRun(name=name, started_at=moment, finished_at=moment, outcome=outcome, message=message))
    session().flush()
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def test_late_and_failed_jobs_are_warned_of(session):
    of_backup = "it is expected every day."
    said = [line for line in readiness.warnings(job_runs.job_states(session()), NOTHING, None) if "backup" in line]
    assert said == [f"backup was never done; {of_backup}"]
    run(session, "cleanup", ago=timedelta(hours=2))
    run(session, "publish-due", ago=timedelta(seconds=30))
    moment = run(session, "backup", ago=timedelta(days=3))
    late = readiness.warnings(job_runs.job_states(session()), NOTHING, None)
    assert late == [f"backup was last done at {moment}; {of_backup}"]
    moment = run(session, "backup", ago=timedelta(hours=1), outcome="failed", message="The disk is full.")
    assert readiness.warnings(job_runs.job_states(session()), NOTHING, None) == [f"backup failed at {moment}."]
    run(session, "backup", ago=timedelta(minutes=30))
    assert readiness.warnings(job_runs.job_states(session()), NOTHING, None) == []


@pytest.mark.skipif(postgres.IS_TESTED, reason="PostgreSQL says itself that its disk is full")
def test_a_disk_with_too_little_room_is_said(client, session, monkeypatch):
    assert client.get("/readyz").json["database"] == "ok"
    monkeypatch.setattr(readiness, "MIN_FREE_BYTES", 10**18)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["database"].startswith("The disk of the database is full")
