"""The clock beside that of the database server, and beside the latest time that the portal has seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.models import AuditEvent
from portal.services.accounts import clock
from portal.services.operations.checks.finding import Finding, Surroundings, ok, problem, warning

_SET_RIGHT = "Set the clock right: timedatectl set-ntp true, and on a virtual machine look at the clock of its host."
# A code of the second factor is accepted one step of 30 seconds early or late.
_HARMLESS, _HARMFUL = timedelta(seconds=5), timedelta(seconds=30)
_RECENT = timedelta(days=2)


def check(surroundings: Surroundings) -> Iterator[Finding]:
    session, here = surroundings.session, now()
    reading = clock.read(session)
    off = abs(reading.moment - here)
    if off > _HARMLESS:
        judge = problem if off > _HARMFUL else warning
        yield judge(f"This machine and the database server are {off} apart.", f"On the one that is wrong: {_SET_RIGHT}")
    settled = _latest_set_back(session)
    newest = session.execute(
        # What was recorded before by a clock that was ahead stays in the log.
        select(func.max(AuditEvent.at)).where(AuditEvent.id > (settled.id if settled else 0))
    ).scalar_one_or_none()
    latest = max((moment for moment in (reading.latest_at, newest) if moment is not None), default=here)
    if latest > here + clock.TOLERANCE:
        yield problem(
            f"The clock says {here:%Y-%m-%d %H:%M} UTC, and the portal has seen {latest:%Y-%m-%d %H:%M} UTC: it was "
            "set back, or was ahead.",
            f"{_SET_RIGHT} If it is right now, portal publish-due or the next sign-in ends this.",
        )
    elif off <= _HARMFUL:
        yield ok("The clock agrees with the database and the latest recorded time.")
    if settled and settled.at > here - _RECENT:
        was = (settled.after or {}).get("was", "")
        yield warning(
            f"The clock was set back from {was} at {settled.at:%Y-%m-%d %H:%M} UTC; everybody was signed out.",
            "Find out why: timedatectl status, journalctl -u systemd-timesyncd.",
        )


def _latest_set_back(session: Session) -> AuditEvent | None:
    query = select(AuditEvent).where(AuditEvent.subject_kind == "portal", AuditEvent.subject_id == "clock")
    return session.execute(query.order_by(AuditEvent.id.desc()).limit(1)).scalars().first()
