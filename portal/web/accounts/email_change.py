"""Change of the email address: requested in account settings, confirmed by a link sent to the new address."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.errors import ValidationFailed
from portal.services.accounts import email_change, rate_limits
from portal.services.accounts.authentication import SignInOutcome
from portal.services.mail import smtp
from portal.web.accounts import settings_page
from portal.web.accounts.forms import ChangeEmailForm
from portal.web.declarations import accepts, require_role, sign_in_page
from portal.web.http import error_pages, request_context
from portal.web.http.responses import ViewResponse
from portal.web.presentation.i18n import gettext
from portal.web.security import access, cookies, resubmission

bp = Blueprint("email_change", __name__)


@bp.post("/staff/account/email")
@require_role("author")
@accepts(ChangeEmailForm, "username")
def request_change() -> ViewResponse:
    """Require the current password and a code; the response is the same whether or not the address has an account."""
    form = ChangeEmailForm(request.form)
    try:
        email_change.validate_new_email(access.signed_in_account(), form.email.data or "")
    except ValidationFailed as error:
        form.email.errors = [str(field_error) for field_error in error.errors]
        return settings_page.render_settings(email=form, status=422)
    if not smtp.can_send(request_context.settings()):
        form.email.errors = [gettext("This portal cannot send email. Ask an administrator to change your address.")]
        return settings_page.render_settings(email=form, status=422)
    result = settings_page.reauthenticate(form)
    if result.outcome == SignInOutcome.LIMITED:
        return error_pages.rate_limited(result.retry_after)
    if result.outcome == SignInOutcome.REFUSED:
        form.current_password.errors = [resubmission.wrong_credentials_message()]
        return settings_page.render_settings(email=form, status=422)
    with transaction(db.session()) as session:
        account = access.signed_in_account()
        email_change.request_change(
            session, account, form.email.data or "", client_address=request_context.client_address()
        )
    message = gettext(
        "If this address can be used, a link is on its way to it. Your address changes when you open the link."
    )
    return settings_page.renew_session_cookie(settings_page.redirect_with_message(message), result.token)


@bp.get(f"{email_change.LINK_PATH}<token>")
@sign_in_page
def show_link(token: str) -> ViewResponse:
    """Ask for confirmation, so that a mail scanner that opens the link changes nothing."""
    change = email_change.load_change(db.session(), token)
    response = make_response(render_template("accounts/confirm_email.html", token=token, email=change.email))
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


@bp.post(f"{email_change.LINK_PATH}<token>")
@sign_in_page
@accepts()
def use_link(token: str) -> ViewResponse:
    with transaction(db.session()) as session:
        rate_limits.hit(session, "link", account=token, client_address=request_context.client_address())
    with transaction(db.session()) as session:
        _, old_email = email_change.confirm(session, token)
        rate_limits.reset(session, "link", account=token)
        rate_limits.reset(session, "e-mail", account=old_email)
    flash(gettext("Your email address has been changed. Sign in with the new one."))
    response = make_response(redirect(url_for("sign_in.sign_in"), 303))
    cookies.end_session(response)
    return response
