"""OutboxMessage: a mail, stored with the step it tells of and sent afterwards; OutboxHold: nothing is sent now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.orm import Model, UTCDateTime, now
from portal.models.account import MAX_EMAIL_LENGTH
from portal.vocabulary.mail import MailKind, MailState

MAX_KEY_LENGTH, MAX_MAIL_ERROR_LENGTH = 120, 300


class OutboxMessage(Model):
    """`key` names what it tells and whom, so the same is never told twice. `content` is the mail as JSON, encrypted if
    it holds a secret link, and "" once it is sent or dropped.

    `is_daily`: it waits for the digest of its account. `expires_at` is when the last try is, or when the link in it
    ends. A sender that has it writes its `claim`; after `claimed_until` another one may take it.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(str(state)) for state in MailState)})", name="known_state"),
        CheckConstraint(f"kind IN ({', '.join(repr(str(kind)) for kind in MailKind)})", name="known_kind"),
        Index("ix_outbox_message_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(MAX_KEY_LENGTH), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default=MailState.WAITING)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    address: Mapped[str] = mapped_column(String(MAX_EMAIL_LENGTH))
    message_id: Mapped[str] = mapped_column(String(300))
    content: Mapped[str] = mapped_column(default="")
    is_daily: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    claim: Mapped[str] = mapped_column(String(32), default="")
    claimed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    error: Mapped[str] = mapped_column(String(MAX_MAIL_ERROR_LENGTH), default="")
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class OutboxHold(Model):
    """One row while the outbox is held, as after a restored backup; `since` is when that began."""

    __tablename__ = "outbox_hold"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    since: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
