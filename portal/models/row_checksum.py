"""RowChecksum: the checksum of a project's row as the portal stored it; RowCheck: what the last comparison found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.orm import Model, UTCDateTime


class RowChecksum(Model):
    """`checksum` covers the row and its links at `version` of the project (see services.integrity.row_checksums).

    A project without one, or with a newer version, was stored since the last check, which gives it one.
    """

    __tablename__ = "row_checksum"

    project_id: Mapped[int] = mapped_column(
        ForeignKey("project.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    version: Mapped[int]
    checksum: Mapped[str] = mapped_column(String(48))


class RowCheck(Model):
    """The last `portal check-rows`, in one row: how many records it compared, and one entry for each damaged one.

    An entry is {"id": id of the project, "label": its Projects ID or address, "reason": one sentence}. `terms` is the
    checksum of all terms, which was right when `last_event_id` was the newest audit event.
    """

    __tablename__ = "row_check"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    compared: Mapped[int]
    damaged: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    terms: Mapped[str] = mapped_column(String(48))
    last_event_id: Mapped[int]
