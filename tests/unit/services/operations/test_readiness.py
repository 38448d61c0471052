"""What /readyz warns of while the portal serves: mails that fail or wait, and damaged records."""

import pytest

from portal.database.orm import now
from portal.models import RowCheck
from portal.services.integrity import row_check
from portal.services.mail.outbox import OutboxSummary
from portal.services.operations import job_runs, readiness

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
