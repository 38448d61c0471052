"""ImportRun: one `portal import`, and what it changed, so that it can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.orm import Model, UTCDateTime, now


class ImportRun(Model):
    """`undone_at` is set once; the changes of old runs are deleted, so only recent runs can be undone."""

    __tablename__ = "import_run"
    # SQLite would give the id of a deleted run to the next one.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  (SQLAlchemy declares it so)

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ImportChange(Model):
    """A project that a run added (`before` is None) or changed: `before` holds its values in the driver's format.

    `version` is the version of the project after the run; a higher one shows that somebody has changed it since.
    `project_id` is no foreign key, so that a change does not keep a project from being deleted.
    """

    __tablename__ = "import_change"

    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), primary_key=True)
    project_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version: Mapped[int]
    slug: Mapped[str]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
