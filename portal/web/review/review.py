"""The page of a revision, and the actions that need no confirmation page."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, make_response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.database.orm import db
from portal.errors import Conflict, FieldError, PortalError, ValidationFailed
from portal.models import Account, Revision
from portal.services.audit import history
from portal.services.editorial import publication, review, revisions
from portal.services.editorial.workflow import Action
from portal.web.declarations import accepts, require_role
from portal.web.http.responses import ViewResponse
from portal.web.http.url_converters import REVISION_ID
from portal.web.presentation.i18n import gettext
from portal.web.review import actions, event_text
from portal.web.review.actions import TRANSITION_FIELDS, run_action
from portal.web.review.field_decisions import DECISION_FIELDS, Decision
from portal.web.review.revision_page import build_page
from portal.web.security import access, idempotency

bp = Blueprint("review", __name__, url_prefix="/staff/revisions")


def render_revision(revision_id: int, *, error: PortalError | None = None, status: int = 200) -> Response:
    """The page of a revision; after a refusal, with the errors and the submitted values."""
    session, account = db.session(), access.signed_in_account()
    revision = revisions.get_revision(session, revision_id, account)
    problems = actions.error_messages(error) if error else ()
    if isinstance(error, Conflict) and error.conflict_with == "revision":
        problems += _last_event(session, revision_id)
    body = render_template(
        "review/revision.html",
        page=build_page(session, revision, account, Decision.from_form(request.form) if error else None),
        problems=problems,
        errors=error.errors if isinstance(error, ValidationFailed) else (),
    )
    return make_response(body, status)


@bp.get(f"/{REVISION_ID}")
@require_role("author")
def revision(revision_id: int) -> Response:
    return render_revision(revision_id)


@bp.post(f"/{REVISION_ID}/submit")
@require_role("author")
@accepts(*TRANSITION_FIELDS, *DECISION_FIELDS)
def submit(revision_id: int) -> ViewResponse:
    """Submit the saved draft without opening the form again."""
    return run_action(
        revision_id,
        Action.SUBMIT,
        lambda session, revision, account: review.submit(session, revision, version=actions.form_version(), by=account),
        on_refused(revision_id),
    )


@bp.post(f"/{REVISION_ID}/recall")
@require_role("author")
@accepts(*TRANSITION_FIELDS, *DECISION_FIELDS)
def recall(revision_id: int) -> ViewResponse:
    return run_action(revision_id, Action.RECALL, _for_shown_version(review.recall), on_refused(revision_id))


@bp.post(f"/{REVISION_ID}/restore")
@require_role("author")
@accepts(*TRANSITION_FIELDS, *DECISION_FIELDS)
def restore(revision_id: int) -> ViewResponse:
    return run_action(
        revision_id,
        Action.RESTORE,
        lambda session, revision, account: review.restore(session, revision, by=account),
        on_refused(revision_id),
    )


@bp.post(f"/{REVISION_ID}/claim")
@require_role("reviewer")
@accepts(*TRANSITION_FIELDS, *DECISION_FIELDS)
def claim(revision_id: int) -> ViewResponse:
    return run_action(revision_id, Action.CLAIM, _for_shown_version(review.claim), on_refused(revision_id))


@bp.post(f"/{REVISION_ID}/release")
@require_role("reviewer")
@accepts(*TRANSITION_FIELDS, *DECISION_FIELDS)
def release(revision_id: int) -> ViewResponse:
    return run_action(revision_id, Action.RELEASE, _for_shown_version(review.release), on_refused(revision_id))


@bp.post(f"/{REVISION_ID}/mark")
@require_role("reviewer")
@accepts(*TRANSITION_FIELDS, *DECISION_FIELDS)
def mark(revision_id: int) -> ViewResponse:
    """Save decisions on some of the fields, or accept all the others at once."""
    decision = Decision.from_form(request.form)

    def act(session: Session, revision: Revision, account: Account) -> None:
        if decision.missing_reasons:
            raise ValidationFailed([_reason_missing(name) for name in decision.missing_reasons])
        review.save_field_decisions(
            session,
            revision,
            decision.field_decisions,
            version=actions.form_version(),
            by=account,
            note=decision.note,
        )

    return run_action(revision_id, Action.MARK, act, on_refused(revision_id))


@bp.post(f"/{REVISION_ID}/return", endpoint="return")
@require_role("reviewer")
@accepts(*TRANSITION_FIELDS, *DECISION_FIELDS)
def return_(revision_id: int) -> ViewResponse:
    decision = Decision.from_form(request.form)

    def act(session: Session, revision: Revision, account: Account) -> None:
        if decision.missing_reasons:
            raise ValidationFailed([_reason_missing(name) for name in decision.missing_reasons])
        review.return_(
            session,
            revision,
            version=actions.form_version(),
            by=account,
            reasons=decision.reasons,
            note=decision.note,
            accepted=decision.accepted,
            cleared=decision.cleared,
        )

    return run_action(revision_id, Action.RETURN, act, on_refused(revision_id))


@bp.post(f"/{REVISION_ID}/approve")
@require_role("reviewer")
@accepts(*TRANSITION_FIELDS, *DECISION_FIELDS)
def approve(revision_id: int) -> ViewResponse:
    decision = Decision.from_form(request.form)

    def act(session: Session, revision: Revision, account: Account) -> None:
        if decision.returned:
            raise ValidationFailed([_approval_contradiction(name) for name in decision.reasons])
        review.approve(
            session,
            revision,
            version=actions.form_version(),
            by=account,
            note=decision.note,
            accepted=decision.accepted + decision.cleared,
        )

    return run_action(revision_id, Action.APPROVE, act, on_refused(revision_id))


@bp.post(f"/{REVISION_ID}/unschedule")
@require_role("reviewer")
@accepts(*TRANSITION_FIELDS, *DECISION_FIELDS)
def unschedule(revision_id: int) -> ViewResponse:
    return run_action(
        revision_id,
        Action.UNSCHEDULE,
        lambda session, revision, account: publication.unschedule(session, revision, by=account),
        on_refused(revision_id),
    )


def on_refused(revision_id: int) -> idempotency.RefusalHandler:
    """Answer a refusal with the page of the revision and the reason."""
    return lambda error, status: render_revision(revision_id, error=error, status=status)


def _for_shown_version(command: Callable[..., Revision]) -> Callable[[Session, Revision, Account], Revision]:
    """The command, restricted to the version that the page showed; raises Conflict for another one."""

    def act(session: Session, revision: Revision, account: Account) -> Revision:
        actions.check_version(revision)
        return command(session, revision, by=account)

    return act


def _last_event(session: Session, revision_id: int) -> tuple[str, ...]:
    """The last event of a revision, in one sentence."""
    lines = map(event_text.event_line, history.revision_events(session, revision_id, with_saves=True)[:1])
    return tuple(
        gettext(
            "%(who)s %(what)s at %(time)s on %(day)s UTC.",
            who=line.who,
            what=line.what,
            time=line.at.strftime("%H:%M"),
            day=line.at.strftime("%Y-%m-%d"),
        )
        for line in lines
    )


def _reason_missing(name: str) -> FieldError:
    return FieldError(
        name,
        gettext("This field is marked to be returned without a reason."),
        gettext("Enter a reason, or choose another decision."),
    )


def _approval_contradiction(name: str) -> FieldError:
    return FieldError(
        name,
        gettext("This field is marked to be returned, so the revision cannot be approved."),
        gettext("Accept the field, or return the revision."),
    )
