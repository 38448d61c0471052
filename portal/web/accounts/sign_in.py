"""The way in and out: password, code, second factor, signing in again in place, sign-out.

Each try is committed whatever came of it, refusals too; the answers say the same whether or not there is an account.
"""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WSGIResponse
from wtforms import Form, HiddenField, PasswordField, StringField

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.models import Account, AccountSession
from portal.services.accounts import administration, authentication, second_factor, sessions
from portal.services.accounts.authentication import Outcome, SignInResult
from portal.services.accounts.notifications import SecurityEvent
from portal.services.accounts.sessions import Stage
from portal.web.accounts import notify, user_agents
from portal.web.declarations import accepts, sign_in_page
from portal.web.http import error_pages, request_context
from portal.web.presentation.i18n import gettext
from portal.web.security import access, cookies, csrf, safe_redirect
from portal.web.security import resubmission as again_pages

bp = Blueprint("sign_in", __name__)
ViewResponse = Response | WSGIResponse | str


class SignInForm(Form):
    email = StringField(gettext("E-mail address"))
    password = PasswordField(gettext("Password"))
    next = HiddenField()


class CodeForm(Form):
    code = StringField(gettext("One-time code"))
    next = HiddenField()


def wrong_password_message() -> str:
    return gettext("E-mail address or password is wrong. Check both, or ask for a new password.")


def wrong_code_message() -> str:
    return gettext("This code is wrong, used or too old. Wait for the next one; your device must show the right time.")


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
    tried = attempt_sign_in(form.email.data or "", form.password.data or "")
    if tried.outcome == Outcome.LIMITED:
        return error_pages.rate_limited(tried.retry_after)
    if tried.outcome == Outcome.REFUSED:
        form.email.errors = [wrong_password_message()]
        return make_response(render_template("accounts/sign_in.html", form=form), 422)
    target = safe_redirect.safe_redirect_target(form.next.data or "")
    if tried.outcome != Outcome.COMPLETE:
        step = "sign_in.code" if tried.outcome == Outcome.CODE_REQUIRED else "sign_in.enrol"
        target = url_for(step, next=target)
    if tried.outcome == Outcome.ENROLMENT_REQUIRED:
        begin_enrolment(tried)
    return complete_sign_in(redirect(target, 303), tried)


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
    found = pending_session(Stage.CODE)
    if found is None:
        return restart_sign_in()
    form = CodeForm(request.form)
    tried = authentication.enter_code(
        db.session(), found, form.code.data or "", client_address=request_context.client_address()
    )
    db.session.commit()
    if tried.outcome == Outcome.LIMITED:
        return error_pages.rate_limited(tried.retry_after)
    if tried.outcome == Outcome.REFUSED:
        form.code.errors = [wrong_code_message()]
        return make_response(render_template("accounts/one_time_code.html", form=form), 422)
    return complete_sign_in(redirect(safe_redirect.safe_redirect_target(form.next.data or ""), 303), tried)


@bp.get("/sign-in/second-factor")
@sign_in_page
def enrol() -> ViewResponse:
    if (found := pending_session(Stage.ENROLMENT)) is None:
        return restart_sign_in()
    form = CodeForm(data={"next": safe_redirect.safe_redirect_target(request.args.get("next", ""))})
    return render_enrolment(form, found)


@bp.post("/sign-in/second-factor")
@sign_in_page
@accepts(CodeForm)
def finish_enrolment() -> ViewResponse:
    if (found := pending_session(Stage.ENROLMENT)) is None:
        return restart_sign_in()
    form = CodeForm(request.form)
    tried = authentication.finish_enrolment(
        db.session(), found, form.code.data or "", client_address=request_context.client_address()
    )
    db.session.commit()
    if tried.outcome == Outcome.LIMITED:
        return error_pages.rate_limited(tried.retry_after)
    if tried.outcome == Outcome.REFUSED:
        form.code.errors = [wrong_code_message()]
        return render_enrolment(form, found, 422)
    target = safe_redirect.safe_redirect_target(form.next.data or "")
    page = render_template("accounts/recovery_codes.html", codes=tried.recovery_codes, target=target)
    notify.send_notification(SecurityEvent.SECOND_FACTOR_SET_UP, found.account)
    return complete_sign_in(make_response(page), tried)


@bp.post("/sign-out")
@sign_in_page
@accepts()
def sign_out() -> ViewResponse:
    if (found := g.auth_session) is not None:
        begin_writing(db.session())
        authentication.sign_out(db.session(), found)
        db.session.commit()
    response = make_response(redirect(url_for("sign_in.sign_in"), 303))
    cookies.end_session(response)
    # Only the cache: cookies of the device let its owner in when strangers use up the tries of the account.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/sign-in/state")
@sign_in_page
def session_state() -> ViewResponse:
    """Whether the session is alive, for a page that is about to send a form; asking does not keep it alive."""
    return jsonify(signed_in=access.current_user() is not None, csrf_token=csrf.csrf_token())


