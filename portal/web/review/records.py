"""The record of a project for staff: its revisions, and its withdrawal."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session

from portal.database.orm import db
from portal.errors import PortalError
from portal.models import Account
from portal.services.editorial import publication, revisions
from portal.services.records import published
from portal.web.declarations import accepts, require_role
from portal.web.http.responses import ViewResponse
from portal.web.presentation.i18n import gettext
from portal.web.review.actions import TRANSITION_FIELDS
from portal.web.review.confirmation import Confirmation, render_confirmation
from portal.web.review.forms import ReasonForm
from portal.web.security import access, idempotency

bp = Blueprint("records", __name__, url_prefix="/staff/projects")


@bp.get("/<slug>")
@require_role("author")
def record(slug: str) -> ViewResponse:
    """The record with every revision that the account may see."""
    session, account = db.session(), access.signed_in_account()
    project = published.get_project_by_slug(session, slug)
    return render_template(
        "review/record.html",
        project=project,
        revisions=revisions.project_revisions(session, project, account),
    )


@bp.get("/<slug>/withdraw")
@require_role("reviewer")
def confirm_withdraw(slug: str) -> ViewResponse:
    return show_confirmation(slug)


@bp.post("/<slug>/withdraw")
@require_role("reviewer")
@accepts(*TRANSITION_FIELDS, ReasonForm)
def withdraw(slug: str) -> ViewResponse:
    def act(session: Session, account: Account) -> str:
        project = published.get_project_by_slug(session, slug)
        publication.withdraw(session, project, reason=ReasonForm(request.form).reason.data or "", by=account)
        return url_for(".record", slug=project.slug)

    success_message = gettext("The record is withdrawn. Its page shows the date and the reason.")
    return idempotency.run_once(
        act, lambda error, status: show_confirmation(slug, error=error, status=status), success_message
    )


def show_confirmation(slug: str, *, error: PortalError | None = None, status: int = 200) -> ViewResponse:
    """The confirmation page of a withdrawal; raises NotFound, or InvalidTransition if the record is not public."""
    project = published.get_project_by_slug(db.session(), slug)
    if error is None:
        publication.check_withdrawable(project)
    confirmation = Confirmation(
        heading=gettext("Withdraw this record"),
        subject=project.title,
        subject_language=project.title_language,
        consequences=(
            gettext("It disappears from the directory, from all counts and totals, and from search."),
            gettext("Its address still works. It shows that the record was withdrawn, the date and the reason below."),
            gettext("Staff still see its revisions, and can restore one as a draft and publish it again."),
        ),
        action_url=url_for(".withdraw", slug=project.slug),
        button_text=gettext("Withdraw record"),
        back_url=url_for(".record", slug=project.slug),
        required_input="reason",
        is_dangerous=True,
    )
    return render_confirmation(confirmation, error=error, status=status)
