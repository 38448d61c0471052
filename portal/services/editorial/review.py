"""The actions on a revision, from a new draft to its approval or return.

Each checks the transition table, changes the revision, records its audit event and flushes; the caller commits.
Call `begin_writing` first, then load the revision with `revisions.get_revision`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.errors import Conflict, FieldError, Forbidden, InvalidTransition, ValidationFailed
from portal.i18n.catalogues import gettext
from portal.models import Account, Project, ProjectDraft, Revision
from portal.services.audit import recording
from portal.services.editorial import authorship, diff, field_marks, merging, revisions, rounds, workflow
from portal.services.editorial.entered_text import clean_note
from portal.services.editorial.field_marks import FieldDecisions
from portal.services.editorial.publication import check_base
from portal.services.editorial.transitions import record_transition
from portal.services.editorial.workflow import Action
from portal.services.records import published, submission_checks
from portal.vocabulary.workflow import OPEN_STATES

REVIEW_DAYS = 10


def new_draft(session: Session, draft: ProjectDraft, *, by: Account) -> Revision:
    """Create a draft of a new project; any field may be empty."""
    return _create_revision(session, draft, project=None, by=by)


def open_change(session: Session, project: Project, *, by: Account) -> Revision:
    """The account's open revision of this project, or a new draft with the content of the public record."""
    query = select(Revision).where(
        Revision.project_id == project.id, Revision.author_id == by.id, Revision.state.in_(OPEN_STATES)
    )
    if open_revision := session.execute(query).scalar_one_or_none():
        return open_revision
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
    base_digests: Mapping[str, str] | None = None,
    answers: Mapping[str, str] | None = None,
) -> Revision:
    """Replace the draft of this `version` of the revision; identical content changes nothing.

    `base_version` and `base_digests` are of the public record that the account has seen: when it opened the form of a
    new change, or resolved a conflict. `answers` are those to the reasons of the last return, by field. Raises
    InvalidTransition, Forbidden, and Conflict (of the revision, with both drafts) if someone saved meanwhile.
    """
    workflow.check_transition(Action.SAVE, revision, by)
    draft = submission_checks.clean_draft(draft)
    if revision.version != version:
        raise Conflict(conflict_with="revision", mine=draft, theirs=revision.draft, version=revision.version)
    after = draft.as_json()
    replaced, changed = diff.replaced_values(revision.payload, after)
    new_note = revision.note if note is None else clean_note(note)
    new_answers = rounds.save_answers(revision, answers or {})
    is_same = not changed and new_note == revision.note and new_answers is None
    if is_same and base_version in (None, revision.base_version):
        return revision
    if new_note != revision.note:
        replaced["note"], changed["note"] = revision.note, new_note
    if new_answers is not None:
        changed["answers"] = new_answers
    authorship.record_edit(revision, after, editor_id=by.id)
    revision.payload, revision.note = after, new_note
    if base_version not in (None, revision.base_version):
        revision.base_version, revision.base_digests = base_version, dict(base_digests or {})
    revision.saved_at = now()
    changed["version"] = revision.version + 1  # for merging.text_at_version
    return record_transition(session, revision, Action.SAVE, by, before=replaced, after=changed, mine=draft)


def submit(session: Session, revision: Revision, *, version: int, by: Account) -> Revision:
    """Submit a draft for review. Raises ValidationFailed with all errors, and Conflict if the record has changed."""
    new_state = workflow.check_transition(Action.SUBMIT, revision, by)
    workflow.check_version(revision, version)
    _check_submittable(session, revision)
    returned = rounds.last_return(revision)
    after = {"answers": dict(returned.answers)} if returned and returned.answers else None
    revision.state, revision.submitted_at = new_state, now()
    revision.due_at = now() + timedelta(days=REVIEW_DAYS)
    revision.claimed_by_id = revision.claimed_at = revision.decided_by_id = revision.decided_at = None
    return record_transition(session, revision, Action.SUBMIT, by, after=after)


def recall(session: Session, revision: Revision, *, by: Account) -> Revision:
    """Take a submission back before a reviewer claims it."""
    revision.state = workflow.check_transition(Action.RECALL, revision, by)
    revision.due_at = None
    return record_transition(session, revision, Action.RECALL, by)


