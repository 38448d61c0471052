"""One's own account: name, password, second factor, recovery codes, and where one is signed in."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WSGIResponse
from wtforms import Form, PasswordField, StringField

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.errors import Incomplete, Missing, WeakPassword
from portal.services import mail
from portal.services.accounts import administration, authentication, passwords, second_factor, sessions
from portal.services.accounts.authentication import Outcome, Tried
from portal.services.accounts.notifications import Event
from portal.services.audit import recording
from portal.web.accounts import notify
from portal.web.accounts.sign_in import CodeForm, wrong_code
from portal.web.http import error_pages, request_context
from portal.web.http.url_converters import NUMBER
from portal.web.presentation.i18n import gettext
from portal.web.security import access, cookies
from portal.web.security.access import needs

bp = Blueprint("own_account", __name__, url_prefix="/staff/account")
Answer = Response | WSGIResponse | str


class NameForm(Form):
    name = StringField(gettext("Name"))


class PasswordForm(Form):
    present = PasswordField(gettext("Present password"))
    code = StringField(gettext("One-time code"))
    password = PasswordField(gettext("New password"))


class EmailForm(Form):
    email = StringField(gettext("New e-mail address"), id="new-email")
    present = PasswordField(gettext("Present password"), id="email-present")
    code = StringField(gettext("One-time code"), id="email-code")


@bp.get("")
@needs("author")
def account() -> Answer:
    return page()


@bp.post("/name")
@needs("author")
def rename() -> Answer:
    form = NameForm(request.form)
    begin_writing(db.session())
    try:
        administration.rename(db.session(), access.current(), form.name.data or "", by=access.current())
    except Incomplete as why:
        db.session.rollback()
        form.name.errors = [str(fault) for fault in why.faults]
        return page(name=form, status=422)
    db.session.commit()
    return done(gettext("Your name is stored."))


@bp.post("/password")
@needs("author")
def change_password() -> Answer:
    """With the present password and a code each time, so an unlocked screen is not enough."""
    form, person = PasswordForm(request.form), access.current()
    try:
        passwords.check(form.password.data or "", context=(person.email, person.name))
    except WeakPassword as why:
        form.password.errors = [str(why)]
        return page(password=form, status=422)
    tried = prove(form)
    if tried.outcome == Outcome.LIMITED:
        return error_pages.limited(tried.seconds)
    if tried.outcome == Outcome.REFUSED:
        form.present.errors = [wrong_proof()]
        return page(password=form, status=422)
    token = authentication.change_password(db.session(), access.session_row(), form.password.data or "")
    db.session.commit()
    notify.tell(Event.PASSWORD, access.current())
    return keep(done(gettext("Your new password is set. You are signed out everywhere else.")), token)


@bp.post("/second-factor")
@needs("author")
def begin_second_factor() -> Answer:
    """A secret to set up; the present second factor holds until the first code of the new one."""
    begin_writing(db.session())
    authentication.begin_enrolment(db.session(), access.session_row(), issuer=request_context.issuer())
    db.session.commit()
    return redirect(url_for("own_account.second_factor_page"), 303)


@bp.get("/second-factor")
@needs("author")
def second_factor_page() -> Answer:
    return enrolment_page(CodeForm())


@bp.post("/second-factor/confirm")
@needs("author")
def confirm_second_factor() -> Answer:
    form = CodeForm(request.form)
    tried = authentication.finish_enrolment(
        db.session(), access.session_row(), form.code.data or "", address=request_context.address()
    )
    db.session.commit()
    if tried.outcome == Outcome.LIMITED:
        return error_pages.limited(tried.seconds)
    if tried.outcome == Outcome.REFUSED:
        form.code.errors = [wrong_code()]
        return enrolment_page(form, 422)
    notify.tell(Event.SECOND_FACTOR, access.current())
    return keep(codes_page(tried.recovery_codes), tried.token)


@bp.post("/recovery-codes")
@needs("author")
def recovery_codes() -> Answer:
    begin_writing(db.session())
    codes = authentication.fresh_recovery_codes(db.session(), access.session_row())
    db.session.commit()
    notify.tell(Event.RECOVERY_CODES, access.current())
    return codes_page(codes)


@bp.post(f"/sessions/{NUMBER}/end")
@needs("author")
def end_session(number: int) -> Answer:
    begin_writing(db.session())
    if not sessions.end_by_id(db.session(), access.current(), number):
        raise Missing("You have no such session.")
    recording.record(db.session(), "end session", "account", access.current().id, by=access.current())
    db.session.commit()
    return done(gettext("That session is over."))


@bp.post("/sessions/end-others")
@needs("author")
def end_others() -> Answer:
    begin_writing(db.session())
    sessions.end_all(db.session(), access.current(), but=access.session_row())
    recording.record(db.session(), "end other sessions", "account", access.current().id, by=access.current())
    db.session.commit()
    return done(gettext("You are signed out everywhere else."))


def wrong_proof() -> str:
    return gettext("Password or code is wrong. Check both; each code works once.")


def prove(form: PasswordForm | EmailForm) -> Tried:
    """A step-up with what the form says, committed; the session then has another token."""
    tried = authentication.step_up(
        db.session(),
        access.session_row(),
        form.present.data or "",
        form.code.data or "",
        address=request_context.address(),
    )
    db.session.commit()
    g.token = tried.token or g.token
    return tried


def page(
    *,
    name: NameForm | None = None,
    password: PasswordForm | None = None,
    email: EmailForm | None = None,
    status: int = 200,
) -> Response:
    person = access.current()
    body = render_template(
        "accounts/account_settings.html",
        name=name or NameForm(data={"name": person.name}),
        password=password or PasswordForm(),
        email=email or EmailForm(),
        can_mail=mail.can_send(request_context.settings()),
        sessions=sessions.living(db.session(), person),
        this=access.session_row(),
        least=passwords.LENGTH_LEAST,
    )
    return make_response(body, status)


def enrolment_page(form: CodeForm, status: int = 200) -> Answer:
    if access.session_row().pending_secret is None:
        return redirect(url_for("own_account.account"), 303)
    shown = authentication.enrolment(access.session_row(), issuer=request_context.issuer())
    body = render_template(
        "accounts/set_up_second_factor.html",
        form=form,
        secret=shown.secret,
        qr=second_factor.qr_svg(shown.uri),
        action=url_for("own_account.confirm_second_factor"),
    )
    return make_response(body, status)


def codes_page(codes: tuple[str, ...]) -> Response:
    target = url_for("own_account.account")
    return make_response(render_template("accounts/recovery_codes.html", codes=codes, target=target))


def done(said: str) -> Response:
    flash(said)
    return make_response(redirect(url_for("own_account.account"), 303))


def keep(response: Response, token: str) -> Response:
    """The session goes on under a new token."""
    cookies.begin_session(response, token)
    return response
