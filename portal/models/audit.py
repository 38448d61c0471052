"""AuditEvent: who did what, when and from where; RequiredAuditEvent: how the database enforces that it is recorded.

Triggers (migration 0010) insert a RequiredAuditEvent for each changed row of an audited table. It refers to an event
that does not exist; the AuditEvent of the same subject, inserted later in the transaction, deletes it. A commit without
that event violates the deferred foreign key and fails, so the table is empty between transactions.

AuditLeaf: the place of an event in the Merkle log that `portal audit publish` publishes (services.audit.publishing).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.orm import Model, UTCDateTime, now

# By table: the kind of subject that an event must name if a row changes, and the column with the subject's id.
AUDITED_TABLES = {
    "project": ("project", "id"),
    "project_country": ("project", "project_id"),
    "project_tag": ("project", "project_id"),
    "project_translation": ("project", "project_id"),
    "former_key": ("project", "project_id"),
    "account": ("account", "id"),
    "recovery_code": ("account", "account_id"),
    "revision": ("revision", "id"),
    "term": ("term", "id"),
}


class AuditEvent(Model):
    """Events can be added only; triggers reject updates and deletions.

    `before` and `after` hold the changed fields only. A bulk event covers all changes of its transaction.
    `chain_before` and `chain` are not used: AuditLeaf replaces the hash chain they were reserved for.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        CheckConstraint("id > 0", name="id_positive"),
        Index("ix_audit_event_subject_kind_subject_id", "subject_kind", "subject_id"),
        Index("ix_audit_event_actor_id", "actor_id"),
        Index("ix_audit_event_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    actor: Mapped[str] = mapped_column(String(400))
    verb: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str] = mapped_column(String(64))
    is_bulk: Mapped[bool] = mapped_column(default=False)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    request_id: Mapped[str] = mapped_column(String(64), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    chain_before: Mapped[str | None] = mapped_column(String(64))
    chain: Mapped[str | None] = mapped_column(String(64))


class RequiredAuditEvent(Model):
    """An event that the transaction must still record; never committed."""

    __tablename__ = "audit_due"
    __table_args__ = (Index("ix_audit_due_subject_kind_subject_id", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str] = mapped_column(String(64))
    satisfied_by: Mapped[int] = mapped_column(
        "paid_by", ForeignKey("audit_event.id", deferrable=True, initially="DEFERRED"), default=0, server_default="0"
    )


class AuditLeaf(Model):
    """The leaf of one event, at `index` of the log, counted from 0; assigned when it is published, after the event.

    `commitment` is what is published, 32 bytes; with the event and the 32 bytes of `salt` it can be computed again. A
    leaf without salt is of an erased event. One without event is of an event that was lost in a restore. Triggers
    (migration 0033) reject deletions, and every change other than the deletion of the salt.
    """

    __tablename__ = "audit_leaf"
    __table_args__ = (CheckConstraint("leaf_index >= 0", name="index_from_zero"),)

    index: Mapped[int] = mapped_column("leaf_index", primary_key=True, autoincrement=False)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("audit_event.id"), unique=True)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    commitment: Mapped[bytes] = mapped_column(LargeBinary)