def claim(session: Session, revision: Revision, *, by: Account) -> Revision:
    """Claim a submission for review, or take it over from another reviewer."""
    new_state = workflow.check_transition(Action.CLAIM, revision, by)
    if revision.claimed_by_id == by.id:
        return revision
    before = {"claimed_by_id": revision.claimed_by_id}
    revision.state, revision.claimed_by_id, revision.claimed_at = new_state, by.id, now()
    return record_transition(session, revision, Action.CLAIM, by, before=before, after={"claimed_by_id": by.id})


def release(session: Session, revision: Revision, *, by: Account) -> Revision:
    """Return a claimed submission to the queue."""
    revision.state = workflow.check_transition(Action.RELEASE, revision, by)
    revision.claimed_by_id = revision.claimed_at = None
    return record_transition(session, revision, Action.RELEASE, by)


def set_due(session: Session, revision: Revision, *, at: datetime | None, by: Account) -> Revision:
    """Set or remove the due date of a submission. Raises ValidationFailed for a date in the past."""
    workflow.check_transition(Action.SET_DUE, revision, by)
    if at is not None and at < now():
        advice = gettext("Enter today or a later date, or remove the due date.")
        raise ValidationFailed([FieldError("due_at", gettext("This date is in the past."), advice)])
    if revision.due_at == at:
        return revision
    before, after = ({"due_at": moment and moment.isoformat()} for moment in (revision.due_at, at))
    revision.due_at = at
    return record_transition(session, revision, Action.SET_DUE, by, before=before, after=after)


def save_field_decisions(
    session: Session, revision: Revision, decisions: FieldDecisions, *, version: int, by: Account, note: str = ""
) -> Revision:
    """Save a reviewer's decisions on some fields, and a note, before the decision on the whole revision.

    Raises what `field_marks.clean_decisions` raises, and ValidationFailed for a field returned without a reason.
    """
    workflow.check_transition(Action.MARK, revision, by)
    workflow.check_version(revision, version)
    decisions = field_marks.clean_decisions(revision, decisions, by=by)
    if without_reason := [name for name, reason in (decisions.reasons or {}).items() if not reason]:
        fault, advice = gettext("This field has no reason."), gettext("Enter a reason, or remove the decision.")
        raise ValidationFailed([FieldError(without_reason[0], fault, advice)])
    note = clean_note(note)
    changes = field_marks.save(revision, decisions, by=by)
    if field_marks.keep_note(revision, note, by=by):
        # Only the reviewer reads it before the decision, so the history tells no more.
        changes["has_note"] = bool(note)
    if not changes:
        return revision
    return record_transition(session, revision, Action.MARK, by, after=changes)


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
    """Return a submission to its author with a reason for each field that needs work, or a note on the whole.

    Fields already returned by `save_field_decisions` keep their reason unless they are in `accepted` or `cleared`.
    Raises what `field_marks.clean_decisions` raises, and ValidationFailed without any reason.
    """
    new_state = workflow.check_transition(Action.RETURN, revision, by)
    workflow.check_version(revision, version)
    stored = field_marks.return_reasons(revision).items()
    still_returned = {name: reason for name, reason in stored if name not in (*accepted, *cleared)}
    entered = {name: reason for name, reason in reasons.items() if reason.strip()}
    decisions = FieldDecisions(accepted, still_returned | entered, cleared)
    decisions = field_marks.clean_decisions(revision, decisions, by=by)
    all_reasons, note = dict(decisions.reasons or {}), clean_note(note)
    if not all_reasons and not note:
        advice = gettext("Give a reason for at least one field, or a note.")
        raise ValidationFailed([FieldError("note", gettext("The author needs to know what to change."), advice)])
    revision.state, revision.publish_at, revision.published_by_id = new_state, None, None
    revision.claimed_by_id = revision.claimed_at = None
    changes = field_marks.save(revision, decisions, by=by) | {"reasons": all_reasons, "note": note}
    field_marks.keep_note(revision, "", by=by)
    _record_decision(revision, by, verdict=rounds.RETURNED, note=note, reasons=all_reasons)
    return record_transition(session, revision, Action.RETURN, by, after=changes)


