"""Actions that ask for confirmation: publishing now, later or in bulk, setting the due date, and discarding."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session

from portal.database.orm import db
from portal.errors import InvalidTransition, PortalError
from portal.models import Account, Project, Revision
from portal.search.index import current
from portal.services.accounts import sessions
from portal.services.editorial import publication, review, revisions, workflow
from portal.services.editorial.workflow import Action
from portal.services.records import published
from portal.vocabulary.workflow import State
from portal.web.declarations import accepts, require_role
from portal.web.http.responses import ViewResponse
from portal.web.http.url_converters import REVISION_ID
from portal.web.presentation import field_labels, formatting
from portal.web.presentation.i18n import gettext, ngettext
from portal.web.review import actions, comparison, impact
from portal.web.review.actions import TRANSITION_FIELDS, run_action
from portal.web.review.confirmation import Confirmation, render_confirmation
from portal.web.review.forms import DueDateForm, PublishTimeForm
from portal.web.security import access, idempotency

bp = Blueprint("publishing", __name__, url_prefix="/staff")
MAX_REVISIONS_AT_ONCE = 50


@bp.get(f"/revisions/{REVISION_ID}/publish")
@require_role("reviewer")
def confirm_publish(revision_id: int) -> ViewResponse:
    return show_confirmation(revision_id, Action.PUBLISH)


@bp.post(f"/revisions/{REVISION_ID}/publish")
@require_role("reviewer")
@accepts(*TRANSITION_FIELDS)
def publish(revision_id: int) -> ViewResponse:
    def act(session: Session, revision: Revision, account: Account) -> Project:
        actions.check_version(revision)
        return publication.publish(session, revision, by=account)

    return run_action(revision_id, Action.PUBLISH, act, on_refused(revision_id, Action.PUBLISH))


@bp.get(f"/revisions/{REVISION_ID}/schedule")
@require_role("reviewer")
def confirm_schedule(revision_id: int) -> ViewResponse:
    return show_confirmation(revision_id, Action.SCHEDULE)


@bp.post(f"/revisions/{REVISION_ID}/schedule")
@require_role("reviewer")
@accepts(*TRANSITION_FIELDS, PublishTimeForm)
def schedule(revision_id: int) -> ViewResponse:
    def act(session: Session, revision: Revision, account: Account) -> Revision:
        actions.check_version(revision)
        return publication.schedule(session, revision, at=PublishTimeForm(request.form).publish_time(), by=account)

    return run_action(revision_id, Action.SCHEDULE, act, on_refused(revision_id, Action.SCHEDULE))


@bp.get(f"/revisions/{REVISION_ID}/due")
@require_role("reviewer")
def confirm_due(revision_id: int) -> ViewResponse:
    return show_confirmation(revision_id, Action.SET_DUE)


@bp.post(f"/revisions/{REVISION_ID}/due")
@require_role("reviewer")
@accepts(*TRANSITION_FIELDS, DueDateForm)
def set_due(revision_id: int) -> ViewResponse:
    def act(session: Session, revision: Revision, account: Account) -> Revision:
        actions.check_version(revision)
        return review.set_due(session, revision, at=DueDateForm(request.form).due_at(), by=account)

    return run_action(revision_id, Action.SET_DUE, act, on_refused(revision_id, Action.SET_DUE))


@bp.get(f"/revisions/{REVISION_ID}/discard")
@require_role("author")
def confirm_discard(revision_id: int) -> ViewResponse:
    return show_confirmation(revision_id, Action.DISCARD)


@bp.post(f"/revisions/{REVISION_ID}/discard")
@require_role("author")
@accepts(*TRANSITION_FIELDS)
def discard(revision_id: int) -> ViewResponse:
    def act(session: Session, revision: Revision, account: Account) -> Revision:
        actions.check_version(revision)
        return review.discard(session, revision, by=account)

    return run_action(revision_id, Action.DISCARD, act, on_refused(revision_id, Action.DISCARD))


@bp.get("/publish")
@require_role("reviewer")
def confirm_publish_several() -> ViewResponse:
    return show_several()


@bp.post("/publish")
@require_role("reviewer")
@accepts(*TRANSITION_FIELDS, "number")
def publish_several() -> ViewResponse:
    """All or none, in one transaction. Requires a recent authentication."""
    sessions.require_recent_authentication(access.auth_session())

    def act(session: Session, account: Account) -> str:
        for revision_id in selected_ids():
            publication.publish(session, revisions.get_revision(session, revision_id, account), by=account)
        return url_for("desk.show_desk", queue="done")

    success_message = gettext("The revisions are published. Everyone can see them now.")
    return idempotency.run_once(act, lambda error, status: show_several(error=error, status=status), success_message)


def selected_ids() -> tuple[int, ...]:
    """The selected revisions; raises InvalidTransition if there are none or too many."""
    numbers = dict.fromkeys(text for text in request.values.getlist("number") if text.isascii() and text.isdigit())
    revision_ids = tuple(int(text) for text in numbers if len(text) < 10)
    if not revision_ids or len(revision_ids) > MAX_REVISIONS_AT_ONCE:
        raise InvalidTransition(
            gettext(
                "Select 1 to %(most)s approved revisions on your desk, then publish them.", most=MAX_REVISIONS_AT_ONCE
            )
        )
    return revision_ids


def show_confirmation(
    revision_id: int, action: Action, *, error: PortalError | None = None, status: int = 200
) -> ViewResponse:
    """The confirmation page of an action; raises InvalidTransition or Forbidden if it is not allowed.

    After a refusal the page is shown in any case, with the error.
    """
    session, account = db.session(), access.signed_in_account()
    revision = revisions.get_revision(session, revision_id, account)
    if error is None:
        workflow.check_transition(action, revision, account)
    return render_confirmation(_CONFIRMATIONS[action](session, revision), error=error, status=status)


def on_refused(revision_id: int, action: Action) -> idempotency.RefusalHandler:
    return lambda error, status: show_confirmation(revision_id, action, error=error, status=status)


def show_several(*, error: PortalError | None = None, status: int = 200) -> ViewResponse:
    session, account = db.session(), access.signed_in_account()
    selected = [revisions.get_revision(session, revision_id, account) for revision_id in selected_ids()]
    confirmation = Confirmation(
        heading=ngettext("Publish one revision", "Publish %(num)s revisions", len(selected)),
        subject=gettext("All of them are published together. If one cannot be published, none is."),
        consequences=tuple(
            gettext(
                "%(revision)s: %(title)s (%(changes)s)",
                revision=revision.label,
                title=field_labels.display_title(revision.draft),
                changes=_changes(session, revision),
            )
            for revision in selected
        ),
        action_url=url_for(".publish_several"),
        button_text=ngettext("Publish it now", "Publish all %(num)s now", len(selected)),
        back_url=url_for("desk.show_desk"),
        revision_ids=tuple(revision.id for revision in selected),
    )
    return render_confirmation(confirmation, error=error, status=status)


def _changes(session: Session, revision: Revision) -> str:
    return comparison.summary(published.published_draft(session, revision), revision.draft)


def _public_effects(session: Session, revision: Revision) -> tuple[str, ...]:
    """What changes for the public, one sentence each."""
    public = published.published_draft(session, revision)
    if public is None:
        first = gettext("A new record appears in the directory, in its counts and in its totals.")
    else:
        first = gettext("The public record changes: %(changes)s.", changes=_changes(session, revision))
    return (first, *impact.count_changes(public, revision.draft))


def _confirmation(
    session: Session,
    revision: Revision,
    *,
    heading: str,
    consequences: tuple[str, ...],
    action_url: str,
    button_text: str,
    required_input: str = "",
    current_value: str = "",
    is_dangerous: bool = False,
) -> Confirmation:
    return Confirmation(
        heading=heading,
        subject=field_labels.display_title(revision.draft),
        subject_language=field_labels.title_language(revision.draft),
        consequences=consequences,
        action_url=action_url,
        button_text=button_text,
        back_url=url_for("review.revision", revision_id=revision.id),
        version=revision.version,
        required_input=required_input,
        current_value=current_value,
        is_dangerous=is_dangerous,
        comparison=comparison.compare(
            current.current_snapshot().terms, published.published_draft(session, revision), revision.draft
        ),
    )


def _publish_confirmation(session: Session, revision: Revision) -> Confirmation:
    return _confirmation(
        session,
        revision,
        heading=gettext("Publish %(label)s now", label=revision.label),
        consequences=(*_public_effects(session, revision), gettext("Everyone can see it immediately.")),
        action_url=url_for(".publish", revision_id=revision.id),
        button_text=gettext("Publish now"),
    )


def _schedule_confirmation(session: Session, revision: Revision) -> Confirmation:
    if revision.state == State.SCHEDULED and revision.publish_at:
        until = gettext(
            "It is currently scheduled for %(when)s UTC.", when=revision.publish_at.strftime("%Y-%m-%d %H:%M")
        )
    else:
        until = gettext("Nothing public changes until then, and you can remove it from the schedule.")
    return _confirmation(
        session,
        revision,
        heading=gettext("Schedule publication of %(label)s", label=revision.label),
        consequences=(*_public_effects(session, revision), until),
        action_url=url_for(".schedule", revision_id=revision.id),
        button_text=gettext("Schedule publication"),
        required_input="time",
        current_value=revision.publish_at.strftime("%Y-%m-%dT%H:%M") if revision.publish_at else "",
    )


def _discard_confirmation(session: Session, revision: Revision) -> Confirmation:
    return _confirmation(
        session,
        revision,
        heading=gettext("Discard %(label)s", label=revision.label),
        consequences=(
            gettext("It leaves your desk, and nobody can edit it again."),
            gettext("Nothing public changes. Its history is kept."),
        ),
        action_url=url_for(".discard", revision_id=revision.id),
        button_text=gettext("Discard draft"),
        is_dangerous=True,
    )


def _due_confirmation(_session: Session, revision: Revision) -> Confirmation:
    if revision.due_at:
        current_date = gettext("It is currently due on %(day)s.", day=formatting.day(revision.due_at))
    else:
        current_date = gettext("It has no due date.")
    return Confirmation(
        subject=field_labels.display_title(revision.draft),
        subject_language=field_labels.title_language(revision.draft),
        back_url=url_for("review.revision", revision_id=revision.id),
        version=revision.version,
        heading=gettext("Due date of %(label)s", label=revision.label),
        consequences=(
            current_date,
            gettext("The desk shows the date, and marks the revision as overdue after it. Nothing else happens."),
        ),
        action_url=url_for(".set_due", revision_id=revision.id),
        button_text=gettext("Save due date"),
        required_input="day",
        current_value=revision.due_at.date().isoformat() if revision.due_at else "",
    )


_CONFIRMATIONS = {
    Action.PUBLISH: _publish_confirmation,
    Action.SCHEDULE: _schedule_confirmation,
    Action.SET_DUE: _due_confirmation,
    Action.DISCARD: _discard_confirmation,
}
