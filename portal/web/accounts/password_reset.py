"""Set a password with a one-time link. A GET changes nothing, so that a mail scanner may open the link."""

from __future__ import annotations

from time import monotonic, sleep

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.errors import InvalidLink, WeakPassword
from portal.models import Account
from portal.models.account import MAX_EMAIL_LENGTH
from portal.services.accounts import (
    administration,
    authentication,
    link_mails,
    one_time_links,
    rate_limits,
    sessions,
)
from portal.services.accounts.authentication import SignInOutcome, SignInResult
from portal.services.mail import smtp
from portal.text.email_addresses import normalise_email
from portal.web.accounts import session_start, user_agents
from portal.web.accounts.forms import ChoosePasswordForm, ForgottenPasswordForm
from portal.web.declarations import accepts, sign_in_page
from portal.web.http import error_pages, request_context
from portal.web.http.languages import choice
from portal.web.http.responses import ViewResponse
from portal.web.presentation.i18n import gettext
from portal.web.security import cookies, safe_redirect

bp = Blueprint("password_reset", __name__)
# Creating a link takes a few milliseconds; every response is delayed to this, so that its time tells nothing.
MIN_RESPONSE_SECONDS = 0.15


@bp.get("/forgotten")
@sign_in_page
def show_forgotten() -> ViewResponse:
    return render_template(
        "accounts/forgotten_password.html",
        form=ForgottenPasswordForm(),
        can_mail=smtp.can_send(request_context.settings()),
    )


@bp.post("/forgotten")
@sign_in_page
@accepts(ForgottenPasswordForm)
def request_link() -> ViewResponse:
    """Mail a link if the address has an account; the response is the same if it has none."""
    form, settings, started_at = ForgottenPasswordForm(request.form), request_context.settings(), monotonic()
    email = (form.email.data or "")[:MAX_EMAIL_LENGTH]
    with transaction(db.session()) as session:
        link = administration.request_password_reset(
            session,
            email,
            client_address=request_context.client_address(),
            device=cookies.known_device(normalise_email(email)),
        )
        if link is not None:
            link_mails.queue_link(session, link)
    sleep(max(0.0, started_at + MIN_RESPONSE_SECONDS - monotonic()))
    return render_template("accounts/reset_link_requested.html", can_mail=smtp.can_send(settings))


@bp.get(f"{one_time_links.LINK_PATH}<token>")
@sign_in_page
def show_link(token: str) -> ViewResponse:
    return render_new_password(token, ChoosePasswordForm(), load_owner(token).email)


@bp.post(f"{one_time_links.LINK_PATH}<token>")
@sign_in_page
@accepts(ChoosePasswordForm, "username")
def use_link(token: str) -> ViewResponse:
    form = ChoosePasswordForm(request.form)
    with transaction(db.session()) as session:
        rate_limits.hit(session, "link", account=token, client_address=request_context.client_address())
    email = load_owner(token).email
    try:
        with transaction(db.session(), begin=False) as session:
            account = one_time_links.redeem(session, token, form.password.data or "")
            # What succeeded does not count: neither this use of the link nor the requests that led to it.
            rate_limits.reset(session, "link", account=token)
            rate_limits.reset(session, "reset", account=account.email)
    except WeakPassword as error:
        form.password.errors = [str(error)]
        return make_response(render_new_password(token, form, email), 422)
    return go_on(sign_in_owner(account.id))


def load_owner(token: str) -> Account:
    """The account of a link, whose language the page speaks. Raises InvalidLink."""
    account = one_time_links.load_link(db.session(), token).account
    choice.speak(account.language)
    return account


def sign_in_owner(account_id: int) -> SignInResult:
    """Begin the session of the account whose password was chosen just now; the one this browser had before ends.

    Its owner is told of the password; a second message, of the device, would only alarm.
    """
    previous_session = g.auth_session
    with transaction(db.session()) as session:
        if previous_session is not None:
            sessions.end(session, previous_session)
        return authentication.accept_password(
            session,
            session.get_one(Account, account_id),
            client_address=request_context.client_address(),
            user_agent=user_agents.describe_user_agent(request.user_agent.string),
        )


def go_on(result: SignInResult) -> Response:
    """To the desk, or to the second factor, which choosing a password does not replace."""
    flash(gettext("Your password has been changed."))
    if result.outcome == SignInOutcome.ENROLMENT_REQUIRED:
        session_start.begin_enrolment(result)
    target = session_start.next_step(result, safe_redirect.DEFAULT_TARGET)
    return session_start.complete_sign_in(redirect(target, 303), result)


@bp.errorhandler(InvalidLink)
def show_dead_link(error: InvalidLink) -> Response:
    """410 that leads to a new link: by email, or from an administrator."""
    db.session.rollback()
    can_mail = smtp.can_send(request_context.settings())
    page = render_template("accounts/dead_link.html", message=str(error), can_mail=can_mail)
    return error_pages.add_error_headers(make_response(page, 410))


def render_new_password(token: str, form: ChoosePasswordForm, email: str) -> Response:
    return make_response(render_template("accounts/choose_password.html", form=form, token=token, email=email))


@bp.after_request
def hide_token_from_referrer(response: Response) -> Response:
    """The URL of a link holds its token, so the browser sends only the origin as referrer."""
    if "token" in (request.view_args or {}):
        response.headers["Referrer-Policy"] = "strict-origin"
    return response
