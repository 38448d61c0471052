"""Account: a member of staff, with password, second factor, sessions, one-time links and login attempts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.orm import Model, UTCDateTime, now
from portal.vocabulary.mail import MailChoice
from portal.vocabulary.workflow import Role

MAX_NAME_LENGTH, MAX_EMAIL_LENGTH = 120, 254
# An encrypted secret is longer than its plain text; SQLite ignores the length.
ENCRYPTED_TEXT = String(64).with_variant(String(255), "postgresql")


class Account(Model):
    """`email` is case-folded. `totp_secret` is encrypted, `totp_last_step` the last time step used.

    Every change of password, second factor, role or state increments `credential_version`, which ends all sessions
    and invalidates all links issued before. `language` is a code of i18n.languages; "" if none was chosen.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("role IN ('author', 'reviewer', 'administrator')", name="known_role"),
        CheckConstraint("mail_choice IN ('at once', 'daily', 'none')", name="known_mail_choice"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(MAX_EMAIL_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME_LENGTH))
    role: Mapped[str] = mapped_column(String(20), default=Role.AUTHOR)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_secret: Mapped[str | None] = mapped_column(ENCRYPTED_TEXT)
    totp_last_step: Mapped[int | None]
    is_disabled: Mapped[bool] = mapped_column(default=False)
    credential_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    signed_in_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    mail_choice: Mapped[str] = mapped_column(String(10), default=MailChoice.AT_ONCE, server_default=MailChoice.AT_ONCE)
    language: Mapped[str] = mapped_column(String(10), default="", server_default="")

    @property
    def has_second_factor(self) -> bool:
        return self.totp_secret is not None

    @property
    def needs_second_factor(self) -> bool:
        return self.role in (Role.REVIEWER, Role.ADMINISTRATOR)

    @property
    def is_reviewer(self) -> bool:
        """True for administrators too, who have all rights of reviewers."""
        return self.role in (Role.REVIEWER, Role.ADMINISTRATOR)

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR


class RecoveryCode(Model):
    """One of ten single-use codes that replace the second factor; only its SHA-256 is stored."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AccountSession(Model):
    """A session of an account; only the SHA-256 of its token is stored. `stage` is the progress of the sign-in."""

    __tablename__ = "account_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    credential_version: Mapped[int]
    stage: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    authenticated_at: Mapped[datetime] = mapped_column("proved_at", UTCDateTime, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    agent: Mapped[str] = mapped_column(String(80), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    # The encrypted secret of a second factor that is being set up, until its first code is entered.
    pending_secret: Mapped[str | None] = mapped_column(ENCRYPTED_TEXT)

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class OneTimeLink(Model):
    """An invitation or password-reset link; only the SHA-256 of its token is stored.

    `is_requested`: somebody who said to be the owner asked for it; nobody handed it over.
    """

    __tablename__ = "one_time_link"
    __table_args__ = (CheckConstraint("purpose IN ('first', 'invite', 'reset')", name="known_purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(10))
    is_requested: Mapped[bool] = mapped_column(default=False, server_default=false())
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    credential_version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class EmailChange(Model):
    """A requested change of email address, until a link sent to the new address confirms it.

    Only the SHA-256 of the token in the link is stored.
    """

    __tablename__ = "email_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    email: Mapped[str] = mapped_column(String(MAX_EMAIL_LENGTH))
    credential_version: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class Attempt(Model):
    """One rate-limited attempt; stored in the database, so that a restart does not reset a limit."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_kind_account_key_at", "kind", "account_key", "at"),
        Index("ix_attempt_kind_address_key_at", "kind", "address_key", "at"),
        Index("ix_attempt_kind_at", "kind", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    account_key: Mapped[str] = mapped_column(String(64))
    address_key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
