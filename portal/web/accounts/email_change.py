"""Another e-mail address: asked for on one's own page, confirmed by a link that goes to the new address."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WSGIResponse

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.errors import ValidationFailed
from portal.models import Account
from portal.services import mail
from portal.services.accounts import email_change, notifications, rate_limits
from portal.services.accounts.authentication import Outcome
from portal.services.accounts.email_change import EmailChangeRequest
from portal.services.accounts.notifications import SecurityEvent
from portal.web.accounts import account_settings, notify
from portal.web.accounts.account_settings import ChangeEmailForm
from portal.web.declarations import accepts, require_role, sign_in_page
from portal.web.http import error_pages, request_context
from portal.web.presentation.i18n import gettext
from portal.web.security import access, cookies

bp = Blueprint("email_change", __name__)
ViewResponse = Response | WSGIResponse | str


@bp.post("/staff/account/email")
@require_role("author")
@accepts(ChangeEmailForm, "username")
def request_change() -> ViewResponse:
    """With the present password and a code; the answer is the same whether or not the address has an account."""
    form = ChangeEmailForm(request.form)
    try:
        email_change.validate_new_email(access.signed_in_account(), form.email.data or "")
    except ValidationFailed as why:
        form.email.errors = [str(fault) for fault in why.errors]
        return account_settings.render_settings(email=form, status=422)
    if not mail.can_send(request_context.settings()):
        form.email.errors = [gettext("This portal sends no mail. Ask an administrator to change your address.")]
        return account_settings.render_settings(email=form, status=422)
    tried = account_settings.reauthenticate(form)
    if tried.outcome == Outcome.LIMITED:
        return error_pages.rate_limited(tried.retry_after)
    if tried.outcome == Outcome.REFUSED:
        form.current_password.errors = [account_settings.wrong_credentials_message()]
        return account_settings.render_settings(email=form, status=422)
    begin_writing(db.session())
    person = access.signed_in_account()
    wanted = email_change.request_change(
        db.session(), person, form.email.data or "", client_address=request_context.client_address()
    )
    db.session.commit()
    notify_both_addresses(person, wanted)
    said = gettext("If this address can be used, a link is on its way to it. Until you open it, nothing changes.")
    return account_settings.renew_session_cookie(account_settings.redirect_with_message(said), tried.token)


@bp.get(f"{email_change.LINK_PATH}<token>")
@sign_in_page
def show_link(token: str) -> ViewResponse:
    """A question, so that a mail scanner that looks changes nothing."""
    found = email_change.load_change(db.session(), token)
    response = make_response(render_template("accounts/confirm_email.html", token=token, email=found.email))
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


@bp.post(f"{email_change.LINK_PATH}<token>")
@sign_in_page
@accepts()
def use_link(token: str) -> ViewResponse:
    session = db.session()
    begin_writing(session)
    rate_limits.hit(session, "link", account=token, client_address=request_context.client_address())
    session.commit()
    begin_writing(session)
    account, before = email_change.confirm(session, token)
    session.commit()
    notify.send_notification(SecurityEvent.EMAIL_CHANGED, account, detail=account.email, also=before)
    flash(gettext("Your e-mail address is changed. Sign in with the new one."))
    response = make_response(redirect(url_for("sign_in.sign_in"), 303))
    cookies.end_session(response)
    return response


def notify_both_addresses(account: Account, request: EmailChangeRequest) -> None:
    """The link or the news to the address that is asked for, and a notice to the present one."""
    settings = request_context.settings()
    notify.send_notification(SecurityEvent.EMAIL_CHANGE_REQUESTED, account, detail=request.email)
    if request.current_owner is not None:
        notify.send_notification(SecurityEvent.EMAIL_IN_USE, request.current_owner)
    else:
        address = request.url(settings.public_url)
        mail.send_in_background(
            notifications.confirmation_email(request.email, account.name, address, settings), settings
        )
