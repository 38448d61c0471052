"""The commands on a revision: begin, save, submit, claim, release, set due, mark, return, approve, discard, restore.

Each checks the table of steps, changes the revision, writes its audit event and flushes; the caller commits once.
Call `begin_writing` first, then load the revision with `get`, which finds only what the account may see.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portal.database.orm import now
from portal.errors import Conflict, FieldError, Forbidden, InvalidTransition, ValidationFailed
from portal.models import Account, Project, ProjectDraft, Revision
from portal.services.audit import recording
from portal.services.editorial import diff, field_marks, workflow
from portal.services.editorial.field_marks import FieldDecisions
from portal.services.editorial.publication import check_base
from portal.services.editorial.workflow import Action
from portal.services.records import published, submission_checks
from portal.text import cleaning
from portal.vocabulary.workflow import OPEN_STATES

REVIEW_DAYS = 10
MAX_NOTE_LENGTH = 2_000


def new_draft(session: Session, draft: ProjectDraft, *, by: Account) -> Revision:
    """A draft of a project that is not there yet; anything may be missing."""
    return _create_revision(session, draft, project=None, by=by)


def open_change(session: Session, project: Project, *, by: Account) -> Revision:
    """The account's open revision of this project, or a fresh draft that says what the public record says."""
    query = select(Revision).where(
        Revision.project_id == project.id, Revision.author_id == by.id, Revision.state.in_(OPEN_STATES)
    )
    if found := session.execute(query).scalar_one_or_none():
        return found
    return _create_revision(session, published.draft_from_project(session, project), project=project, by=by)


def save_draft(
    session: Session,
    revision: Revision,
    draft: ProjectDraft,
    *,
    version: int,
    by: Account,
    note: str | None = None,
    base_version: int | None = None,
) -> Revision:
    """Put a draft in place of the one that `version` of the revision held; the same content again changes nothing.

    `based_on` says that the account has seen this version of the project and chosen. Raises WrongStep,
    NotAllowed, and Conflict (of the revision, with both drafts) when someone saved meanwhile.
    """
    workflow.check_transition(Action.SAVE, revision, by)
    draft = submission_checks.clean_draft(draft)
    if revision.version != version:
        raise Conflict(conflict_with="revision", mine=draft, theirs=revision.draft, version=revision.version)
    before, after = revision.payload, draft.as_json()
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    noted = revision.note if note is None else cleaning.clean_paragraphs(note)[:MAX_NOTE_LENGTH]
    if not changed and noted == revision.note and base_version in (None, revision.base_version):
        return revision
    revision.payload, revision.note, revision.last_editor_id = after, noted, by.id
    revision.base_version = revision.base_version if base_version is None else base_version
    revision.saved_at = now()
    shown = {name: before.get(name) for name in changed}
    return _record_transition(session, revision, Action.SAVE, by, before=shown, after=changed, mine=draft)


def submit(session: Session, revision: Revision, *, version: int, by: Account) -> Revision:
    """Hand a draft to the reviewers. Raises Incomplete with all faults, Conflict when the public record moved on."""
    to = workflow.check_transition(Action.SUBMIT, revision, by)
    _check_version(revision, version)
    if found := submission_checks.find_errors(session, revision.draft, project_id=revision.project_id):
        raise ValidationFailed(found)
    check_base(session, revision)
    if published.published_draft(session, revision) == revision.draft:
        raise ValidationFailed([submission_checks.UNCHANGED_ERROR])
    revision.state, revision.submitted_at = to, now()
    revision.due_at = now() + timedelta(days=REVIEW_DAYS)
    revision.claimed_by_id = revision.claimed_at = revision.decided_by_id = revision.decided_at = None
    return _record_transition(session, revision, Action.SUBMIT, by)


def recall(session: Session, revision: Revision, *, by: Account) -> Revision:
    """Take a submission back before a reviewer has it."""
    revision.state = workflow.check_transition(Action.RECALL, revision, by)
    revision.due_at = None
    return _record_transition(session, revision, Action.RECALL, by)


def claim(session: Session, revision: Revision, *, by: Account) -> Revision:
    """Take a submission for review, or take it over from another reviewer."""
    to = workflow.check_transition(Action.CLAIM, revision, by)
    if revision.claimed_by_id == by.id:
        return revision
    before = {"claimed_by_id": revision.claimed_by_id}
    revision.state, revision.claimed_by_id, revision.claimed_at = to, by.id, now()
    return _record_transition(session, revision, Action.CLAIM, by, before=before, after={"claimed_by_id": by.id})