@bp.post("/sign-in/again")
@sign_in_page
@accepts("email", "password", "code", "to", "method")
def reauthenticate() -> ViewResponse:
    """Sign in, or prove who one is, without leaving what one was writing. JSON for the dialog, else a page."""
    to, method = request.form.get("to", ""), request.form.get("method", "POST")
    steps_up = access.current_user() is not None
    tried = sign_in_again()
    if tried.outcome == Outcome.COMPLETE:
        return complete_sign_in(resume_request(to, method, tried), tried, notifies_owner=not steps_up)
    status = 429 if tried.outcome == Outcome.LIMITED else 422
    error = again_pages.failure_message(tried.outcome, tried.retry_after)
    if request.accept_mimetypes.best == "application/json":
        response = make_response(jsonify(error=error), status)
    else:
        mode: again_pages.Mode = "reauthenticate" if access.current_user() else "sign in"
        kept = again_pages.carried_fields()
        response = again_pages.render_page(mode, status, target=to, method=method, fields=kept, error=error)
    if tried.retry_after:
        response.headers["Retry-After"] = str(tried.retry_after)
    return response


def attempt_sign_in(email: str, password: str) -> SignInResult:
    """One try, committed. A session that this browser had before ends with one that succeeds."""
    session, before = db.session(), g.auth_session
    device = cookies.known_device(administration.normalise_email(email))
    tried = authentication.sign_in(
        session,
        email,
        password,
        client_address=request_context.client_address(),
        user_agent=user_agents.describe_user_agent(request.user_agent.string),
        device=device,
    )
    if tried.token and before is not None:
        sessions.end(session, before)
    session.commit()
    return tried


def sign_in_again() -> SignInResult:
    """Step up a living session; else sign in with password and code in one go."""
    session, found = db.session(), g.auth_session
    password, typed = request.form.get("password", ""), request.form.get("code", "")
    if access.current_user() is not None:
        tried = authentication.reauthenticate(
            session, found, password, typed, client_address=request_context.client_address()
        )
    else:
        tried = attempt_sign_in(request.form.get("email", ""), password)
        begun = sessions.find(session, tried.token) if tried.outcome == Outcome.CODE_REQUIRED else None
        if begun is not None:
            tried = authentication.enter_code(session, begun, typed, client_address=request_context.client_address())
    session.commit()
    return tried


def resume_request(target: str, method: str, result: SignInResult) -> Response:
    """After signing in again: the new form token for the dialog, else a page with one button that sends the form."""
    g.session_token = result.token
    if request.accept_mimetypes.best == "application/json":
        return jsonify(csrf_token=csrf.csrf_token())
    target = safe_redirect.safe_redirect_target(target, method=method)
    if method == "GET" or target == safe_redirect.DEFAULT_TARGET:
        return make_response(redirect(target, 303))
    return again_pages.render_page("resend", 200, target=target, fields=again_pages.carried_fields())


def complete_sign_in(
    response: Response | WSGIResponse, result: SignInResult, *, notifies_owner: bool = True
) -> Response:
    """Hand out the token; a complete sign-in also makes this a known device of the account, and tells its owner."""
    answer = make_response(response)
    cookies.begin_session(answer, result.token)
    if result.outcome == Outcome.COMPLETE and isinstance(result.account, Account):
        if notifies_owner and not result.is_first_sign_in and not cookies.known_device(result.account.email):
            notify.send_notification(
                SecurityEvent.NEW_DEVICE, result.account, detail=notify.describe_device(request.user_agent.string)
            )
        cookies.remember_device(answer, result.account.email)
    return answer


def pending_session(stage: Stage) -> AccountSession | None:
    found: AccountSession | None = g.auth_session
    return found if found is not None and found.stage == stage else None


def restart_sign_in() -> ViewResponse:
    """Not at this step, or no longer: to where the person is, or to the beginning."""
    return redirect(safe_redirect.DEFAULT_TARGET if access.current_user() else url_for("sign_in.sign_in"), 303)


def begin_enrolment(result: SignInResult) -> None:
    """Make the secret with the password step, so that the page that shows it changes nothing."""
    session = db.session()
    begun = sessions.find(session, result.token)
    if begun is not None:
        begin_writing(session)
        authentication.begin_enrolment(session, begun, issuer=request_context.totp_issuer())
        session.commit()


def render_enrolment(form: CodeForm, session: AccountSession, status: int = 200) -> ViewResponse:
    """The QR code and the secret of a second factor, until a code confirms it."""
    shown = authentication.enrolment(session, issuer=request_context.totp_issuer())
    page = render_template(
        "accounts/set_up_second_factor.html",
        form=form,
        secret=shown.secret,
        qr=second_factor.qr_svg(shown.uri),
        action=url_for("sign_in.finish_enrolment"),
    )
    return make_response(page, status)
