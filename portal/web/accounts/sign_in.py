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
from portal.services.accounts.authentication import Outcome, Tried
from portal.services.accounts.notifications import Event
from portal.services.accounts.sessions import Stage
from portal.web.accounts import notify, user_agents
from portal.web.http import error_pages, request_context
from portal.web.presentation.i18n import gettext
from portal.web.security import access, cookies, csrf, safe_redirect
from portal.web.security import resubmission as again_pages

bp = Blueprint("signing_in", __name__)
Answer = Response | WSGIResponse | str


class SignInForm(Form):
    email = StringField(gettext("E-mail address"))
    password = PasswordField(gettext("Password"))
    next = HiddenField()


class CodeForm(Form):
    code = StringField(gettext("One-time code"))
    next = HiddenField()


def wrong_password() -> str:
    return gettext("E-mail address or password is wrong. Check both, or ask for a new password.")


def wrong_code() -> str:
    return gettext("This code is wrong, used or too old. Wait for the next one; your device must show the right time.")


@bp.get("/sign-in")
def sign_in() -> Answer:
    target = safe_redirect.safe(request.args.get("next", ""))
    if access.person() is not None:
        return redirect(target, 303)
    return render_template("accounts/sign_in.html", form=SignInForm(data={"next": target}))


@bp.post("/sign-in")
def try_password() -> Answer:
    form = SignInForm(request.form)
    tried = try_sign_in(form.email.data or "", form.password.data or "")
    if tried.outcome == Outcome.LIMITED:
        return error_pages.limited(tried.seconds)
    if tried.outcome == Outcome.REFUSED:
        form.email.errors = [wrong_password()]
        return make_response(render_template("accounts/sign_in.html", form=form), 422)
    target = safe_redirect.safe(form.next.data or "")
    if tried.outcome != Outcome.COMPLETE:
        step = "signing_in.code" if tried.outcome == Outcome.CODE else "signing_in.enrol"
        target = url_for(step, next=target)
    if tried.outcome == Outcome.ENROLMENT:
        begin_enrolment(tried)
    return let_in(redirect(target, 303), tried)


@bp.get("/sign-in/code")
def code() -> Answer:
    if pending(Stage.CODE) is None:
        return start_again()
    form = CodeForm(data={"next": safe_redirect.safe(request.args.get("next", ""))})
    return render_template("accounts/one_time_code.html", form=form)


@bp.post("/sign-in/code")
def try_code() -> Answer:
    found = pending(Stage.CODE)
    if found is None:
        return start_again()
    form = CodeForm(request.form)
    tried = authentication.enter_code(db.session(), found, form.code.data or "", address=request_context.address())
    db.session.commit()
    if tried.outcome == Outcome.LIMITED:
        return error_pages.limited(tried.seconds)
    if tried.outcome == Outcome.REFUSED:
        form.code.errors = [wrong_code()]
        return make_response(render_template("accounts/one_time_code.html", form=form), 422)
    return let_in(redirect(safe_redirect.safe(form.next.data or ""), 303), tried)


@bp.get("/sign-in/second-factor")
def enrol() -> Answer:
    if (found := pending(Stage.ENROLMENT)) is None:
        return start_again()
    form = CodeForm(data={"next": safe_redirect.safe(request.args.get("next", ""))})
    return enrolment_page(form, found)


@bp.post("/sign-in/second-factor")
def finish_enrolment() -> Answer:
    if (found := pending(Stage.ENROLMENT)) is None:
        return start_again()
    form = CodeForm(request.form)
    tried = authentication.finish_enrolment(
        db.session(), found, form.code.data or "", address=request_context.address()
    )
    db.session.commit()
    if tried.outcome == Outcome.LIMITED:
        return error_pages.limited(tried.seconds)
    if tried.outcome == Outcome.REFUSED:
        form.code.errors = [wrong_code()]
        return enrolment_page(form, found, 422)
    target = safe_redirect.safe(form.next.data or "")
    page = render_template("accounts/recovery_codes.html", codes=tried.recovery_codes, target=target)
    notify.tell(Event.SECOND_FACTOR, found.account)
    return let_in(make_response(page), tried)


@bp.post("/sign-out")
def sign_out() -> Answer:
    if (found := g.session_row) is not None:
        begin_writing(db.session())
        authentication.sign_out(db.session(), found)
        db.session.commit()
    response = make_response(redirect(url_for("signing_in.sign_in"), 303))
    cookies.end_session(response)
    # Only the cache: cookies of the device let its owner in when strangers use up the tries of the account.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/sign-in/state")
