"""SchemaInfo: what the newest migration says of itself, for code that is older than it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.orm import Model


class SchemaInfo(Model):
    """One row. `oldest_code` is the newest revision that code must know to run on these tables."""

    __tablename__ = "schema_info"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    oldest_code: Mapped[str] = mapped_column(String(32))
