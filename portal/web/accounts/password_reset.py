"""Choosing a password by a one-time link. A GET changes nothing, so a mail scanner may look."""

from __future__ import annotations

from time import monotonic, sleep

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WSGIResponse
from wtforms import Form, PasswordField, StringField

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.errors import WeakPassword
from portal.models.account import EMAIL_MOST
from portal.services import mail
from portal.services.accounts import administration, notifications, one_time_links, rate_limits
from portal.services.accounts.notifications import Event
from portal.web.accounts import notify
from portal.web.http import request_context
from portal.web.presentation.i18n import gettext
from portal.web.security import cookies

bp = Blueprint("passwords", __name__)
Answer = Response | WSGIResponse | str
# Making a link takes a few milliseconds more than making none; all answers leave so long after they were asked for.
ANSWER_SECONDS = 0.15


class ForgottenForm(Form):
    email = StringField(gettext("E-mail address"))


class ChoiceForm(Form):
    password = PasswordField(gettext("New password"))


@bp.get("/forgotten")
def forgotten() -> Answer:
    return render_template(
        "accounts/forgotten_password.html", form=ForgottenForm(), can_mail=mail.can_send(request_context.settings())
    )


@bp.post("/forgotten")
def ask_for_link() -> Answer:
    """Mail a link where there is such an account; the answer is the same where there is none."""
    session, form, began = db.session(), ForgottenForm(request.form), monotonic()
    begin_writing(session)
    link = administration.request_reset(
        session, (form.email.data or "")[:EMAIL_MOST], address=request_context.address()
    )
    session.commit()
    if link is not None:
        mail.send_soon(notifications.letter_of(link, request_context.settings()), request_context.settings())
    sleep(max(0.0, began + ANSWER_SECONDS - monotonic()))
    return render_template("accounts/reset_link_requested.html", can_mail=mail.can_send(request_context.settings()))


@bp.get(f"{one_time_links.PATH}<token>")
def link(token: str) -> Answer:
    found = one_time_links.read(db.session(), token)
    return password_page(token, ChoiceForm(), found.account.email)


@bp.post(f"{one_time_links.PATH}<token>")
def use_link(token: str) -> Answer:
    session, form = db.session(), ChoiceForm(request.form)
    begin_writing(session)
    rate_limits.take(session, "link", account=token, address=request_context.address())
    session.commit()
    email = one_time_links.read(session, token).account.email
    try:
        account = one_time_links.use(session, token, form.password.data or "")
    except WeakPassword as why:
        form.password.errors = [str(why)]
        return make_response(password_page(token, form, email), 422)
    session.commit()
    notify.tell(Event.PASSWORD, account)
    flash(gettext("Your password is set. Sign in with it."))
    response = make_response(redirect(url_for("signing_in.sign_in"), 303))
    cookies.end_session(response)
    return response


def password_page(token: str, form: ChoiceForm, email: str) -> Response:
    return make_response(render_template("accounts/choose_password.html", form=form, token=token, email=email))


@bp.after_request
def keep_token(response: Response) -> Response:
    """The address of a link holds its token, so the browser tells no page more than the name of this site."""
    if "token" in (request.view_args or {}):
        response.headers["Referrer-Policy"] = "strict-origin"
    return response
