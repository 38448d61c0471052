"""What follows once a password is accepted: the cookies of the session, and the page of the next step."""

from __future__ import annotations

from flask import Response, make_response, request, url_for
from werkzeug.wrappers import Response as WSGIResponse

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.models import Account
from portal.services.accounts import authentication, sessions
from portal.services.accounts.authentication import Outcome, SignInResult
from portal.services.accounts.notifications import SecurityEvent
from portal.web.accounts import notify
from portal.web.http import request_context
from portal.web.security import cookies


def next_step(result: SignInResult, target: str) -> str:
    """The URL to go to: the target, or the page of the second factor that leads there."""
    if result.outcome == Outcome.COMPLETE:
        return target
    return url_for("sign_in.code" if result.outcome == Outcome.CODE_REQUIRED else "sign_in.enrol", next=target)


def complete_sign_in(
    response: Response | WSGIResponse, result: SignInResult, *, notifies_owner: bool = True
) -> Response:
    """Set the session cookie; a complete sign-in also remembers the device and notifies the owner of a new one."""
    completed = make_response(response)
    cookies.begin_session(completed, result.token)
    if result.outcome == Outcome.COMPLETE and isinstance(result.account, Account):
        if notifies_owner and not result.is_first_sign_in and not cookies.known_device(result.account.email):
            notify.send_notification(
                SecurityEvent.NEW_DEVICE, result.account, detail=notify.describe_device(request.user_agent.string)
            )
        cookies.remember_device(completed, result.account.email)
    return completed


def begin_enrolment(result: SignInResult) -> None:
    """Create the secret after the password step, so that the GET that shows it changes nothing."""
    if sessions.find(db.session(), result.token) is None:
        return
    with transaction(db.session()) as session:
        pending = sessions.find(session, result.token)
        if pending is not None:
            authentication.begin_enrolment(session, pending, issuer=request_context.totp_issuer())
