"""Choosing a password by a one-time link. A GET changes nothing, so a mail scanner may look."""

from __future__ import annotations

from time import monotonic, sleep

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WSGIResponse
from wtforms import Form, PasswordField, StringField

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.errors import WeakPassword
from portal.models.account import MAX_EMAIL_LENGTH
from portal.services import mail
from portal.services.accounts import administration, notifications, one_time_links, rate_limits
from portal.services.accounts.notifications import SecurityEvent
from portal.web.accounts import notify
from portal.web.declarations import accepts, sign_in_page
from portal.web.http import request_context
from portal.web.presentation.i18n import gettext
from portal.web.security import cookies

bp = Blueprint("password_reset", __name__)
ViewResponse = Response | WSGIResponse | str
# Making a link takes a few milliseconds more than making none; all answers leave so long after they were asked for.
MIN_RESPONSE_SECONDS = 0.15


class ForgottenPasswordForm(Form):
    email = StringField(gettext("E-mail address"))


class ChoosePasswordForm(Form):
    password = PasswordField(gettext("New password"))


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
    """Mail a link where there is such an account; the answer is the same where there is none."""
    session, form, began = db.session(), ForgottenPasswordForm(request.form), monotonic()
    begin_writing(session)
    link = administration.request_password_reset(
        session, (form.email.data or "")[:MAX_EMAIL_LENGTH], client_address=request_context.client_address()
    )
    session.commit()
    if link is not None:
        mail.send_in_background(notifications.link_email(link, request_context.settings()), request_context.settings())
    sleep(max(0.0, began + MIN_RESPONSE_SECONDS - monotonic()))
    return render_template("accounts/reset_link_requested.html", can_mail=mail.can_send(request_context.settings()))


@bp.get(f"{one_time_links.LINK_PATH}<token>")
@sign_in_page
def show_link(token: str) -> ViewResponse:
    found = one_time_links.load_link(db.session(), token)
    return render_new_password(token, ChoosePasswordForm(), found.account.email)


@bp.post(f"{one_time_links.LINK_PATH}<token>")
@sign_in_page
@accepts(ChoosePasswordForm, "username")
def use_link(token: str) -> ViewResponse:
    session, form = db.session(), ChoosePasswordForm(request.form)
    begin_writing(session)
    rate_limits.hit(session, "link", account=token, client_address=request_context.client_address())
    session.commit()
    email = one_time_links.load_link(session, token).account.email
    try:
        account = one_time_links.redeem(session, token, form.password.data or "")
    except WeakPassword as why:
        form.password.errors = [str(why)]
        return make_response(render_new_password(token, form, email), 422)
    session.commit()
    notify.send_notification(SecurityEvent.PASSWORD_CHANGED, account)
    flash(gettext("Your password is set. Sign in with it."))
    response = make_response(redirect(url_for("sign_in.sign_in"), 303))
    cookies.end_session(response)
    return response


def render_new_password(token: str, form: ChoosePasswordForm, email: str) -> Response:
    return make_response(render_template("accounts/choose_password.html", form=form, token=token, email=email))


@bp.after_request
def hide_token_from_referrer(response: Response) -> Response:
    """The address of a link holds its token, so the browser tells no page more than the name of this site."""
    if "token" in (request.view_args or {}):
        response.headers["Referrer-Policy"] = "strict-origin"
    return response
