"""What follows once a password is accepted: the cookies of the session, and the page of the next step."""

from __future__ import annotations

from flask import Response, make_response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WSGIResponse

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.i18n.catalogues import gettext
from portal.models import Account
from portal.services.accounts import authentication, language, notifications, sessions
from portal.services.accounts.authentication import SignInOutcome, SignInResult
from portal.text.email_addresses import normalise_email
from portal.web.accounts import user_agents
from portal.web.http import request_context
from portal.web.presentation import i18n
from portal.web.security import cookies


def next_step(result: SignInResult, target: str) -> str:
    """The URL to go to: the target, or the page of the second factor that leads there."""
    if result.outcome == SignInOutcome.COMPLETE:
        return target
    return url_for("sign_in.code" if result.outcome == SignInOutcome.CODE_REQUIRED else "sign_in.enrol", next=target)


def announce_device(session: Session, email: str) -> str:
    """Before a sign-in to the account with this address: the name of the device if the account knows it, "" if not.

    The owner is told of a sign-in from a device that it does not know.
    """
    device = cookies.known_device(normalise_email(email))
    browser = user_agents.describe_user_agent(request.user_agent.string)
    address = request_context.client_address()

    def where() -> str:
        return gettext(
            "%(browser)s, from the network address %(address)s",
            browser=user_agents.in_words(browser),
            address=address or gettext("unknown"),
        )

    notifications.set_new_device(session, None if device else where)
    return device


def complete_sign_in(response: Response | WSGIResponse, result: SignInResult) -> Response:
    """Set the session cookie; a complete sign-in also makes this a known device of the account."""
    completed = make_response(response)
    cookies.begin_session(completed, result.token)
    if result.outcome == SignInOutcome.COMPLETE and isinstance(result.account, Account):
        cookies.remember_device(completed, result.account.email)
        keep_language(result.account)
    return completed


def keep_language(account: Account) -> None:
    """Who signed in through pages of another language finds the desk in it, unless they chose one before."""
    spoken = i18n.current_language()
    if not account.language and spoken != i18n.SOURCE:
        with transaction(db.session()) as session:
            language.choose_language(
                session, session.get_one(Account, account.id), spoken.code, offered=request_context.settings().languages
            )


def begin_enrolment(result: SignInResult) -> None:
    """Create the secret after the password step, so that the GET that shows it changes nothing."""
    if sessions.find(db.session(), result.token) is None:
        return
    with transaction(db.session()) as session:
        pending = sessions.find(session, result.token)
        if pending is not None:
            authentication.begin_enrolment(session, pending, issuer=request_context.totp_issuer())
