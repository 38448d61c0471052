"""A clock that was set back: nothing that has expired comes to life again, and nobody is locked out for long.

Sessions, links, attempts and codes are judged by the clock. The database keeps the latest time that it has seen, at
most a minute old. A clock that is behind it by more than TOLERANCE was set back, or is right again after it was ahead.
Which of the two cannot be known, so both are met in one way, once: every session ends, links and requests keep the time
that they had left, attempts count as made now, mail does not wait for the former time, and from then on the new time is
the time. A code that was used once stays used, because its time step is stored (models.UsedCode).

The clock is that of the database server on PostgreSQL, so that all machines of a portal have one, and that of this
machine on SQLite.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.models import Account, AccountSession, AdministratorRequest, Attempt, ClockMark, OneTimeLink
from portal.models.account import EmailChange
from portal.services.accounts.second_factor import STEP_SECONDS
from portal.services.audit import recording
from portal.services.mail import delivery

# Clocks are corrected by seconds all the time; nothing that lives by time changes its meaning within this.
TOLERANCE = timedelta(minutes=2)
_ADVANCE_INTERVAL = timedelta(minutes=1)
_LIVING_BY_TIME: tuple[type[OneTimeLink | EmailChange | AdministratorRequest], ...] = (
    OneTimeLink, EmailChange, AdministratorRequest,
)  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What the clock says, and the latest time seen before; None in a database without one."""

    moment: datetime
    latest_at: datetime | None

    @property
    def is_set_back(self) -> bool:
        return self.latest_at is not None and self.moment < self.latest_at - TOLERANCE


def read(session: Session) -> Reading:
    """Read the clock and the latest time seen; writes nothing."""
    return Reading(_current_time(session), session.execute(select(ClockMark.latest_at)).scalar_one_or_none())


def judging_time(session: Session) -> datetime:
    """The later of this machine's time and the database's: by it, a link or session that has expired stays expired."""
    return max(now(), _current_time(session))


def advance(session: Session) -> None:
    """Remember the present time, at most once a minute; the caller commits."""
    reading = read(session)
    if reading.latest_at is None or reading.moment - reading.latest_at >= _ADVANCE_INTERVAL:
        _store(session, reading.moment)


def settle(session: Session) -> bool:
    """Go on with a clock that was set back, as told above; True if it was. The caller begins to write, and commits."""
    latest_at = session.execute(select(ClockMark.latest_at).with_for_update()).scalar_one_or_none()
    reading = Reading(_current_time(session), latest_at)
    if latest_at is None or not reading.is_set_back:
        return False
    moment = reading.moment
    unended = update(AccountSession).where(AccountSession.ended_at.is_(None)).values(ended_at=moment)
    ended = len(session.execute(unended.returning(AccountSession.id)).all())
    _keep_remaining_time(session, latest_at, moment)
    session.execute(update(Attempt).where(Attempt.at > moment).values(at=moment))
    _forget_future_steps(session, moment)
    delivery.settle_clock(session, moment)
    _store(session, moment)
    after = {"at": moment.isoformat(), "was": latest_at.isoformat(), "sessions ended": ended}
    recording.record_bulk(session, "clock set back", "portal", "clock", after=after)
    return True


def _keep_remaining_time(session: Session, latest_at: datetime, moment: datetime) -> None:
    """What had expired stays expired; the rest ends as long after `moment` as it would have after `latest_at`."""
    row: Any
    for model in _LIVING_BY_TIME:
        for row in session.execute(select(model).where(model.expires_at > moment)).unique().scalars():
            row.expires_at = moment + max(row.expires_at - latest_at, timedelta())
    session.flush()


def _forget_future_steps(session: Session, moment: datetime) -> None:
    """Codes are accepted in ascending order; after a time ahead the order begins again, without those used already."""
    step = int(moment.timestamp()) // STEP_SECONDS
    session.execute(update(Account).where(Account.totp_last_step > step).values(totp_last_step=step))


def _store(session: Session, moment: datetime) -> None:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(ClockMark).values(id=1, latest_at=moment)
    session.execute(insert.on_conflict_do_update(index_elements=["id"], set_={"latest_at": moment}))


def _current_time(session: Session) -> datetime:
    if session.get_bind().dialect.name != "postgresql":
        return now()
    moment: datetime = session.execute(select(func.date_trunc("second", func.clock_timestamp()))).scalar_one()
    return moment.astimezone(now().tzinfo)
