"""Revision: a proposed version of a project, from draft to publication; IdempotencyKey: a form that was processed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.orm import Model, UTCDateTime, now
from portal.models.account import Account
from portal.models.draft import ProjectDraft
from portal.models.project import Project
from portal.vocabulary.workflow import APPROVED_STATES, OPEN_STATES, State

# The verdict of a decision that no person made: a scheduled revision that could not be published.
SCHEDULE_INVALIDATED = "overtaken"


def _sql_list(states: tuple[State, ...]) -> str:
    return ", ".join(f"'{state}'" for state in states)


class Revision(Model):
    """`project_id` is None for a new project until it is published. `base_version` is the version of the project from
    which the revision started; `version` is what a form must send back to overwrite it.

    `decisions` is the history of decisions, oldest first: {"at", "by", "verdict", "note", "reasons": {field: reason},
    "accepted": [field]}; a return also holds the "text" that was returned and the author's "answers" by field.
    `field_reviews` holds a reviewer's last decision on each field, and a note that was begun (see
    services.editorial.field_marks). `note` is the author's note to the reviewer.

    `field_editors` says who else than the author changed a field's present text (see services.editorial.authorship).
    `base_digests` are those of the public record that the change started from, by field (services.editorial.merging).
    `previous_author_id` is the author whose work was handed over at `handed_over_at`.
    """

    __tablename__ = "revision"
    __table_args__ = (
        # Four eyes, enforced by the database: nobody approves or publishes what they wrote or last edited.
        CheckConstraint(
            f"state NOT IN ({_sql_list(APPROVED_STATES)}) OR (decided_by_id IS NOT NULL"
            " AND decided_by_id <> last_editor_id AND decided_by_id <> author_id)",
            name="four_eyes_decide",
        ),
        CheckConstraint(
            "published_by_id IS NULL OR (published_by_id <> last_editor_id AND published_by_id <> author_id)",
            name="four_eyes_publish",
        ),
        CheckConstraint(f"state IN ({_sql_list(tuple(State))})", name="known_state"),
        Index(
            "uq_revision_project_id_author_id",
            "project_id",
            "author_id",
            unique=True,
            sqlite_where=text(f"state IN ({_sql_list(OPEN_STATES)})"),
            postgresql_where=text(f"state IN ({_sql_list(OPEN_STATES)})"),
        ),
        Index("ix_revision_state_submitted_at", "state", "submitted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    state: Mapped[str] = mapped_column(String(20), default=State.DRAFT)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    note: Mapped[str] = mapped_column(default="")
    decisions: Mapped[list[dict[str, Any]]] = mapped_column("rounds", JSON, default=list)
    field_reviews: Mapped[dict[str, dict[str, Any]]] = mapped_column("marks", JSON, default=dict, server_default="{}")
    field_editors: Mapped[dict[str, list[dict[str, Any]]]] = mapped_column(JSON, default=dict, server_default="{}")
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    previous_author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    handed_over_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_editor_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    restored_from_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    base_version: Mapped[int] = mapped_column("based_on", default=0)
    base_digests: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    publish_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    project: Mapped[Project | None] = relationship()
    author: Mapped[Account] = relationship(foreign_keys=[author_id])
    previous_author: Mapped[Account | None] = relationship(foreign_keys=[previous_author_id])
    last_editor: Mapped[Account] = relationship(foreign_keys=[last_editor_id])
    claimed_by: Mapped[Account | None] = relationship(foreign_keys=[claimed_by_id])
    decided_by: Mapped[Account | None] = relationship(foreign_keys=[decided_by_id])

    # Optimistic locking: if two people read the same version, the second UPDATE raises StaleDataError.
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy declares it so)

    @property
    def label(self) -> str:
        """The name in the interface, for example R-123."""
        return f"R-{self.id}"

    @property
    def draft(self) -> ProjectDraft:
        return ProjectDraft.from_json(self.payload)

    @property
    def schedule_failure(self) -> str:
        """Why a scheduled publication failed; "" once somebody decides on the revision or its author resubmits it."""
        is_waiting = self.state in (State.SUBMITTED, State.IN_REVIEW) and self.decisions
        last: dict[str, Any] = self.decisions[-1] if is_waiting else {}
        if last.get("verdict") != SCHEDULE_INVALIDATED or self.submitted_at is None:
            return ""
        return str(last["note"]) if datetime.fromisoformat(last["at"]) >= self.submitted_at else ""

    @property
    def reasons(self) -> dict[str, str]:
        """The requested changes by field, from the last reviewer who returned it; empty once it is resubmitted."""
        is_returned = self.state in (State.RETURNED, State.DRAFT) and self.decisions
        reasons: dict[str, str] = self.decisions[-1]["reasons"] if is_returned else {}
        return reasons


class IdempotencyKey(Model):
    """The result of one submitted form, so that a repeated POST has the same result.

    `digest` is that of the submitted fields. `kind` is "form", whose `location` is the redirect target, or "page",
    whose `location` identifies the only draft that the page may create.
    """

    __tablename__ = "submission_key"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(4), primary_key=True, server_default="form")
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), default="", server_default="")
    location: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, index=True)
