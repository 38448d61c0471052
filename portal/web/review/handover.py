"""Handing a revision over to another author."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session

from portal.database.orm import db
from portal.errors import PortalError
from portal.models import Account
from portal.services.editorial import handover, workflow
from portal.services.editorial.workflow import Action
from portal.web.declarations import accepts, require_role
from portal.web.http.responses import ViewResponse
from portal.web.http.url_converters import REVISION_ID
from portal.web.presentation import field_labels
from portal.web.presentation.i18n import gettext
from portal.web.review import actions
from portal.web.review.actions import TRANSITION_FIELDS
from portal.web.review.confirmation import Confirmation, render_confirmation
from portal.web.security import access, idempotency

bp = Blueprint("handover", __name__, url_prefix="/staff/revisions")


@bp.get(f"/{REVISION_ID}/hand-over")
@require_role("administrator")
def confirm(revision_id: int) -> ViewResponse:
    return show_confirmation(revision_id)


@bp.post(f"/{REVISION_ID}/hand-over")
@require_role("administrator")
@accepts(*TRANSITION_FIELDS, "author_id")
def hand_over(revision_id: int) -> ViewResponse:
    def act(session: Session, account: Account) -> str:
        revision = handover.get_open_revision(session, revision_id, by=account)
        former_id = revision.author_id
        handover.hand_over(session, revision, _selected_id(), version=actions.form_version(), by=account)
        return url_for("accounts.show_account", account_id=former_id)

    return idempotency.run_once(
        act,
        lambda error, status: show_confirmation(revision_id, error=error, status=status),
        actions.success_message(Action.HAND_OVER, revision_id),
    )


def show_confirmation(revision_id: int, *, error: PortalError | None = None, status: int = 200) -> ViewResponse:
    session, account = db.session(), access.signed_in_account()
    revision = handover.get_open_revision(session, revision_id, by=account)
    confirmation = Confirmation(
        heading=gettext("Hand over %(label)s", label=revision.label),
        subject=field_labels.display_title(revision.draft),
        subject_language=field_labels.title_language(revision.draft),
        consequences=(
            gettext("It leaves the desk of %(name)s, who can no longer edit it.", name=revision.author.name),
            gettext("The new author edits and submits it. Neither of the two may approve it."),
            gettext("Both read on their desks that it was handed over, and its history says so."),
            workflow.status_sentence(revision),
        ),
        action_url=url_for(".hand_over", revision_id=revision.id),
        button_text=gettext("Hand over"),
        back_url=url_for("accounts.show_account", account_id=revision.author_id),
        version=revision.version,
        required_input="author",
        choices=tuple((candidate.id, candidate.name) for candidate in handover.candidates(session, revision)),
    )
    return render_confirmation(confirmation, error=error, status=status)


def _selected_id() -> int:
    text = request.form.get("author_id", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
