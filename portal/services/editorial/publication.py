"""Publishing, scheduling and withdrawing: updates the project, its links, the text index, revisions and audit events.

Everything happens in the caller's transaction and becomes public when it commits.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from portal.database.orm import now
from portal.errors import Conflict, FieldError, Forbidden, InvalidTransition, ValidationFailed
from portal.i18n.catalogues import N_, gettext
from portal.i18n.numbers import grouped
from portal.i18n.stored_sentences import StoredSentence
from portal.models import (
    Account,
    AuditEvent,
    Catalogue,
    PartialDate,
    Project,
    ProjectCountry,
    ProjectDraft,
    ProjectTag,
    Revision,
    SlugHistory,
)
from portal.models.revision import SCHEDULE_INVALIDATED
from portal.search.fulltext import text_index
from portal.services.audit import recording
from portal.services.editorial import entered_text, workflow
from portal.services.editorial.notices import steps
from portal.services.editorial.workflow import Action
from portal.services.integrity import row_checksums
from portal.services.records import published, submission_checks
from portal.services.records.slugs import first_free_slug, is_slug_taken
from portal.services.records.translations import translation_rows
from portal.services.records.values import STORED_COLUMNS, RecordValues
from portal.text import cleaning
from portal.vocabulary.workflow import State

MAX_REASON_LENGTH = 1_000

# Why a scheduled revision came back.
PUBLISHED_FIRST = StoredSentence(
    N_("%(revision)s was published first, so this scheduled revision no longer fits the record. It was not published.")
)
RECORD_WITHDRAWN = StoredSentence(
    N_("The record was withdrawn, so this scheduled revision no longer fits the record. It was not published.")
)


def publish(session: Session, revision: Revision, *, by: Account | None = None) -> Project:
    """Make an approved or scheduled revision the public record; `by` is None at its scheduled time.

    Raises InvalidTransition, Forbidden, ValidationFailed, and Conflict if the record has changed since the revision
    began.
    """
    if by is not None:
        workflow.check_transition(Action.PUBLISH, revision, by)
        revision.published_by_id = by.id
    elif revision.state != State.SCHEDULED:
        raise InvalidTransition(gettext("%(revision)s has no scheduled time of publication.", revision=revision.label))
    check_base(session, revision)
    incoming = _build_values(session, revision)
    before = published.draft_from_project(session, revision.project) if revision.project else ProjectDraft()
    verb = _project_verb(revision.project)
    project = revision.project or Project(
        slug="", slug_folded="", title="", sort_title="", fingerprint="", is_sample=False, version=1
    )
    try:
        _apply_to_project(session, project, incoming)
    except StaleDataError as error:
        session.rollback()
        fault = gettext("The record was changed at this very moment. Open the revision again.")
        raise InvalidTransition(fault) from error
    _supersede(session, project, revision, by)
    reason = PUBLISHED_FIRST.english(revision=revision.label)
    invalidate_scheduled(session, project, reason, by, except_for=revision)
    revision.project_id = project.id
    revision.state = State.PUBLISHED
    revision.published_at = now()
    revision.publish_at = None
    session.flush()
    # A later change of this revision's content starts from the version it has just created.
    revision.base_version = project.version
    event = _record_publication(session, revision, verb, before, by)
    row_checksums.store(session, [project.id])
    steps.tell_of_publication(session, revision, project, event, by)
    Catalogue.touch(session, [project.id])
    return project


def _build_values(session: Session, revision: Revision) -> RecordValues:
    """The draft as database values; translations that it leaves as they are keep the source they were made from."""
    draft = revision.draft
    incoming = submission_checks.build_values(session, draft, project_id=revision.project_id)
    if revision.project_id is None:
        return incoming
    known = translation_rows.of_project(session, revision.project_id)
    translations = translation_rows.with_known_sources(incoming.translations, known, draft.confirmed_translations)
    return incoming._replace(translations=translations)


def _project_verb(project: Project | None) -> str:
    """The verb of the project's audit event; call before the record changes."""
    if project is None:
        return "publish"
    return "publish again" if project.published_at is None else "change"


