"""Runs one action on a revision per request, and words its success or refusal.

A refused action re-renders the page of its form, with everything that was typed.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import request, url_for
from sqlalchemy.orm import Session

from portal.errors import Conflict, PortalError, ValidationFailed
from portal.models import Account, Revision
from portal.services.editorial import revisions, workflow
from portal.services.editorial.workflow import Action
from portal.web.http.responses import ViewResponse
from portal.web.presentation.i18n import gettext
from portal.web.security.idempotency import RefusalHandler, run_once

# Fields of every action form: the idempotency key, and the version of the revision that its page shows.
TRANSITION_FIELDS = ("key", "version")


def run_action(
    revision_id: int,
    action: Action,
    operation: Callable[[Session, Revision, Account], object],
    on_refused: RefusalHandler,
) -> ViewResponse:
    """Run an action on a revision once, then redirect to the revision with a success message. Raises NotFound."""

    def act(session: Session, account: Account) -> str:
        revision = revisions.get_revision(session, revision_id, account)
        # Checked before the form is validated: people who may not act should not be asked to correct it.
        workflow.check_transition(action, revision, account)
        result = operation(session, revision, account)
        target_id = result.id if isinstance(result, Revision) else revision_id
        return url_for("review.revision", revision_id=target_id)

    return run_once(act, on_refused, success_message(action, revision_id))


def success_message(action: Action, revision_id: int) -> str:
    """The message that the next page shows after an action."""
    sentences = {
        Action.SUBMIT: gettext("%(label)s is submitted for review."),
        Action.RECALL: gettext("%(label)s is a draft again. You can edit it."),
        Action.DISCARD: gettext("%(label)s is discarded. Its history is kept."),
        Action.CLAIM: gettext("You are now reviewing %(label)s."),
        Action.RELEASE: gettext("%(label)s is back in the queue."),
        Action.SET_DUE: gettext("You changed the due date of %(label)s."),
        Action.MARK: gettext("Your field decisions on %(label)s are saved. Nothing is approved or returned yet."),
        Action.RETURN: gettext("%(label)s is returned to its author with your reasons."),
        Action.APPROVE: gettext("%(label)s is approved. It becomes public once a reviewer publishes it."),
        Action.PUBLISH: gettext("%(label)s is published. Everyone can see it now."),
        Action.SCHEDULE: gettext("%(label)s is scheduled."),
        Action.UNSCHEDULE: gettext("%(label)s is no longer scheduled. It is still approved."),
        Action.HAND_OVER: gettext("%(label)s has another author now. It is on their desk."),
        Action.RESTORE: gettext("This new draft has the content of %(label)s. Nothing public has changed."),
    }
    return sentences[action] % {"label": f"R-{revision_id}"}


def form_version() -> int:
    """The version that the form was rendered from; 0, which no revision has, without a valid one."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def check_version(revision: Revision) -> None:
    """Raise Conflict if the revision changed since the form was rendered."""
    workflow.check_version(revision, form_version())


def error_messages(error: PortalError) -> tuple[str, ...]:
    """The sentences that explain a refusal to the user."""
    if isinstance(error, ValidationFailed):
        return tuple(str(field_error) for field_error in error.errors)
    if isinstance(error, Conflict) and error.conflict_with == "project":
        return (
            gettext(
                "The public record has changed since this revision was started. Return it so that its author can "
                "update it. Below, it is compared with the record as it is now."
            ),
        )
    if isinstance(error, Conflict):
        return (
            gettext(
                "This revision changed while you were reading it. The page shows it as it is now, and what you typed."
            ),
        )
    return (str(error),)