def approve(
    session: Session, revision: Revision, *, version: int, by: Account, note: str = "", accepted: tuple[str, ...] = ()
) -> Revision:
    """Approve a submission as reviewed; publication.publish or publication.schedule come next.

    Accepts every changed field. Raises Forbidden for its author and last editor, Conflict if it or the public record
    has changed meanwhile, and ValidationFailed for a returned field that is unchanged and not in `accepted`.
    """
    new_state = workflow.check_transition(Action.APPROVE, revision, by)
    workflow.check_version(revision, version)
    note = clean_note(note)
    _check_submittable(session, revision)
    if returned := [name for name in field_marks.return_reasons(revision) if name not in accepted]:
        raise ValidationFailed([_still_returned_error(name) for name in returned])
    changed = diff.changed_fields(published.published_draft(session, revision), revision.draft)
    decisions = field_marks.clean_decisions(revision, FieldDecisions(accepted=(*changed, *accepted)), by=by)
    changes = field_marks.save(revision, decisions, by=by)
    field_marks.keep_note(revision, "", by=by)
    revision.state = new_state
    _record_decision(revision, by, verdict="approved", note=note, reasons={})
    return record_transition(session, revision, Action.APPROVE, by, after=changes | ({"note": note} if note else {}))


def discard(session: Session, revision: Revision, *, by: Account) -> Revision:
    """Discard a draft; it stays in the database and is no longer listed as open work."""
    revision.state = workflow.check_transition(Action.DISCARD, revision, by)
    return record_transition(session, revision, Action.DISCARD, by)


def restore(session: Session, revision: Revision, *, by: Account) -> Revision:
    """Create a draft with the content of a revision that was once public; nothing public changes.

    Raises InvalidTransition if the account has another open change of the same project.
    """
    workflow.check_transition(Action.RESTORE, revision, by)
    return _create_revision(session, revision.draft, project=revision.project, by=by, restored_from=revision)


def _check_submittable(session: Session, revision: Revision) -> None:
    """Raise ValidationFailed for errors or a draft that changes nothing, and Conflict for an outdated base."""
    if errors := submission_checks.find_errors(session, revision.draft, project_id=revision.project_id):
        raise ValidationFailed(errors)
    check_base(session, revision)
    if published.published_draft(session, revision) == revision.draft:
        raise ValidationFailed([submission_checks.unchanged_error()])


def _create_revision(
    session: Session,
    draft: ProjectDraft,
    *,
    project: Project | None,
    by: Account,
    restored_from: Revision | None = None,
) -> Revision:
    if by.is_disabled:
        raise Forbidden(gettext("This account is disabled."))
    revisions.check_quota(session, by)
    revision = Revision(
        project_id=project.id if project else None,
        base_version=project.version if project else 0,
        base_digests=merging.digests(published.draft_from_project(session, project)) if project else {},
        payload=submission_checks.clean_draft(draft).as_json(),
        author_id=by.id,
        last_editor_id=by.id,
        restored_from_id=restored_from.id if restored_from else None,
    )
    try:
        with session.begin_nested():
            session.add(revision)
    except IntegrityError as error:
        raise InvalidTransition(
            gettext("You already have an open change of this project. Finish or discard it first: it is on your desk.")
        ) from error
    after: dict[str, Any] = {"project": project.slug} if project else {}
    if restored_from:
        after["restored_from"] = restored_from.id
    recording.record(session, "draft", "revision", revision.id, after=after, by=by)
    return revision


def _record_decision(revision: Revision, by: Account, *, verdict: str, note: str, reasons: dict[str, str]) -> None:
    moment = now()
    revision.decided_by_id, revision.decided_at = by.id, moment
    entry: dict[str, Any] = {"at": moment.isoformat(), "by": by.id, "verdict": verdict, "note": note}
    entry |= {"reasons": reasons, "accepted": list(field_marks.accepted_fields(revision))}
    if verdict == rounds.RETURNED:
        entry["text"] = dict(revision.payload)
    revision.decisions = [*revision.decisions, entry]


def _still_returned_error(name: str) -> FieldError:
    return FieldError(
        name,
        gettext("This field was returned and has not been changed since."),
        gettext("Accept the field, or return the revision."),
    )