def _record_publication(
    session: Session, revision: Revision, verb: str, previous: ProjectDraft, by: Account | None
) -> AuditEvent:
    before = previous.as_json()
    changed = {name: value for name, value in revision.payload.items() if before.get(name) != value}
    event = recording.record(session, "publish", "revision", revision.id, after={"state": State.PUBLISHED}, by=by)
    recording.record(
        session,
        verb,
        "project",
        revision.project_id,
        before={name: before.get(name) for name in changed},
        after=changed | {"revision": revision.id},
        by=by,
    )
    return event


def check_base(session: Session, revision: Revision) -> None:
    """Raise Conflict if the record has changed since the revision started from it."""
    project = revision.project
    if project is not None and project.version != revision.base_version:
        raise Conflict(
            conflict_with="project",
            mine=revision.draft,
            theirs=published.draft_from_project(session, project),
            version=project.version,
        )


def schedule(session: Session, revision: Revision, *, at: datetime, by: Account) -> Revision:
    """Schedule an approved revision for publication at a future time (UTC)."""
    new_state = workflow.check_transition(Action.SCHEDULE, revision, by)
    if at <= now():
        advice = gettext("Choose a time in the future, or publish now.")
        raise ValidationFailed([FieldError("publish_at", gettext("This time is in the past."), advice)])
    revision.state, revision.publish_at, revision.published_by_id = new_state, at, by.id
    recording.record(session, "schedule", "revision", revision.id, after={"publish_at": at.isoformat()}, by=by)
    return revision


def unschedule(session: Session, revision: Revision, *, by: Account) -> Revision:
    """Cancel a scheduled publication; the revision stays approved."""
    revision.state = workflow.check_transition(Action.UNSCHEDULE, revision, by)
    revision.publish_at = revision.published_by_id = None
    recording.record(session, "unschedule", "revision", revision.id, by=by)
    return revision


def return_to_queue(session: Session, revision: Revision, reason: str, *, by: Account | None = None) -> Revision:
    """Return a scheduled revision that cannot be published to the review queue, with the reason for the reviewers.

    Its review is due at its scheduled time. It goes to the reviewers first, who may return it to its author.
    """
    moment, at = now(), revision.publish_at
    before = {"state": revision.state, "publish_at": at and at.isoformat()}
    entry = {"at": moment.isoformat(), "by": by.id if by else None, "verdict": SCHEDULE_INVALIDATED, "note": reason}
    revision.decisions = [*revision.decisions, entry | {"reasons": {}, "accepted": []}]
    revision.state, revision.due_at = State.SUBMITTED, at
    revision.publish_at = revision.published_by_id = None
    revision.claimed_by_id = revision.claimed_at = revision.decided_by_id = revision.decided_at = None
    after = {"state": State.SUBMITTED, "reason": reason}
    event = recording.record(session, "give back", "revision", revision.id, before=before, after=after, by=by)
    steps.tell_of_invalidated_schedule(session, revision, reason, event, by)
    return revision


def invalidate_scheduled(
    session: Session, project: Project, reason: str, by: Account | None, except_for: Revision | None = None
) -> None:
    """Return the scheduled changes of a record that has just changed: their base no longer exists."""
    query = select(Revision).where(Revision.project_id == project.id, Revision.state == State.SCHEDULED)
    for revision in session.execute(query).scalars().all():
        if revision is not except_for:
            return_to_queue(session, revision, reason, by=by)


def due_for_publication(session: Session, moment: datetime | None = None) -> list[int]:
    """The ids of the scheduled revisions whose time has come, earliest first."""
    query = select(Revision.id).where(Revision.state == State.SCHEDULED, Revision.publish_at <= (moment or now()))
    return list(session.execute(query.order_by(Revision.publish_at, Revision.id)).scalars())