def release(session: Session, revision: Revision, *, by: Account) -> Revision:
    """Give a submission back to the queue."""
    revision.state = workflow.check_transition(Action.RELEASE, revision, by)
    revision.claimed_by_id = revision.claimed_at = None
    return _record_transition(session, revision, Action.RELEASE, by)


def set_due(session: Session, revision: Revision, *, at: datetime | None, by: Account) -> Revision:
    """Say by when a submission should be decided, or that there is no such day. Raises Incomplete for the past."""
    workflow.check_transition(Action.SET_DUE, revision, by)
    if at is not None and at < now():
        advice = "Choose today or a day to come, or take the day away."
        raise ValidationFailed([FieldError("due_at", "This day has passed.", advice)])
    if revision.due_at == at:
        return revision
    before, after = ({"due_at": moment and moment.isoformat()} for moment in (revision.due_at, at))
    revision.due_at = at
    return _record_transition(session, revision, Action.SET_DUE, by, before=before, after=after)


def save_field_decisions(
    session: Session, revision: Revision, decisions: FieldDecisions, *, version: int, by: Account
) -> Revision:
    """Keep what a reviewer decides on some fields before deciding on the whole.

    Raises Incomplete for a field that is not there or is returned without a reason, NotAllowed for whoever accepts
    what they edited last.
    """
    workflow.check_transition(Action.MARK, revision, by)
    _check_version(revision, version)
    decisions = _clean_decisions(revision, decisions, by)
    if silent := [name for name, reason in (decisions.reasons or {}).items() if not reason]:
        raise ValidationFailed(
            [FieldError(silent[0], "It is returned, but not why.", "Write the reason, or take the mark away.")]
        )
    if not (told := field_marks.save(revision, decisions, by=by)):
        return revision
    return _record_transition(session, revision, Action.MARK, by, after=told)


def return_(
    session: Session,
    revision: Revision,
    *,
    version: int,
    by: Account,
    reasons: dict[str, str],
    note: str = "",
    accepted: tuple[str, ...] = (),
    cleared: tuple[str, ...] = (),
) -> Revision:
    """Give a submission back to its author with a reason for each field that needs work, or a note for the whole.

    Fields that are marked to be returned already go back too, unless they are in `accepted` or `cleared`.
    Raises what `mark` raises, and Incomplete without any reason.
    """
    to = workflow.check_transition(Action.RETURN, revision, by)
    _check_version(revision, version)
    kept = {
        name: why for name, why in field_marks.return_reasons(revision).items() if name not in (*accepted, *cleared)
    }
    spoken = {name: reason for name, reason in reasons.items() if reason.strip()}
    decided = _clean_decisions(revision, FieldDecisions(accepted, kept | spoken, cleared), by)
    given, note = dict(decided.reasons or {}), cleaning.clean_paragraphs(note)[:MAX_NOTE_LENGTH]
    if not given and not note:
        advice = "Write a reason beside each field that needs work, or a note for the whole."
        raise ValidationFailed([FieldError("note", "The author would not know what to mend.", advice)])
    revision.state, revision.publish_at, revision.published_by_id = to, None, None
    revision.claimed_by_id = revision.claimed_at = None
    told = field_marks.save(revision, decided, by=by)
    _record_decision(revision, by, verdict="returned", note=note, reasons=given)
    return _record_transition(session, revision, Action.RETURN, by, after=told | {"reasons": given, "note": note})


def approve(
    session: Session, revision: Revision, *, version: int, by: Account, note: str = "", accepted: tuple[str, ...] = ()
) -> Revision:
    """Agree to a submission as it was read; publication.publish or publication.schedule come next.

    It accepts every changed field that carries no mark. Raises NotAllowed for whoever wrote or last edited it,
    Conflict when it or the public record changed meanwhile, Incomplete while a field is marked to be returned,
    was not changed since, and is not among `accepted`.
    """
    to = workflow.check_transition(Action.APPROVE, revision, by)
    _check_version(revision, version)
    if found := submission_checks.find_errors(session, revision.draft, project_id=revision.project_id):
        raise ValidationFailed(found)
    check_base(session, revision)
    if published.published_draft(session, revision) == revision.draft:
        raise ValidationFailed([submission_checks.UNCHANGED_ERROR])
    if open_ := [name for name in field_marks.return_reasons(revision) if name not in accepted]:
        raise ValidationFailed([_still_returned_error(name) for name in open_])
    changed = diff.changed_fields(published.published_draft(session, revision), revision.draft)
    told = field_marks.save(
        revision, _clean_decisions(revision, FieldDecisions(accepted=(*changed, *accepted)), by), by=by
    )
    note = cleaning.clean_paragraphs(note)[:MAX_NOTE_LENGTH]
    revision.state = to
    _record_decision(revision, by, verdict="approved", note=note, reasons={})
    return _record_transition(session, revision, Action.APPROVE, by, after=told | ({"note": note} if note else {}))