def state() -> Answer:
    """Whether the session is alive, for a page that is about to send a form; asking does not keep it alive."""
    return jsonify(signed_in=access.person() is not None, form_token=csrf.value())


@bp.post("/sign-in/again")
def again() -> Answer:
    """Sign in, or prove who one is, without leaving what one was writing. JSON for the dialog, else a page."""
    to, method = request.form.get("to", ""), request.form.get("method", "POST")
    steps_up = access.person() is not None
    tried = try_again()
    if tried.outcome == Outcome.COMPLETE:
        return let_in(go_on(to, method, tried), tried, tells=not steps_up)
    status = 429 if tried.outcome == Outcome.LIMITED else 422
    error = again_pages.refusal(tried.outcome, tried.seconds)
    if request.accept_mimetypes.best == "application/json":
        response = make_response(jsonify(error=error), status)
    else:
        mode: again_pages.Mode = "prove" if access.person() else "sign in"
        kept = again_pages.carried_fields()
        response = again_pages.page(mode, status, to=to, method=method, kept=kept, error=error)
    if tried.seconds:
        response.headers["Retry-After"] = str(tried.seconds)
    return response


def try_sign_in(email: str, password: str) -> Tried:
    """One try, committed. A session that this browser had before ends with one that succeeds."""
    session, before = db.session(), g.session_row
    device = cookies.known_device(administration.folded_email(email))
    tried = authentication.sign_in(
        session,
        email,
        password,
        address=request_context.address(),
        agent=user_agents.described(request.user_agent.string),
        device=device,
    )
    if tried.token and before is not None:
        sessions.end(session, before)
    session.commit()
    return tried


def try_again() -> Tried:
    """Step up a living session; else sign in with password and code in one go."""
    session, found = db.session(), g.session_row
    password, typed = request.form.get("password", ""), request.form.get("code", "")
    if access.person() is not None:
        tried = authentication.step_up(session, found, password, typed, address=request_context.address())
    else:
        tried = try_sign_in(request.form.get("email", ""), password)
        begun = sessions.find(session, tried.token) if tried.outcome == Outcome.CODE else None
        if begun is not None:
            tried = authentication.enter_code(session, begun, typed, address=request_context.address())
    session.commit()
    return tried


def go_on(to: str, method: str, tried: Tried) -> Response:
    """After signing in again: the new form token for the dialog, else a page with one button that sends the form."""
    g.token = tried.token
    if request.accept_mimetypes.best == "application/json":
        return jsonify(form_token=csrf.value())
    target = safe_redirect.safe(to, method=method)
    if method == "GET" or target == safe_redirect.HOME:
        return make_response(redirect(target, 303))
    return again_pages.page("send", 200, to=target, kept=again_pages.carried_fields())


def let_in(response: Response | WSGIResponse, tried: Tried, *, tells: bool = True) -> Response:
    """Hand out the token; a complete sign-in also makes this a known device of the account, and tells its owner."""
    answer = make_response(response)
    cookies.begin_session(answer, tried.token)
    if tried.outcome == Outcome.COMPLETE and isinstance(tried.account, Account):
        if tells and not tried.is_first and not cookies.known_device(tried.account.email):
            notify.tell(Event.DEVICE, tried.account, detail=notify.where(request.user_agent.string))
        cookies.remember_device(answer, tried.account.email)
    return answer


def pending(stage: Stage) -> AccountSession | None:
    found: AccountSession | None = g.session_row
    return found if found is not None and found.stage == stage else None


def start_again() -> Answer:
    """Not at this step, or no longer: to where the person is, or to the beginning."""
    return redirect(safe_redirect.HOME if access.person() else url_for("signing_in.sign_in"), 303)


def begin_enrolment(tried: Tried) -> None:
    """Make the secret with the password step, so that the page that shows it changes nothing."""
    session = db.session()
    begun = sessions.find(session, tried.token)
    if begun is not None:
        begin_writing(session)
        authentication.begin_enrolment(session, begun, issuer=request_context.issuer())
        session.commit()


def enrolment_page(form: CodeForm, found: AccountSession, status: int = 200) -> Answer:
    """The QR code and the secret of a second factor, until a code confirms it."""
    shown = authentication.enrolment(found, issuer=request_context.issuer())
    page = render_template(
        "accounts/set_up_second_factor.html",
        form=form,
        secret=shown.secret,
        qr=second_factor.qr_svg(shown.uri),
        action=url_for("signing_in.finish_enrolment"),
    )
    return make_response(page, status)
