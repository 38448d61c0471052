"""JobRun: one run of a command that a timer starts, so that somebody notices when it fails or stays away.
TrialWrite: what health checks write to see whether anything can be written."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.orm import Model, UTCDateTime


class JobRun(Model):
    """`finished_at` is None while it runs, and for ever if it was killed; `outcome` is running, done or failed."""

    __tablename__ = "job_run"
    __table_args__ = (Index("ix_job_run_name", "name", "started_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str] = mapped_column(String(8), default="running")
    message: Mapped[str] = mapped_column(String(300), default="")


class TrialWrite(Model):
    """The last trial: its one row is replaced each time, with as many bytes as a small change of a record."""

    __tablename__ = "trial_write"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)
    filling: Mapped[bytes] = mapped_column(LargeBinary)
