"""Mail that waits and mail that could not be sent, for administrators."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.errors import InvalidTransition
from portal.models import OutboxMessage
from portal.services.mail import outbox, smtp
from portal.services.operations import mail_failures
from portal.vocabulary.mail import MailKind, MailState
from portal.web.declarations import accepts, require_role
from portal.web.http import request_context
from portal.web.http.responses import ViewResponse
from portal.web.http.url_converters import MESSAGE_ID
from portal.web.presentation.i18n import gettext
from portal.web.security import access

bp = Blueprint("mail", __name__, url_prefix="/staff/mail")


@bp.get("/")
@require_role("administrator")
def show() -> str:
    session = db.session()
    waiting = [message for state in (MailState.SENDING, MailState.WAITING) for message in _listed(session, state)]
    return render_template(
        "admin/mail.html",
        can_mail=smtp.can_send(request_context.settings()),
        summary=outbox.pending_summary(session),
        held_since=outbox.held_since(session),
        failed=_listed(session, MailState.FAILED),
        waiting=waiting,
        kinds=kind_names(),
    )


@bp.post(f"/{MESSAGE_ID}/again")
@require_role("administrator")
@accepts()
def try_again(message_id: int) -> ViewResponse:
    return change_message(message_id, mail_failures.try_again, gettext("The message is sent again within a minute."))


@bp.post(f"/{MESSAGE_ID}/dismiss")
@require_role("administrator")
@accepts()
def dismiss(message_id: int) -> ViewResponse:
    return change_message(message_id, mail_failures.dismiss, gettext("The message is off the list."))


def change_message(message_id: int, operation: Callable[..., OutboxMessage], message: str) -> ViewResponse:
    try:
        with transaction(db.session()) as session:
            operation(session, message_id, by=access.signed_in_account())
    except InvalidTransition as error:
        message = str(error)
    flash(message)
    return redirect(url_for("mail.show"), 303)


def kind_names() -> dict[str, str]:
    return {
        MailKind.WAITS: gettext("It waits for a review"),
        MailKind.RETURNED: gettext("It came back with reasons"),
        MailKind.APPROVED: gettext("It is approved"),
        MailKind.PUBLISHED: gettext("It is published"),
        MailKind.OVERTAKEN: gettext("It was overtaken"),
        MailKind.TAKEN_OVER: gettext("Somebody took it over"),
        MailKind.DUE: gettext("It is due tomorrow"),
        MailKind.DIGEST: gettext("The mail of the day"),
        MailKind.SECURITY: gettext("Security notice"),
        MailKind.LINK: gettext("One-time link"),
    }


def _listed(session: Session, state: MailState) -> list[OutboxMessage]:
    return outbox.list_messages(session, state)