def discard(session: Session, revision: Revision, *, by: Account) -> Revision:
    """Give a draft up; it is kept and no longer shown among open work."""
    revision.state = workflow.check_transition(Action.DISCARD, revision, by)
    return _record_transition(session, revision, Action.DISCARD, by)


def restore(session: Session, revision: Revision, *, by: Account) -> Revision:
    """A new draft with the content of a revision that was public once; nothing public changes.

    Raises WrongStep while the account has another open change of the same project.
    """
    workflow.check_transition(Action.RESTORE, revision, by)
    restored = _create_revision(session, revision.draft, project=revision.project, by=by, restored_from=revision)
    return restored


def _create_revision(
    session: Session,
    draft: ProjectDraft,
    *,
    project: Project | None,
    by: Account,
    restored_from: Revision | None = None,
) -> Revision:
    if by.is_disabled:
        raise Forbidden("This account is disabled.")
    revision = Revision(
        project_id=project.id if project else None,
        base_version=project.version if project else 0,
        payload=submission_checks.clean_draft(draft).as_json(),
        author_id=by.id,
        last_editor_id=by.id,
        restored_from_id=restored_from.id if restored_from else None,
    )
    try:
        with session.begin_nested():
            session.add(revision)
    except IntegrityError as why:
        raise InvalidTransition(
            "You have an open change of this project already. Finish or discard it first; you find it on your desk."
        ) from why
    after: dict[str, Any] = {"project": project.key} if project else {}
    if restored_from:
        after["restored_from"] = restored_from.id
    recording.record(session, "draft", "revision", revision.id, after=after, by=by)
    return revision


def _record_decision(revision: Revision, by: Account, *, verdict: str, note: str, reasons: dict[str, str]) -> None:
    moment = now()
    revision.decided_by_id, revision.decided_at = by.id, moment
    entry: dict[str, Any] = {"at": moment.isoformat(), "by": by.id, "verdict": verdict, "note": note}
    entry |= {"reasons": reasons, "accepted": list(field_marks.accepted_fields(revision))}
    revision.decisions = [*revision.decisions, entry]


def _clean_decisions(revision: Revision, decisions: FieldDecisions, by: Account) -> FieldDecisions:
    """The marks with their reasons cleaned; raises Incomplete and NotAllowed as `mark` does."""
    if unknown := [name for name in decisions.fields if name not in ProjectDraft.field_names()]:
        raise ValidationFailed(
            [FieldError("note", f"There is no field {unknown[0]!r}.", "Mark a field of the revision.")]
        )
    if decisions.accepted and by.id in (revision.author_id, revision.last_editor_id):
        raise Forbidden(f"Fields of {revision.label} can be accepted by {workflow.OTHER_REVIEWER.description} only.")
    reasons = {
        name: cleaning.clean_paragraphs(reason)[:MAX_NOTE_LENGTH] for name, reason in (decisions.reasons or {}).items()
    }
    return FieldDecisions(decisions.accepted, reasons, decisions.cleared)


def _still_returned_error(name: str) -> FieldError:
    return FieldError(
        name,
        "This field is marked to be returned, and its text has not changed since.",
        "Accept it if it is right after all, or return the revision.",
    )


def _check_version(revision: Revision, version: int) -> None:
    if revision.version != version:
        raise Conflict(conflict_with="revision", mine=revision.draft, theirs=revision.draft, version=revision.version)


def _record_transition(
    session: Session,
    revision: Revision,
    action: Action,
    by: Account,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    mine: ProjectDraft | None = None,
) -> Revision:
    """Write the change and its event; whoever comes second at this very moment gets a Conflict."""
    number = revision.id
    try:
        recording.record(session, action, "revision", number, before=before, after=after, by=by)
    except StaleDataError as why:
        session.rollback()
        stands = session.get_one(Revision, number)
        raise Conflict(
            conflict_with="revision", mine=mine or stands.draft, theirs=stands.draft, version=stands.version
        ) from why
    return revision
