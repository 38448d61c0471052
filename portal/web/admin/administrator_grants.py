"""Requests for new administrators, which a second administrator confirms or declines."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.services.accounts import administrator_requests, link_mails
from portal.web.admin.link_delivery import deliver_link
from portal.web.declarations import accepts, require_role
from portal.web.http.responses import ViewResponse
from portal.web.http.url_converters import REQUEST_ID
from portal.web.presentation.i18n import gettext
from portal.web.security import access

bp = Blueprint("administrator_grants", __name__, url_prefix="/staff/accounts/requests")


@bp.post(f"/{REQUEST_ID}/confirm")
@require_role("administrator")
@accepts()
def confirm(request_id: int) -> ViewResponse:
    with transaction(db.session()) as session:
        confirmed = administrator_requests.confirm(
            session, request_id, by=access.signed_in_account(), auth_session=access.auth_session()
        )
        is_mailed = confirmed.link is not None and link_mails.queue_link(session, confirmed.link)
    if confirmed.link is not None:
        return deliver_link(confirmed.link, is_mailed=is_mailed)
    flash(gettext("%(name)s is an administrator now.", name=confirmed.account.name))
    return redirect(url_for("accounts.list_accounts"), 303)


@bp.post(f"/{REQUEST_ID}/decline")
@require_role("administrator")
@accepts()
def decline(request_id: int) -> ViewResponse:
    with transaction(db.session()) as session:
        administrator_requests.decline(session, request_id, by=access.signed_in_account())
    flash(gettext("The request has been closed. Nothing was changed."))
    return redirect(url_for("accounts.list_accounts"), 303)
