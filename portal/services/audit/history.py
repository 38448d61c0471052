"""What became of a record and of a revision: for the public what changed when, for staff also who and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database.public_reader import PROJECT_EVENT
from portal.models import AuditEvent, Project

# The verbs of events that the public may see (as the view project_event has them), and their names there.
_PUBLIC_NAMES = {
    "publish": "published",
    "change": "changed",
    "publish again": "published again",
    "withdraw": "withdrawn",
}
_HIDDEN_VERBS = {"save"}


@dataclass(frozen=True)
class PublicChange:
    """One public change: what happened, the fields it touched with their text before and after. No names."""

    at: datetime
    kind: str
    fields: tuple[str, ...]
    before: dict[str, Any]
    after: dict[str, Any]


def public_changes(session: Session, project: Project) -> tuple[PublicChange, ...]:
    """The public history of one record, newest first; the first entry in time is when it was first published."""
    told_of = select(PROJECT_EVENT).where(PROJECT_EVENT.c.project_id == project.id)
    events = session.execute(told_of.order_by(PROJECT_EVENT.c.id.desc())).all()
    found = []
    for event in events:
        if what := _PUBLIC_NAMES.get(event.verb):
            told = event.verb != "withdraw"
            after = {name: value for name, value in (event.after or {}).items() if told and name != "revision"}
            found.append(PublicChange(event.at, what, tuple(after), (event.before or {}) if told else {}, after))
    if not any(event.verb == "publish" for event in events):
        # It came with an import, whose one event stands for many records.
        found.append(PublicChange(project.created_at, "published", (), {}, {}))
    return tuple(found)


def revision_events(session: Session, revision_id: int, *, with_saves: bool = False) -> list[AuditEvent]:
    """The events of one revision for staff, newest first; savings of the rolling draft only on demand."""
    query = select(AuditEvent).where(AuditEvent.subject_kind == "revision", AuditEvent.subject_id == str(revision_id))
    events = session.execute(query.order_by(AuditEvent.id.desc())).scalars()
    return [event for event in events if with_saves or event.verb not in _HIDDEN_VERBS]
