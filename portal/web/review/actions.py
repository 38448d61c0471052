"""One step of a revision as a request: the key that makes it count once, the act, one commit, the way on.

What refuses the step comes back on the page it was asked from, with everything that was typed.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import request, url_for
from sqlalchemy.orm import Session

from portal.errors import Conflict, PortalError, ValidationFailed
from portal.models import Account, Revision
from portal.services.editorial import revisions, workflow
from portal.services.editorial.workflow import Action
from portal.web.presentation.i18n import gettext
from portal.web.security.idempotency import RefusalHandler, ViewResponse, run_once

# What every form of a step sends: the idempotency key, and the version of the revision that its page shows.
TRANSITION_FIELDS = ("key", "version")


def run_action(
    revision_id: int,
    action: Action,
    operation: Callable[[Session, Revision, Account], object],
    on_refused: RefusalHandler,
) -> ViewResponse:
    """One step of one revision; the page of what came of it says what was done. Raises Missing."""

    def acted(session: Session, account: Account) -> str:
        found = revisions.get_revision(session, revision_id, account)
        # Before what was typed is looked at: who may not take a step need not mend a form.
        workflow.check_transition(action, found, account)
        result = operation(session, found, account)
        shown = result.id if isinstance(result, Revision) else revision_id
        return url_for("review.revision", revision_id=shown)

    return run_once(acted, on_refused, success_message(action, revision_id))


def success_message(action: Action, revision_id: int) -> str:
    """What the next page says of a step that was taken."""
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
        Action.RESTORE: gettext("This new draft has the content of %(label)s. Nothing public has changed."),
    }
    return sentences[action] % {"label": f"R-{revision_id}"}


def form_version() -> int:
    """The version that the form was made from; 0, which no revision has, when it says none."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def check_version(revision: Revision) -> None:
    """Raise Conflict when the revision changed since the form was made."""
    if revision.version != form_version():
        raise Conflict(conflict_with="revision", mine=revision.draft, theirs=revision.draft, version=revision.version)


def error_messages(error: PortalError) -> tuple[str, ...]:
    """What the person reads about a refusal."""
    if isinstance(error, ValidationFailed):
        return tuple(str(fault) for fault in error.errors)
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
