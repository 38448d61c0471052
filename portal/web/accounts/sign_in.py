"""Sign-in and sign-out: password, code, second factor, re-authentication in place.

Each attempt is committed, also a refused one; responses are the same whether or not the account exists.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, g, jsonify, make_response, redirect, render_template, request, url_for

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.models import AccountSession
from portal.services.accounts import authentication, sessions
from portal.services.accounts.authentication import SignInOutcome, SignInResult
from portal.services.accounts.sessions import Stage
from portal.text.email_addresses import normalise_email
from portal.web.accounts import user_agents
from portal.web.accounts.enrolment_page import render_enrolment, render_recovery_codes
from portal.web.accounts.forms import CodeForm, SignInForm, wrong_code_message, wrong_password_message
from portal.web.accounts.session_start import announce_device, begin_enrolment, complete_sign_in, next_step
from portal.web.declarations import accepts, sign_in_page
from portal.web.http import error_pages, request_context
from portal.web.http.responses import ViewResponse
from portal.web.security import access, cookies, csrf, resubmission, safe_redirect

bp = Blueprint("sign_in", __name__)


@bp.get("/sign-in")
@sign_in_page
def sign_in() -> ViewResponse:
    target = safe_redirect.safe_redirect_target(request.args.get("next", ""))
    if access.current_user() is not None:
        return redirect(target, 303)
    return render_template("accounts/sign_in.html", form=SignInForm(data={"next": target}))


@bp.post("/sign-in")
@sign_in_page
@accepts(SignInForm)
def try_password() -> ViewResponse:
    form = SignInForm(request.form)
    result = attempt_sign_in(form.email.data or "", form.password.data or "")
    if result.outcome == SignInOutcome.LIMITED:
        return error_pages.rate_limited(result.retry_after)
    if result.outcome == SignInOutcome.REFUSED:
        form.email.errors = [wrong_password_message()]
        return make_response(render_template("accounts/sign_in.html", form=form), 422)
    target = safe_redirect.safe_redirect_target(form.next.data or "")
    if result.outcome == SignInOutcome.ENROLMENT_REQUIRED:
        begin_enrolment(result)
    return complete_sign_in(redirect(next_step(result, target), 303), result)


@bp.get("/sign-in/code")
@sign_in_page
def code() -> ViewResponse:
    if pending_session(Stage.CODE) is None:
        return restart_sign_in()
    form = CodeForm(data={"next": safe_redirect.safe_redirect_target(request.args.get("next", ""))})
    return render_template("accounts/one_time_code.html", form=form)


@bp.post("/sign-in/code")
@sign_in_page
@accepts(CodeForm)
def try_code() -> ViewResponse:
    auth_session = pending_session(Stage.CODE)
    if auth_session is None:
        return restart_sign_in()
    form = CodeForm(request.form)
    result = take_code(authentication.enter_code, auth_session, form.code.data or "")
    if result.outcome == SignInOutcome.LIMITED:
        return error_pages.rate_limited(result.retry_after)
    if result.outcome == SignInOutcome.REFUSED:
        form.code.errors = [wrong_code_message()]
        return make_response(render_template("accounts/one_time_code.html", form=form), 422)
    return complete_sign_in(redirect(safe_redirect.safe_redirect_target(form.next.data or ""), 303), result)


@bp.get("/sign-in/second-factor")
@sign_in_page
def enrol() -> ViewResponse:
    if (auth_session := pending_session(Stage.ENROLMENT)) is None:
        return restart_sign_in()
    form = CodeForm(data={"next": safe_redirect.safe_redirect_target(request.args.get("next", ""))})
    return render_enrolment(form, auth_session, action=url_for("sign_in.finish_enrolment"))


@bp.post("/sign-in/second-factor")
@sign_in_page
@accepts(CodeForm)
def finish_enrolment() -> ViewResponse:
    if (auth_session := pending_session(Stage.ENROLMENT)) is None:
        return restart_sign_in()
    form = CodeForm(request.form)
    result = take_code(authentication.finish_enrolment, auth_session, form.code.data or "")
    if result.outcome == SignInOutcome.LIMITED:
        return error_pages.rate_limited(result.retry_after)
    if result.outcome == SignInOutcome.REFUSED:
        form.code.errors = [wrong_code_message()]
        return render_enrolment(form, auth_session, action=url_for("sign_in.finish_enrolment"), status=422)
    target = safe_redirect.safe_redirect_target(form.next.data or "")
    return complete_sign_in(render_recovery_codes(result.recovery_codes, target), result)


def take_code(take: Callable[..., SignInResult], auth_session: AccountSession, code: str) -> SignInResult:
    """Take a step of services.accounts.authentication with a code, from a device that may be known."""
    device = announce_device(db.session(), auth_session.account.email)
    with transaction(db.session(), begin=False) as session:
        return take(session, auth_session, code, client_address=request_context.client_address(), device=device)


@bp.post("/sign-out")
@sign_in_page
@accepts()
def sign_out() -> ViewResponse:
    if g.auth_session is not None:
        with transaction(db.session()) as session:
            authentication.sign_out(session, g.auth_session)
    response = make_response(redirect(url_for("sign_in.sign_in"), 303))
    cookies.end_session(response)
    # Only the cache: the device cookie lets the owner sign in when strangers exhaust the attempts of the account.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/sign-in/state")
@sign_in_page
def session_state() -> ViewResponse:
    """Whether the session is active, for a page that is about to send a form; the request does not extend it."""
    return jsonify(signed_in=access.current_user() is not None, csrf_token=csrf.csrf_token())


@bp.post("/sign-in/again")
@sign_in_page
@accepts("email", "password", "code", "to", "method")
def reauthenticate() -> ViewResponse:
    """Sign in again or re-authenticate without leaving the form. JSON for the dialog, a page otherwise."""
    to, method = request.form.get("to", ""), request.form.get("method", "POST")
    result = sign_in_again()
    if result.outcome == SignInOutcome.COMPLETE:
        return complete_sign_in(resume_request(to, method, result), result)
    status = 429 if result.outcome == SignInOutcome.LIMITED else 422
    error = resubmission.failure_message(result.outcome, result.retry_after)
    if request.accept_mimetypes.best == "application/json":
        response = make_response(jsonify(error=error), status)
    else:
        mode: resubmission.Mode = "reauthenticate" if access.current_user() else "sign in"
        fields = resubmission.carried_fields()
        response = resubmission.render_page(mode, status, target=to, method=method, fields=fields, error=error)
    if result.retry_after:
        response.headers["Retry-After"] = str(result.retry_after)
    return response


def attempt_sign_in(email: str, password: str) -> SignInResult:
    """One attempt, committed. When it succeeds, the session that this browser had before ends."""
    previous_session = g.auth_session
    device = announce_device(db.session(), email)
    with transaction(db.session(), begin=False) as session:
        result = authentication.sign_in(
            session,
            email,
            password,
            client_address=request_context.client_address(),
            user_agent=user_agents.describe_user_agent(request.user_agent.string),
            device=device,
        )
        if result.token and previous_session is not None:
            sessions.end(session, previous_session)
    return result


def sign_in_again() -> SignInResult:
    """Re-authenticate an active session; otherwise sign in with password and code in one request."""
    password, code = request.form.get("password", ""), request.form.get("code", "")
    client_address = request_context.client_address()
    if (user := access.current_user()) is not None:
        device = cookies.known_device(user.email)
        with transaction(db.session(), begin=False) as session:
            return authentication.reauthenticate(
                session, g.auth_session, password, code, client_address=client_address, device=device
            )
    email = request.form.get("email", "")
    result = attempt_sign_in(email, password)
    if result.outcome != SignInOutcome.CODE_REQUIRED:
        return result
    device = cookies.known_device(normalise_email(email))
    with transaction(db.session(), begin=False) as session:
        pending = sessions.find(session, result.token)
        if pending is None:
            return result
        return authentication.enter_code(session, pending, code, client_address=client_address, device=device)


def resume_request(target: str, method: str, result: SignInResult) -> Response:
    """After signing in again: the new CSRF token for the dialog, otherwise a page with a button that sends the form."""
    g.session_token = result.token
    if request.accept_mimetypes.best == "application/json":
        return jsonify(csrf_token=csrf.csrf_token())
    target = safe_redirect.safe_redirect_target(target, method=method)
    if method == "GET" or target == safe_redirect.DEFAULT_TARGET:
        return make_response(redirect(target, 303))
    return resubmission.render_page("resend", 200, target=target, fields=resubmission.carried_fields())


def pending_session(stage: Stage) -> AccountSession | None:
    """The session of the request if it is at this stage of signing in."""
    auth_session: AccountSession | None = g.auth_session
    return auth_session if auth_session is not None and auth_session.stage == stage else None


def restart_sign_in() -> ViewResponse:
    """Redirect a request that is not at this stage: to the desk if signed in, otherwise to the first step."""
    return redirect(safe_redirect.DEFAULT_TARGET if access.current_user() else url_for("sign_in.sign_in"), 303)
