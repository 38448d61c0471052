"""Term: one value of a facet, with its names and its broader term. Another fund can have other terms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.orm import Model

# The key of `extra` with the codes of terms that were merged into this one; they go on working in addresses.
FORMER_CODES = "former_codes"


class Term(Model):
    """`code` is used in URLs; `names` are by language, `aliases` are other spellings.

    `phrase` is the term inside an English sentence ("the Middle East", "completed").
    """

    __tablename__ = "term"
    __table_args__ = (UniqueConstraint("facet", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    facet: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(80))
    name: Mapped[str]
    names: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list)
    phrase: Mapped[str] = mapped_column(default="")
    extra: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    position: Mapped[int] = mapped_column(default=0)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("term.id"))

    parent: Mapped[Term | None] = relationship(remote_side=[id], lazy="raise")