def withdraw(session: Session, project: Project, *, reason: str, by: Account | None) -> Project:
    """Withdraw a public record; its page remains and says when and why. `by` is None on the command line.

    Raises Forbidden, InvalidTransition if it is not public, and ValidationFailed without a reason.
    """
    if by is not None and (by.is_disabled or not by.is_reviewer):
        raise Forbidden(gettext("Only reviewers can withdraw records."))
    check_withdrawable(project)
    reason = cleaning.clean_line(reason)
    if not reason:
        advice = gettext(
            "Enter a reason of up to %(most)s characters. It is shown to the public.", most=grouped(MAX_REASON_LENGTH)
        )
        raise ValidationFailed([FieldError("reason", gettext("The reason is missing."), advice)])
    if error := entered_text.length_error("reason", reason, MAX_REASON_LENGTH):
        raise ValidationFailed([error])
    project.published_at = None
    project.withdrawn_at = now()
    project.withdrawn_reason = reason
    project.changed_at = now()
    session.flush()
    for revision in _published_revisions(session, project):
        revision.state = State.WITHDRAWN
        revision.base_version = project.version
        recording.record(session, "withdraw", "revision", revision.id, after={"reason": reason}, by=by)
    invalidate_scheduled(session, project, RECORD_WITHDRAWN.english(), by)
    text_index.remove(session, [project.id])
    event = recording.record(session, "withdraw", "project", project.id, after={"reason": reason}, by=by)
    steps.tell_of_withdrawal(session, project, event, by)
    row_checksums.store(session, [project.id])
    Catalogue.touch(session, [project.id])
    return project


def check_withdrawable(project: Project) -> None:
    """Raise InvalidTransition unless the record is public."""
    if project.published_at is None:
        raise InvalidTransition(gettext("This record is not public, so it cannot be withdrawn."))


def _apply_to_project(session: Session, project: Project, incoming: RecordValues) -> None:
    """Write the values to the project row, its links and the text index."""
    moment = now()
    is_new = project.id is None
    is_renumbered = not is_new and project.reference != incoming.reference
    if is_new or (is_renumbered and incoming.reference):
        if not is_new:
            session.add(SlugHistory(slug_folded=project.slug_folded, project_id=project.id))
        project.slug = first_free_slug(incoming.slug, partial(is_slug_taken, session))
        project.slug_folded = project.slug.casefold()
    values: dict[str, Any] = dict(zip(STORED_COLUMNS, incoming, strict=False))
    for name in ("start", "end"):
        values[name] = PartialDate.parse(str(values[name])) if values[name] else None
    if incoming.budget is not None:
        values["budget"] = Decimal(incoming.budget).scaleb(-2)
    for name, value in values.items():
        setattr(project, name, value)
    project.fingerprint, project.is_sample = incoming.fingerprint, False
    project.changed_at = moment
    project.published_at = project.published_at or moment
    project.withdrawn_at, project.withdrawn_reason = None, ""
    session.add(project)
    if not is_new:
        # A change of links alone must increase the version of the record too.
        flag_modified(project, "changed_at")
    session.flush()
    for model in (ProjectCountry, ProjectTag):
        session.execute(delete(model).where(model.project_id == project.id))
    if incoming.country_links:
        rows = [
            {"project_id": project.id, "term_id": term, "is_eligible": eligible, "share": share}
            for term, eligible, share in incoming.country_rows()
        ]
        session.execute(insert(ProjectCountry), rows)
    if incoming.tags:
        session.execute(insert(ProjectTag), [{"project_id": project.id, "term_id": term} for term in incoming.tags])
    translation_rows.replace(session, project.id, incoming.translations)
    text_index.repair(session, [project.id])


def _published_revisions(session: Session, project: Project) -> list[Revision]:
    query = select(Revision).where(Revision.project_id == project.id, Revision.state == State.PUBLISHED)
    return list(session.execute(query).scalars())


def _supersede(session: Session, project: Project, revision: Revision, by: Account | None) -> None:
    for earlier in _published_revisions(session, project):
        earlier.state = State.SUPERSEDED
        after = {"state": State.SUPERSEDED}
        event = recording.record(session, "supersede", "revision", earlier.id, after=after, by=by)
        steps.tell_of_supersession(session, earlier, revision, event, by)
