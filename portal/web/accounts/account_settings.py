"""Account settings: name, password, second factor, recovery codes and active sessions."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.errors import NotFound, ValidationFailed, WeakPassword
from portal.services.accounts import administration, authentication, language, passwords, sessions
from portal.services.accounts.authentication import SignInOutcome
from portal.services.audit import recording
from portal.web.accounts.enrolment_page import render_enrolment, render_recovery_codes
from portal.web.accounts.forms import (
    ChangePasswordForm,
    CodeForm,
    LanguageForm,
    MailChoiceForm,
    OwnNameForm,
    wrong_code_message,
)
from portal.web.accounts.settings_page import (
    reauthenticate,
    redirect_with_message,
    render_settings,
    renew_session_cookie,
)
from portal.web.declarations import accepts, require_role
from portal.web.http import error_pages, request_context
from portal.web.http.languages import choice
from portal.web.http.responses import ViewResponse
from portal.web.http.url_converters import SESSION_ID
from portal.web.presentation.i18n import gettext
from portal.web.security import access, cookies, resubmission

bp = Blueprint("account_settings", __name__, url_prefix="/staff/account")


@bp.get("")
@require_role("author")
def show_account() -> ViewResponse:
    return render_settings()


@bp.post("/name")
@require_role("author")
@accepts(OwnNameForm)
def rename() -> ViewResponse:
    form = OwnNameForm(request.form)
    try:
        with transaction(db.session()) as session:
            account = access.signed_in_account()
            administration.rename(session, account, form.name.data or "", by=account)
    except ValidationFailed as error:
        form.name.errors = [str(field_error) for field_error in error.errors]
        return render_settings(name=form, status=422)
    return redirect_with_message(gettext("Your name has been saved."))


@bp.post("/mail")
@require_role("author")
@accepts(MailChoiceForm)
def choose_mail() -> ViewResponse:
    form = MailChoiceForm(request.form)
    try:
        with transaction(db.session()) as session:
            administration.choose_mail(session, access.signed_in_account(), form.mail.data or "")
    except ValidationFailed as error:
        form.mail.errors = [str(field_error) for field_error in error.errors]
        return render_settings(mail_choice=form, status=422)
    return redirect_with_message(gettext("Your choice of mail has been saved."))


@bp.post("/language")
@require_role("author")
@accepts(LanguageForm)
def choose_language() -> ViewResponse:
    form, offered = LanguageForm(request.form), request_context.settings().languages
    try:
        with transaction(db.session()) as session:
            account = access.signed_in_account()
            language.choose_language(session, account, form.language.data or "", offered=offered)
    except ValidationFailed as error:
        form.language.errors = [str(field_error) for field_error in error.errors]
        return render_settings(language=form, status=422)
    # The message is the first thing in the new language.
    choice.speak(account.language)
    return redirect_with_message(gettext("Your language has been saved."))


@bp.post("/password")
@require_role("author")
@accepts(ChangePasswordForm, "username")
def change_password() -> ViewResponse:
    """Require the current password and a code each time, so that an unlocked screen is not enough."""
    form, account = ChangePasswordForm(request.form), access.signed_in_account()
    try:
        passwords.check_strength(form.password.data or "", context=(account.email, account.name))
    except WeakPassword as error:
        form.password.errors = [str(error)]
        return render_settings(password=form, status=422)
    result = reauthenticate(form)
    if result.outcome == SignInOutcome.LIMITED:
        return error_pages.rate_limited(result.retry_after)
    if result.outcome == SignInOutcome.REFUSED:
        form.current_password.errors = [resubmission.wrong_credentials_message()]
        return render_settings(password=form, status=422)
    with transaction(db.session(), begin=False) as session:
        token = authentication.change_password(session, access.auth_session(), form.password.data or "")
    return renew_session_cookie(
        redirect_with_message(gettext("Your password has been changed. You are signed out everywhere else.")), token
    )


@bp.post("/second-factor")
@require_role("author")
@accepts()
def begin_second_factor() -> ViewResponse:
    """Create a secret to set up; the current second factor works until the first code of the new one."""
    with transaction(db.session()) as session:
        authentication.begin_enrolment(session, access.auth_session(), issuer=request_context.totp_issuer())
    return redirect(url_for("account_settings.show_second_factor"), 303)


@bp.get("/second-factor")
@require_role("author")
def show_second_factor() -> ViewResponse:
    return show_enrolment(CodeForm())


@bp.post("/second-factor/confirm")
@require_role("author")
@accepts(CodeForm)
def confirm_second_factor() -> ViewResponse:
    form = CodeForm(request.form)
    with transaction(db.session(), begin=False) as session:
        result = authentication.finish_enrolment(
            session,
            access.auth_session(),
            form.code.data or "",
            client_address=request_context.client_address(),
            device=cookies.known_device(access.signed_in_account().email),
        )
    if result.outcome == SignInOutcome.LIMITED:
        return error_pages.rate_limited(result.retry_after)
    if result.outcome == SignInOutcome.REFUSED:
        form.code.errors = [wrong_code_message()]
        return show_enrolment(form, 422)
    page = render_recovery_codes(result.recovery_codes, url_for("account_settings.show_account"))
    return renew_session_cookie(page, result.token)


@bp.post("/recovery-codes")
@require_role("author")
@accepts()
def recovery_codes() -> ViewResponse:
    with transaction(db.session()) as session:
        codes = authentication.renew_recovery_codes(session, access.auth_session())
    return render_recovery_codes(codes, url_for("account_settings.show_account"))


@bp.post(f"/sessions/{SESSION_ID}/end")
@require_role("author")
@accepts()
def end_session(session_id: int) -> ViewResponse:
    with transaction(db.session()) as session:
        account = access.signed_in_account()
        if not sessions.end_by_id(session, account, session_id):
            raise NotFound(gettext("You have no such session."))
        recording.record(session, "end session", "account", account.id, by=account)
    return redirect_with_message(gettext("The session has ended."))


@bp.post("/sessions/end-others")
@require_role("author")
@accepts()
def end_other_sessions() -> ViewResponse:
    with transaction(db.session()) as session:
        account = access.signed_in_account()
        sessions.end_all(session, account, except_session=access.auth_session())
        recording.record(session, "end other sessions", "account", account.id, by=account)
    return redirect_with_message(gettext("You are signed out everywhere else."))


def show_enrolment(form: CodeForm, status: int = 200) -> ViewResponse:
    if access.auth_session().pending_secret is None:
        return redirect(url_for("account_settings.show_account"), 303)
    action = url_for("account_settings.confirm_second_factor")
    return render_enrolment(form, access.auth_session(), action=action, status=status)
