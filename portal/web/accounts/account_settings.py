"""One's own account: name, password, second factor, recovery codes, and where one is signed in."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WSGIResponse
from wtforms import Form, PasswordField, StringField

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.errors import NotFound, ValidationFailed, WeakPassword
from portal.services import mail
from portal.services.accounts import administration, authentication, passwords, second_factor, sessions
from portal.services.accounts.authentication import Outcome, SignInResult
from portal.services.accounts.notifications import SecurityEvent
from portal.services.audit import recording
from portal.web.accounts import notify
from portal.web.accounts.sign_in import CodeForm, wrong_code_message
from portal.web.declarations import accepts, require_role
from portal.web.http import error_pages, request_context
from portal.web.http.url_converters import SESSION_ID
from portal.web.presentation.i18n import gettext
from portal.web.security import access, cookies

bp = Blueprint("account_settings", __name__, url_prefix="/staff/account")
ViewResponse = Response | WSGIResponse | str


class OwnNameForm(Form):
    name = StringField(gettext("Name"))


class ChangePasswordForm(Form):
    current_password = PasswordField(gettext("Present password"))
    code = StringField(gettext("One-time code"))
    password = PasswordField(gettext("New password"))


class ChangeEmailForm(Form):
    email = StringField(gettext("New e-mail address"), id="new-email")
    current_password = PasswordField(gettext("Present password"), id="email-present")
    code = StringField(gettext("One-time code"), id="email-code")


@bp.get("")
@require_role("author")
def show_account() -> ViewResponse:
    return render_settings()


@bp.post("/name")
@require_role("author")
@accepts(OwnNameForm)
def rename() -> ViewResponse:
    form = OwnNameForm(request.form)
    begin_writing(db.session())
    try:
        administration.rename(
            db.session(), access.signed_in_account(), form.name.data or "", by=access.signed_in_account()
        )
    except ValidationFailed as why:
        db.session.rollback()
        form.name.errors = [str(fault) for fault in why.errors]
        return render_settings(name=form, status=422)
    db.session.commit()
    return redirect_with_message(gettext("Your name is stored."))


@bp.post("/password")
@require_role("author")
@accepts(ChangePasswordForm, "username")
def change_password() -> ViewResponse:
    """With the present password and a code each time, so an unlocked screen is not enough."""
    form, person = ChangePasswordForm(request.form), access.signed_in_account()
    try:
        passwords.check_strength(form.password.data or "", context=(person.email, person.name))
    except WeakPassword as why:
        form.password.errors = [str(why)]
        return render_settings(password=form, status=422)
    tried = reauthenticate(form)
    if tried.outcome == Outcome.LIMITED:
        return error_pages.rate_limited(tried.retry_after)
    if tried.outcome == Outcome.REFUSED:
        form.current_password.errors = [wrong_credentials_message()]
        return render_settings(password=form, status=422)
    token = authentication.change_password(db.session(), access.auth_session(), form.password.data or "")
    db.session.commit()
    notify.send_notification(SecurityEvent.PASSWORD_CHANGED, access.signed_in_account())
    return renew_session_cookie(
        redirect_with_message(gettext("Your new password is set. You are signed out everywhere else.")), token
    )


@bp.post("/second-factor")
@require_role("author")
@accepts()
def begin_second_factor() -> ViewResponse:
    """A secret to set up; the present second factor holds until the first code of the new one."""
    begin_writing(db.session())
    authentication.begin_enrolment(db.session(), access.auth_session(), issuer=request_context.totp_issuer())
    db.session.commit()
    return redirect(url_for("account_settings.show_second_factor"), 303)


@bp.get("/second-factor")
@require_role("author")
def show_second_factor() -> ViewResponse:
    return render_enrolment(CodeForm())


@bp.post("/second-factor/confirm")
@require_role("author")
@accepts(CodeForm)
def confirm_second_factor() -> ViewResponse:
    form = CodeForm(request.form)
    tried = authentication.finish_enrolment(
        db.session(), access.auth_session(), form.code.data or "", client_address=request_context.client_address()
    )
    db.session.commit()
    if tried.outcome == Outcome.LIMITED:
        return error_pages.rate_limited(tried.retry_after)
    if tried.outcome == Outcome.REFUSED:
        form.code.errors = [wrong_code_message()]
        return render_enrolment(form, 422)
    notify.send_notification(SecurityEvent.SECOND_FACTOR_SET_UP, access.signed_in_account())
    return renew_session_cookie(render_recovery_codes(tried.recovery_codes), tried.token)


@bp.post("/recovery-codes")
@require_role("author")
@accepts()
def recovery_codes() -> ViewResponse:
    begin_writing(db.session())
    codes = authentication.renew_recovery_codes(db.session(), access.auth_session())
    db.session.commit()
    notify.send_notification(SecurityEvent.RECOVERY_CODES_REPLACED, access.signed_in_account())
    return render_recovery_codes(codes)


@bp.post(f"/sessions/{SESSION_ID}/end")
@require_role("author")
@accepts()
def end_session(session_id: int) -> ViewResponse:
    begin_writing(db.session())
    if not sessions.end_by_id(db.session(), access.signed_in_account(), session_id):
        raise NotFound("You have no such session.")
    recording.record(
        db.session(), "end session", "account", access.signed_in_account().id, by=access.signed_in_account()
    )
    db.session.commit()
    return redirect_with_message(gettext("That session is over."))


@bp.post("/sessions/end-others")
@require_role("author")
@accepts()
def end_other_sessions() -> ViewResponse:
    begin_writing(db.session())
    sessions.end_all(db.session(), access.signed_in_account(), except_session=access.auth_session())
    recording.record(
        db.session(), "end other sessions", "account", access.signed_in_account().id, by=access.signed_in_account()
    )
    db.session.commit()
    return redirect_with_message(gettext("You are signed out everywhere else."))


def wrong_credentials_message() -> str:
    return gettext("Password or code is wrong. Check both; each code works once.")


def reauthenticate(form: ChangePasswordForm | ChangeEmailForm) -> SignInResult:
    """A step-up with what the form says, committed; the session then has another token."""
    tried = authentication.reauthenticate(
        db.session(),
        access.auth_session(),
        form.current_password.data or "",
        form.code.data or "",
        client_address=request_context.client_address(),
    )
    db.session.commit()
    g.session_token = tried.token or g.session_token
    return tried


def render_settings(
    *,
    name: OwnNameForm | None = None,
    password: ChangePasswordForm | None = None,
    email: ChangeEmailForm | None = None,
    status: int = 200,
) -> Response:
    person = access.signed_in_account()
    body = render_template(
        "accounts/account_settings.html",
        name_form=name or OwnNameForm(data={"name": person.name}),
        password_form=password or ChangePasswordForm(),
        email_form=email or ChangeEmailForm(),
        can_mail=mail.can_send(request_context.settings()),
        sessions=sessions.active_sessions(db.session(), person),
        current_session=access.auth_session(),
    )
    return make_response(body, status)


def render_enrolment(form: CodeForm, status: int = 200) -> ViewResponse:
    if access.auth_session().pending_secret is None:
        return redirect(url_for("account_settings.show_account"), 303)
    shown = authentication.enrolment(access.auth_session(), issuer=request_context.totp_issuer())
    body = render_template(
        "accounts/set_up_second_factor.html",
        form=form,
        secret=shown.secret,
        qr=second_factor.qr_svg(shown.uri),
        action=url_for("account_settings.confirm_second_factor"),
    )
    return make_response(body, status)


def render_recovery_codes(codes: tuple[str, ...]) -> Response:
    target = url_for("account_settings.show_account")
    return make_response(render_template("accounts/recovery_codes.html", codes=codes, target=target))


def redirect_with_message(message: str) -> Response:
    flash(message)
    return make_response(redirect(url_for("account_settings.show_account"), 303))


def renew_session_cookie(response: Response, token: str) -> Response:
    """The session goes on under a new token."""
    cookies.begin_session(response, token)
    return response
