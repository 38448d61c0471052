"""Set a password with a one-time link. A GET changes nothing, so that a mail scanner may open the link."""

from __future__ import annotations

from time import monotonic, sleep

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.errors import WeakPassword
from portal.models.account import MAX_EMAIL_LENGTH
from portal.services import mail
from portal.services.accounts import administration, notifications, one_time_links, rate_limits
from portal.services.accounts.notifications import SecurityEvent
from portal.web.accounts import notify
from portal.web.accounts.forms import ChoosePasswordForm, ForgottenPasswordForm
from portal.web.declarations import accepts, sign_in_page
from portal.web.http import request_context
from portal.web.http.responses import ViewResponse
from portal.web.presentation.i18n import gettext
from portal.web.security import cookies

bp = Blueprint("password_reset", __name__)
# Creating a link takes a few milliseconds; every response is delayed to this, so that its time tells nothing.
MIN_RESPONSE_SECONDS = 0.15


@bp.get("/forgotten")
@sign_in_page
def show_forgotten() -> ViewResponse:
    return render_template(
        "accounts/forgotten_password.html",
        form=ForgottenPasswordForm(),
        can_mail=mail.can_send(request_context.settings()),
    )


@bp.post("/forgotten")
@sign_in_page
@accepts(ForgottenPasswordForm)
def request_link() -> ViewResponse:
    """Send a link if the address has an account; the response is the same if it has none."""
    form, settings, started_at = ForgottenPasswordForm(request.form), request_context.settings(), monotonic()
    with transaction(db.session()) as session:
        link = administration.request_password_reset(
            session, (form.email.data or "")[:MAX_EMAIL_LENGTH], client_address=request_context.client_address()
        )
    if link is not None:
        mail.send_in_background(notifications.link_email(link, settings), settings)
    sleep(max(0.0, started_at + MIN_RESPONSE_SECONDS - monotonic()))
    return render_template("accounts/reset_link_requested.html", can_mail=mail.can_send(settings))


@bp.get(f"{one_time_links.LINK_PATH}<token>")
@sign_in_page
def show_link(token: str) -> ViewResponse:
    link = one_time_links.load_link(db.session(), token)
    return render_new_password(token, ChoosePasswordForm(), link.account.email)


@bp.post(f"{one_time_links.LINK_PATH}<token>")
@sign_in_page
@accepts(ChoosePasswordForm, "username")
def use_link(token: str) -> ViewResponse:
    form = ChoosePasswordForm(request.form)
    with transaction(db.session()) as session:
        rate_limits.hit(session, "link", account=token, client_address=request_context.client_address())
    email = one_time_links.load_link(db.session(), token).account.email
    try:
        with transaction(db.session(), begin=False) as session:
            account = one_time_links.redeem(session, token, form.password.data or "")
    except WeakPassword as error:
        form.password.errors = [str(error)]
        return make_response(render_new_password(token, form, email), 422)
    notify.send_notification(SecurityEvent.PASSWORD_CHANGED, account)
    flash(gettext("Your password has been changed. Sign in with it."))
    response = make_response(redirect(url_for("sign_in.sign_in"), 303))
    cookies.end_session(response)
    return response


def render_new_password(token: str, form: ChoosePasswordForm, email: str) -> Response:
    return make_response(render_template("accounts/choose_password.html", form=form, token=token, email=email))


@bp.after_request
def hide_token_from_referrer(response: Response) -> Response:
    """The URL of a link holds its token, so the browser sends only the origin as referrer."""
    if "token" in (request.view_args or {}):
        response.headers["Referrer-Policy"] = "strict-origin"
    return response
