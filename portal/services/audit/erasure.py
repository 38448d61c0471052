"""Erasing what an audit event says of persons and values, so that the log still verifies.

What was published of the event is a commitment, which says nothing without its salt. Deleting the salt closes it for
good; an event of its own says that this was done, and that event is in the log too.
"""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.errors import AuditLogDiffers
from portal.models import AuditEvent, AuditLeaf
from portal.services.audit import recording

ERASE_VERB, EVENT_KIND = "erase", "audit event"
ERASED_ACTOR = "erased"


def erase(session: Session, event_id: int, reason: str) -> None:
    """Erase who did it, from where, and the values before and after; what was done when to what remains.

    Raises AuditLogDiffers if there is no such event in the log, or it is erased already.
    """
    leaf = session.query(AuditLeaf).filter_by(event_id=event_id).one_or_none()
    if leaf is None or leaf.salt is None:
        raise AuditLogDiffers(
            f"Event {event_id} is not in the log, or is erased already. A new event can be erased once portal audit "
            "publish has run."
        )
    # In this order: a trigger allows the second change after the first only.
    session.execute(update(AuditLeaf).where(AuditLeaf.event_id == event_id).values(salt=None))
    erased = {"actor_id": None, "actor": ERASED_ACTOR, "request_id": "", "address": "", "before": None, "after": None}
    session.execute(update(AuditEvent).where(AuditEvent.id == event_id).values(erased))
    recording.record(session, ERASE_VERB, EVENT_KIND, event_id, after={"reason": reason})


def is_erased(event: AuditEvent) -> bool:
    """Whether the event says nothing any more that can be erased."""
    return event.actor == ERASED_ACTOR and (event.actor_id, event.address, event.before, event.after) == (
        None, "", None, None,
    )  # fmt: skip
