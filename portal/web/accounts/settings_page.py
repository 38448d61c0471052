"""The page of account settings, which several views return, and the re-authentication that its forms need."""

from __future__ import annotations

from flask import Response, flash, g, make_response, redirect, render_template, url_for

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.services.accounts import authentication, sessions
from portal.services.accounts.authentication import SignInResult
from portal.services.mail import smtp
from portal.web.accounts import user_agents
from portal.web.accounts.forms import ChangeEmailForm, ChangePasswordForm, LanguageForm, MailChoiceForm, OwnNameForm
from portal.web.http import request_context
from portal.web.security import access, cookies


def render_settings(
    *,
    name: OwnNameForm | None = None,
    password: ChangePasswordForm | None = None,
    email: ChangeEmailForm | None = None,
    mail_choice: MailChoiceForm | None = None,
    language: LanguageForm | None = None,
    status: int = 200,
) -> Response:
    account = access.signed_in_account()
    body = render_template(
        "accounts/account_settings.html",
        name_form=name or OwnNameForm(data={"name": account.name}),
        password_form=password or ChangePasswordForm(),
        email_form=email or ChangeEmailForm(),
        language_form=language or LanguageForm(),
        mail_form=mail_choice or MailChoiceForm(data={"mail": account.mail_choice}),
        can_mail=smtp.can_send(request_context.settings()),
        sessions=sessions.active_sessions(db.session(), account),
        current_session=access.auth_session(),
        agent_name=user_agents.in_words,
    )
    return make_response(body, status)


def reauthenticate(form: ChangePasswordForm | ChangeEmailForm) -> SignInResult:
    """Check the current password and code of the form, and commit the attempt; the session gets a new token."""
    with transaction(db.session(), begin=False) as session:
        result = authentication.reauthenticate(
            session,
            access.auth_session(),
            form.current_password.data or "",
            form.code.data or "",
            client_address=request_context.client_address(),
            device=cookies.known_device(access.signed_in_account().email),
        )
    g.session_token = result.token or g.session_token
    return result


def redirect_with_message(message: str) -> Response:
    flash(message)
    return make_response(redirect(url_for("account_settings.show_account"), 303))


def renew_session_cookie(response: Response, token: str) -> Response:
    """Continue the session under its new token."""
    cookies.begin_session(response, token)
    return response
