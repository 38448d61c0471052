"""LanguageGuess: in which language a record probably is whose languages nobody stated. It is never public."""

from __future__ import annotations

from sqlalchemy import Float, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.orm import Model


class LanguageGuess(Model):
    """Codes, "" where the text is too short for a guess, and certainties from 0 to 1.

    `version` is that of the record it was made for; with another version it is out of date.
    """

    __tablename__ = "language_guess"

    project_id: Mapped[int] = mapped_column(
        ForeignKey("project.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    version: Mapped[int]
    title_language: Mapped[str] = mapped_column(String(8), default="")
    title_certainty: Mapped[float] = mapped_column(Float, default=0.0)
    language: Mapped[str] = mapped_column(String(8), default="")
    certainty: Mapped[float] = mapped_column(Float, default=0.0)
