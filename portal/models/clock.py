"""ClockMark: the latest time that the portal has seen; UsedCode: the one-time codes that it has accepted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.orm import Model, UTCDateTime


class ClockMark(Model):
    """One row. `latest_at` goes on with the clock and never back by itself (see services.accounts.clock)."""

    __tablename__ = "clock_mark"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    latest_at: Mapped[datetime] = mapped_column(UTCDateTime)


class UsedCode(Model):
    """A time step whose code an account has used; never accepted again, wherever the clock stands."""

    __tablename__ = "used_code"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
