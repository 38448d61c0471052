"""Accounts of staff, for administrators: add, invite, change the role, disable, hand over a link."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WSGIResponse
from wtforms import Form, RadioField, StringField

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.errors import ValidationFailed
from portal.models import Account
from portal.services import mail
from portal.services.accounts import administration, email_change, notifications
from portal.services.accounts.notifications import SecurityEvent
from portal.services.accounts.one_time_links import IssuedLink
from portal.services.audit import recording
from portal.vocabulary.workflow import Role
from portal.web.accounts import notify
from portal.web.declarations import accepts, require_role
from portal.web.http import request_context
from portal.web.http.url_converters import ACCOUNT_ID
from portal.web.presentation.i18n import gettext
from portal.web.security import access

bp = Blueprint("accounts", __name__, url_prefix="/staff/accounts")
ViewResponse = Response | WSGIResponse | str


class InvitationForm(Form):
    name = StringField(gettext("Name"))
    email = StringField(gettext("E-mail address"))
    role = RadioField(gettext("Role"), choices=list(Role), default=Role.AUTHOR)


class AccountNameForm(Form):
    name = StringField(gettext("Name"))


class AccountEmailForm(Form):
    email = StringField(gettext("E-mail address"))


@bp.get("/")
@require_role("administrator")
def list_accounts() -> ViewResponse:
    return render_accounts(InvitationForm())


@bp.post("/")
@require_role("administrator")
@accepts(InvitationForm)
def invite() -> ViewResponse:
    form = InvitationForm(request.form)
    given = {"email": form.email.data or "", "name": form.name.data or "", "role": form.role.data or ""}
    begin_writing(db.session())
    try:
        link = administration.invite(db.session(), **given, by=access.signed_in_account())
    except ValidationFailed as why:
        db.session.rollback()
        for fault in why.errors:
            form[fault.field].errors = [str(fault)]
        return render_accounts(form, 422)
    db.session.commit()
    return deliver_link(link)


@bp.get(f"/{ACCOUNT_ID}")
@require_role("administrator")
def show_account(account_id: int) -> ViewResponse:
    return render_account(administration.get_by_id(db.session(), account_id))


@bp.post(f"/{ACCOUNT_ID}/name")
@require_role("administrator")
@accepts(AccountNameForm)
def rename(account_id: int) -> ViewResponse:
    form = AccountNameForm(request.form)
    try:
        return change_account(
            account_id,
            lambda found: administration.rename(db.session(), found, form.name.data or "", by=acting_account()),
        )
    except ValidationFailed as why:
        db.session.rollback()
        form.name.errors = [str(fault) for fault in why.errors]
        return render_account(administration.get_by_id(db.session(), account_id), form, 422)


@bp.post(f"/{ACCOUNT_ID}/role")
@require_role("administrator")
@accepts("role")
def change_role(account_id: int) -> ViewResponse:
    role, proof = request.form.get("role", ""), access.auth_session()
    before = administration.get_by_id(db.session(), account_id).role
    answer = change_account(
        account_id,
        lambda found: administration.change_role(db.session(), found, role, by=acting_account(), auth_session=proof),
    )
    if role != before:
        notify.send_notification(
            SecurityEvent.ROLE_CHANGED,
            administration.get_by_id(db.session(), account_id),
            detail=access.role_name(role),
        )
    return answer


@bp.post(f"/{ACCOUNT_ID}/email")
@require_role("administrator")
@accepts(AccountEmailForm)
def change_email(account_id: int) -> ViewResponse:
    """At once, for who can no longer read the old address; both addresses are told."""
    form, proof = AccountEmailForm(request.form), access.auth_session()
    before = administration.get_by_id(db.session(), account_id).email
    given = form.email.data or ""
    try:
        answer = change_account(
            account_id,
            lambda found: email_change.set_email(db.session(), found, given, by=acting_account(), auth_session=proof),
        )
    except ValidationFailed as why:
        db.session.rollback()
        form.email.errors = [str(fault) for fault in why.errors]
        return render_account(administration.get_by_id(db.session(), account_id), email=form, status=422)
    found = administration.get_by_id(db.session(), account_id)
    notify.send_notification(SecurityEvent.EMAIL_CHANGED, found, detail=found.email, also=before)
    return answer


@bp.post(f"/{ACCOUNT_ID}/disable")
@require_role("administrator")
@accepts()
def disable(account_id: int) -> ViewResponse:
    return change_account(account_id, lambda found: administration.disable(db.session(), found, by=acting_account()))


@bp.post(f"/{ACCOUNT_ID}/enable")
@require_role("administrator")
@accepts()
def enable(account_id: int) -> ViewResponse:
    return change_account(account_id, lambda found: administration.enable(db.session(), found, by=acting_account()))


@bp.post(f"/{ACCOUNT_ID}/remove-second-factor")
@require_role("administrator")
@accepts()
def remove_second_factor(account_id: int) -> ViewResponse:
    proof = access.auth_session()
    answer = change_account(
        account_id,
        lambda found: administration.remove_second_factor(db.session(), found, by=acting_account(), auth_session=proof),
    )
    notify.send_notification(SecurityEvent.SECOND_FACTOR_REMOVED, administration.get_by_id(db.session(), account_id))
    return answer


@bp.post(f"/{ACCOUNT_ID}/link")
@require_role("administrator")
@accepts()
def send_link(account_id: int) -> ViewResponse:
    begin_writing(db.session())
    link = administration.issue_link(
        db.session(), administration.get_by_id(db.session(), account_id), by=acting_account()
    )
    db.session.commit()
    return deliver_link(link)


def acting_account() -> Account:
    return access.signed_in_account()


def change_account(account_id: int, act: Callable[[Account], object]) -> ViewResponse:
    """One act on one account in one transaction; back to its page."""
    begin_writing(db.session())
    act(administration.get_by_id(db.session(), account_id))
    db.session.commit()
    flash(gettext("Stored."))
    return redirect(url_for("accounts.show_account", account_id=account_id), 303)


def deliver_link(link: IssuedLink) -> ViewResponse:
    """Mail the link, or show it this once where no mail is set up."""
    settings = request_context.settings()
    if mail.send_in_background(notifications.link_email(link, settings), settings):
        flash(gettext("A link was mailed to %(email)s. It works once, within 30 minutes.", email=link.email))
        return redirect(url_for("accounts.list_accounts"), 303)
    return render_template("admin/one_time_link.html", link=link, address=link.url(settings.public_url))


def render_accounts(form: InvitationForm, status: int = 200) -> Response:
    people = administration.list_accounts(db.session())
    return make_response(render_template("admin/accounts.html", accounts=people, form=form), status)


def render_account(
    account: Account, form: AccountNameForm | None = None, status: int = 200, *, email: AccountEmailForm | None = None
) -> Response:
    body = render_template(
        "admin/account.html",
        account=account,
        form=form or AccountNameForm(data={"name": account.name}),
        email_form=email or AccountEmailForm(data={"email": account.email}),
        roles=list(Role),
        events=recording.subject_events(db.session(), "account", account.id, limit=20),
    )
    return make_response(body, status)
