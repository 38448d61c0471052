"""From an agreed revision to the public record, and back: record, links, text index, revision and events in one go.

Everything happens in the caller's transaction and is public with its commit.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from portal.database.orm import now
from portal.errors import Conflict, FieldError, Forbidden, InvalidTransition, ValidationFailed
from portal.models import (
    Account,
    Catalogue,
    FormerKey,
    PartialDate,
    Project,
    ProjectCountry,
    ProjectDraft,
    ProjectTag,
    Revision,
)
from portal.models.revision import SCHEDULE_INVALIDATED
from portal.search.fulltext import text_index
from portal.services.audit import recording
from portal.services.editorial import workflow
from portal.services.editorial.workflow import Action
from portal.services.records import published, submission_checks
from portal.services.records.values import STORED_COLUMNS, Proposal
from portal.text import cleaning
from portal.vocabulary.workflow import State

MAX_REASON_LENGTH = 1_000


def publish(session: Session, revision: Revision, *, by: Account | None = None) -> Project:
    """Make an approved or scheduled revision the public record; `by` is None when its set time has come.

    Raises WrongStep, NotAllowed, Incomplete, and Conflict when the record has changed since the revision began.
    """
    if by is not None:
        workflow.check_transition(Action.PUBLISH, revision, by)
        revision.published_by_id = by.id
    elif revision.state != State.SCHEDULED:
        raise InvalidTransition(f"{revision.label} is {revision.state}: it has no time at which it is published.")
    check_base(session, revision)
    proposal = submission_checks.build_proposal(session, revision.draft, project_id=revision.project_id)
    before = published.draft_from_project(session, revision.project) if revision.project else ProjectDraft()
    verb = "publish" if revision.project is None else "change"
    if revision.project is not None and revision.project.published_at is None:
        verb = "publish again"
    project = revision.project or Project(
        key="", key_folded="", title="", title_sort="", fingerprint="", is_sample=False, version=1
    )
    try:
        _apply_to_project(session, project, proposal)
    except StaleDataError as why:
        session.rollback()
        raise InvalidTransition("The record was changed at this very moment. Open the revision again.") from why
    _supersede(session, project, by)
    _invalidate_scheduled(session, project, f"{revision.label} was published first", by, except_for=revision)
    revision.project_id = project.id
    revision.state = State.PUBLISHED
    revision.published_at = now()
    revision.publish_at = None
    session.flush()
    # The next change starts from here.
    revision.base_version = project.version
    changed = {name: value for name, value in revision.payload.items() if before.as_json().get(name) != value}
    recording.record(session, "publish", "revision", revision.id, after={"state": State.PUBLISHED}, by=by)
    recording.record(
        session,
        verb,
        "project",
        project.id,
        before={name: before.as_json().get(name) for name in changed},
        after=changed | {"revision": revision.id},
        by=by,
    )
    Catalogue.touch(session, [project.id])
    return project


def check_base(session: Session, revision: Revision) -> None:
    """Raise Conflict when the record has moved on since the revision started from it."""
    project = revision.project
    if project is not None and project.version != revision.base_version:
        raise Conflict(
            conflict_with="project",
            mine=revision.draft,
            theirs=published.draft_from_project(session, project),
            version=project.version,
        )


def schedule(session: Session, revision: Revision, *, at: datetime, by: Account) -> Revision:
    """Have an approved revision published at a moment to come (UTC)."""
    to = workflow.check_transition(Action.SCHEDULE, revision, by)
    if at <= now():
        raise ValidationFailed(
            [FieldError("publish_at", "This moment has passed.", "Choose one to come, or publish now.")]
        )
    revision.state, revision.publish_at, revision.published_by_id = to, at, by.id
    recording.record(session, "schedule", "revision", revision.id, after={"publish_at": at.isoformat()}, by=by)
    return revision


def unschedule(session: Session, revision: Revision, *, by: Account) -> Revision:
    """Take a revision off the schedule; it stays approved."""
    revision.state = workflow.check_transition(Action.UNSCHEDULE, revision, by)
    revision.publish_at = revision.published_by_id = None
    recording.record(session, "unschedule", "revision", revision.id, by=by)
    return revision


def return_to_queue(session: Session, revision: Revision, reason: str, *, by: Account | None = None) -> Revision:
    """Take a scheduled revision that cannot be published off the schedule, to the reviewers, who read why.

    It is due when it would have become public; its author is not asked before a reviewer has looked.
    """
    moment, at = now(), revision.publish_at
    before = {"state": revision.state, "publish_at": at and at.isoformat()}
    entry = {"at": moment.isoformat(), "by": by.id if by else None, "verdict": SCHEDULE_INVALIDATED, "note": reason}
    revision.decisions = [*revision.decisions, entry | {"reasons": {}, "accepted": []}]
    revision.state, revision.due_at = State.SUBMITTED, at
    revision.publish_at = revision.published_by_id = None
    revision.claimed_by_id = revision.claimed_at = revision.decided_by_id = revision.decided_at = None
    after = {"state": State.SUBMITTED, "reason": reason}
    recording.record(session, "give back", "revision", revision.id, before=before, after=after, by=by)
    return revision


def _invalidate_scheduled(
    session: Session, project: Project, cause: str, by: Account | None, except_for: Revision | None = None
) -> None:
    """Scheduled changes of a record that has just changed can never be published as they are."""
    query = select(Revision).where(Revision.project_id == project.id, Revision.state == State.SCHEDULED)
    for revision in session.execute(query).scalars().all():
        if revision is not except_for:
            reason = f"{cause}, before the time of this one came, so it no longer fits the record. It is not published."
            return_to_queue(session, revision, reason, by=by)


def due_for_publication(session: Session, moment: datetime | None = None) -> list[int]:
    """The ids of the revisions whose time has come, in the order of their times."""
    query = select(Revision.id).where(Revision.state == State.SCHEDULED, Revision.publish_at <= (moment or now()))
    return list(session.execute(query.order_by(Revision.publish_at, Revision.id)).scalars())


def withdraw(session: Session, project: Project, *, reason: str, by: Account | None) -> Project:
    """Take a record back from the public; its address stays and says when and why. `by` is None for the operator.

    Raises NotAllowed, WrongStep when it is not public, Incomplete without a reason.
    """
    if by is not None and (by.is_disabled or not by.is_reviewer):
        raise Forbidden("Records can be withdrawn by a reviewer only.")
    if project.published_at is None:
        raise InvalidTransition("This record is not public, so there is nothing to withdraw.")
    reason = cleaning.clean_line(reason)
    if not reason or len(reason) > MAX_REASON_LENGTH:
        advice = f"Say in up to {MAX_REASON_LENGTH:,} characters why; the public reads it."
        raise ValidationFailed([FieldError("reason", "The reason is missing or too long.", advice)])
    project.published_at = None
    project.withdrawn_at = now()
    project.withdrawn_reason = reason
    project.changed_at = now()
    session.flush()
    for revision in _published_revisions(session, project):
        revision.state = State.WITHDRAWN
        revision.base_version = project.version
        recording.record(session, "withdraw", "revision", revision.id, after={"reason": reason}, by=by)
    _invalidate_scheduled(session, project, "The record was withdrawn", by)
    text_index.remove(session, [project.id])
    recording.record(session, "withdraw", "project", project.id, after={"reason": reason}, by=by)
    Catalogue.touch(session, [project.id])
    return project


def _apply_to_project(session: Session, project: Project, proposal: Proposal) -> None:
    """The proposal onto the row, its links and the text index."""
    moment = now()
    is_fresh = project.id is None
    renumbered = not is_fresh and project.number != proposal.number
    if is_fresh or (renumbered and proposal.number):
        if not is_fresh:
            session.add(FormerKey(key_folded=project.key_folded, project_id=project.id))
        project.key = free_slug(session, proposal.key)
        project.key_folded = project.key.casefold()
    values: dict[str, Any] = dict(zip(STORED_COLUMNS, proposal, strict=False))
    for name in ("start", "end"):
        values[name] = PartialDate.parse(str(values[name])) if values[name] else None
    if proposal.budget is not None:
        values["budget"] = Decimal(proposal.budget).scaleb(-2)
    for name, value in values.items():
        setattr(project, name, value)
    project.fingerprint, project.is_sample = proposal.fingerprint, False
    project.changed_at = moment
    project.published_at = project.published_at or moment
    project.withdrawn_at, project.withdrawn_reason = None, ""
    session.add(project)
    if not is_fresh:
        # A change of links alone is a change of the record too, and must count as a version.
        flag_modified(project, "changed_at")
    session.flush()
    for model in (ProjectCountry, ProjectTag):
        session.execute(delete(model).where(model.project_id == project.id))
    if proposal.country_links:
        rows = [
            {"project_id": project.id, "term_id": term, "is_eligible": eligible}
            for term, eligible in proposal.country_links
        ]
        session.execute(insert(ProjectCountry), rows)
    if proposal.tags:
        session.execute(insert(ProjectTag), [{"project_id": project.id, "term_id": term} for term in proposal.tags])
    text_index.repair(session, [project.id])


def free_slug(session: Session, stem: str) -> str:
    """The key itself, or the first numbered one that neither a present nor a former address has."""
    key, number = stem, 1
    while _is_taken(session, key.casefold()):
        number += 1
        key = f"{stem}-{number}"
    return key


def _is_taken(session: Session, folded: str) -> bool:
    present = session.execute(select(Project.id).where(Project.key_folded == folded)).first()
    return bool(present or session.execute(select(FormerKey).where(FormerKey.key_folded == folded)).first())


def _published_revisions(session: Session, project: Project) -> list[Revision]:
    query = select(Revision).where(Revision.project_id == project.id, Revision.state == State.PUBLISHED)
    return list(session.execute(query).scalars())


def _supersede(session: Session, project: Project, by: Account | None) -> None:
    for earlier in _published_revisions(session, project):
        earlier.state = State.SUPERSEDED
        recording.record(session, "supersede", "revision", earlier.id, after={"state": State.SUPERSEDED}, by=by)
