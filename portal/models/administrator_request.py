"""AdministratorRequest: one administrator asks another to confirm a new one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.orm import Model, UTCDateTime, now
from portal.models.account import MAX_EMAIL_LENGTH, MAX_NAME_LENGTH, Account


class AdministratorRequest(Model):
    """`account` is who is to become an administrator; an invitation has none yet. `email` and `name` are as asked for.

    `requested_version` is the credential version of whoever asked: a later one makes the request void. The database
    refuses a confirmation by the same person.
    """

    __tablename__ = "administrator_request"
    __table_args__ = (
        CheckConstraint("kind IN ('invite', 'promote', 'enable')", name="known_kind"),
        CheckConstraint(
            "decision IS NULL OR decision IN ('confirmed', 'declined', 'withdrawn')", name="known_decision"
        ),
        CheckConstraint("(kind = 'invite') = (account_id IS NULL)", name="account_or_email"),
        CheckConstraint(
            "decision IS NULL OR decision <> 'confirmed' "
            "OR (decided_by_id IS NOT NULL AND decided_by_id <> requested_by_id)",
            name="second_person",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    email: Mapped[str] = mapped_column(String(MAX_EMAIL_LENGTH), default="")
    name: Mapped[str] = mapped_column(String(MAX_NAME_LENGTH), default="")
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    requested_version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decision: Mapped[str | None] = mapped_column(String(10))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    account: Mapped[Account | None] = relationship(foreign_keys=[account_id], lazy="joined")
    requested_by: Mapped[Account] = relationship(foreign_keys=[requested_by_id], lazy="joined", innerjoin=True)

    @property
    def candidate_name(self) -> str:
        return self.account.name if self.account else self.name

    @property
    def candidate_email(self) -> str:
        return self.account.email if self.account else self.email
