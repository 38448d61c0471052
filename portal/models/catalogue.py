"""Catalogue: one row that names the present state of all published projects."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import CheckConstraint, String, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.models.base import Model, Moment, now


class Catalogue(Model):
    """`stamp` is new whenever anything public changes: processes compare it to know their index is old.

    It is random, not counted, so that a restored or rolled-back database never repeats one.
    """

    __tablename__ = "catalogue"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stamp: Mapped[str] = mapped_column(String(32))
    changed_at: Mapped[datetime | None] = mapped_column(Moment)

    @staticmethod
    def touch(session: Session) -> None:
        """Say, in the transaction that changes something public, that something public changed."""
        session.execute(update(Catalogue).values(stamp=secrets.token_hex(8), changed_at=now()))
