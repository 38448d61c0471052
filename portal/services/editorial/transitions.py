"""Records a step of a revision, finds out whether somebody else was faster, and has those told whom it concerns."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portal.errors import Conflict
from portal.models import Account, ProjectDraft, Revision
from portal.services.audit import recording
from portal.services.editorial.notices import steps
from portal.services.editorial.workflow import Action


def record_transition(
    session: Session,
    revision: Revision,
    action: Action,
    by: Account,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    mine: ProjectDraft | None = None,
) -> Revision:
    """Flush the change, record its event and write the mail of it; raises Conflict if another request has just changed
    the revision."""
    revision_id = revision.id
    try:
        event = recording.record(session, action, "revision", revision_id, before=before, after=after, by=by)
    except StaleDataError as error:
        session.rollback()
        current = session.get_one(Revision, revision_id)
        raise Conflict(
            conflict_with="revision", mine=mine or current.draft, theirs=current.draft, version=current.version
        ) from error
    steps.tell_of_step(session, revision, action, event, by, before or {})
    return revision
