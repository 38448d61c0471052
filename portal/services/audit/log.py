"""The audit log for administrators: events by actor, verb, subject and date, newest first, in pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import AuditEvent

PAGE_SIZE = 50


@dataclass(frozen=True)
class AuditFilter:
    """Which events to list; every part is optional. Dates are in UTC and inclusive; `before_id` starts the page."""

    actor: str = ""
    verb: str = ""
    kind: str = ""
    subject: str = ""
    first_day: date | None = None
    last_day: date | None = None
    before_id: int | None = None


def find_events(session: Session, audit_filter: AuditFilter) -> tuple[list[AuditEvent], int | None]:
    """A page of events, newest first, and the `before_id` of the next page; None on the last page."""
    query = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(PAGE_SIZE + 1)
    if audit_filter.actor:
        query = query.where(AuditEvent.actor.icontains(audit_filter.actor, autoescape=True))
    for column, value in (
        (AuditEvent.verb, audit_filter.verb),
        (AuditEvent.subject_kind, audit_filter.kind),
        (AuditEvent.subject_id, audit_filter.subject),
    ):
        if value:
            query = query.where(column == value)
    if audit_filter.first_day:
        query = query.where(AuditEvent.at >= datetime.combine(audit_filter.first_day, time(), UTC))
    if audit_filter.last_day:
        query = query.where(AuditEvent.at < datetime.combine(audit_filter.last_day + timedelta(days=1), time(), UTC))
    if audit_filter.before_id is not None:
        query = query.where(AuditEvent.id < audit_filter.before_id)
    events = list(session.execute(query).scalars())
    return events[:PAGE_SIZE], events[PAGE_SIZE - 1].id if len(events) > PAGE_SIZE else None


def verbs(session: Session) -> list[str]:
    """All verbs in the log, in alphabetical order."""
    return list(session.execute(select(AuditEvent.verb).distinct().order_by(AuditEvent.verb)).scalars())


def subject_kinds(session: Session) -> list[str]:
    """All kinds of subjects in the log, in alphabetical order."""
    query = select(AuditEvent.subject_kind).distinct().order_by(AuditEvent.subject_kind)
    return list(session.execute(query).scalars())
