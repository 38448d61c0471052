"""Staff accounts, for administrators: invite, rename, change the role, disable, send a link."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from wtforms import Form, RadioField, StringField

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.errors import ValidationFailed
from portal.models import Account
from portal.services.accounts import administration, administrator_requests, email_change, link_mails
from portal.services.accounts.administrator_requests import RequestKind
from portal.services.audit import recording
from portal.vocabulary.workflow import Role
from portal.web.admin import open_work, second_administrator
from portal.web.admin.link_delivery import deliver_link
from portal.web.declarations import accepts, require_role
from portal.web.http.responses import ViewResponse
from portal.web.http.url_converters import ACCOUNT_ID
from portal.web.presentation.i18n import N_, gettext
from portal.web.security import access

bp = Blueprint("accounts", __name__, url_prefix="/staff/accounts")


class InvitationForm(Form):
    name = StringField(N_("Name"))
    email = StringField(N_("Email address"))
    role = RadioField(N_("Role"), choices=list(Role), default=Role.AUTHOR)


class AccountNameForm(Form):
    name = StringField(N_("Name"))


class AccountEmailForm(Form):
    email = StringField(N_("Email address"))


@bp.get("/")
@require_role("administrator")
def list_accounts() -> ViewResponse:
    return render_accounts(InvitationForm())


@bp.post("/")
@require_role("administrator")
@accepts(InvitationForm)
def invite() -> ViewResponse:
    form = InvitationForm(request.form)
    values = {"email": form.email.data or "", "name": form.name.data or "", "role": form.role.data or ""}
    try:
        if second_administrator.is_second_needed(values["role"]):
            return second_administrator.ask_to_invite(email=values["email"], name=values["name"])
        with transaction(db.session()) as session:
            link = administration.invite(
                session, **values, by=access.signed_in_account(), auth_session=access.auth_session()
            )
            is_mailed = link_mails.queue_link(session, link)
    except ValidationFailed as error:
        for field_error in error.errors:
            form[field_error.field].errors = [str(field_error)]
        return render_accounts(form, 422)
    return deliver_link(link, is_mailed=is_mailed)


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
            lambda session, account, by: administration.rename(db.session(), account, form.name.data or "", by=by),
        )
    except ValidationFailed as error:
        form.name.errors = [str(field_error) for field_error in error.errors]
        return render_account(administration.get_by_id(db.session(), account_id), form, 422)


@bp.post(f"/{ACCOUNT_ID}/role")
@require_role("administrator")
@accepts("role")
def change_role(account_id: int) -> ViewResponse:
    role, auth_session = request.form.get("role", ""), access.auth_session()
    account = administration.get_by_id(db.session(), account_id)
    if role != account.role and second_administrator.is_second_needed(role):
        return second_administrator.ask(RequestKind.PROMOTE, account)
    return change_account(
        account_id,
        lambda session, account, by: administration.change_role(
            db.session(), account, role, by=by, auth_session=auth_session
        ),
    )


@bp.post(f"/{ACCOUNT_ID}/email")
@require_role("administrator")
@accepts(AccountEmailForm)
def change_email(account_id: int) -> ViewResponse:
    """Change it at once, for a user who cannot read the old address; both addresses get a notice."""
    form, auth_session = AccountEmailForm(request.form), access.auth_session()
    second_administrator.forbid_takeover(administration.get_by_id(db.session(), account_id))
    email = form.email.data or ""
    try:
        return change_account(
            account_id,
            lambda session, account, by: email_change.set_email(
                db.session(), account, email, by=by, auth_session=auth_session
            ),
        )
    except ValidationFailed as error:
        form.email.errors = [str(field_error) for field_error in error.errors]
        return render_account(administration.get_by_id(db.session(), account_id), email=form, status=422)


@bp.get(f"/{ACCOUNT_ID}/role")
@require_role("administrator")
def confirm_role(account_id: int) -> ViewResponse:
    """What a role means for the open work of the account; `role` is the new one."""
    role = request.args.get("role", "")
    if role not in tuple(Role):
        return redirect(url_for(".show_account", account_id=account_id))
    return open_work.confirm_role(administration.get_by_id(db.session(), account_id), Role(role))


@bp.get(f"/{ACCOUNT_ID}/disable")
@require_role("administrator")
def confirm_disable(account_id: int) -> ViewResponse:
    return open_work.confirm_disable(administration.get_by_id(db.session(), account_id))


@bp.post(f"/{ACCOUNT_ID}/disable")
@require_role("administrator")
@accepts()
def disable(account_id: int) -> ViewResponse:
    return change_account(account_id, lambda session, account, by: administration.disable(session, account, by=by))


@bp.post(f"/{ACCOUNT_ID}/enable")
@require_role("administrator")
@accepts()
def enable(account_id: int) -> ViewResponse:
    account, auth_session = administration.get_by_id(db.session(), account_id), access.auth_session()
    if account.is_disabled and second_administrator.is_second_needed(account.role):
        return second_administrator.ask(RequestKind.ENABLE, account)
    return change_account(
        account_id,
        lambda session, account, by: administration.enable(session, account, by=by, auth_session=auth_session),
    )


@bp.post(f"/{ACCOUNT_ID}/remove-second-factor")
@require_role("administrator")
@accepts()
def remove_second_factor(account_id: int) -> ViewResponse:
    auth_session = access.auth_session()
    second_administrator.forbid_takeover(administration.get_by_id(db.session(), account_id))
    return change_account(
        account_id,
        lambda session, account, by: administration.remove_second_factor(
            db.session(), account, by=by, auth_session=auth_session
        ),
    )


@bp.post(f"/{ACCOUNT_ID}/link")
@require_role("administrator")
@accepts()
def send_link(account_id: int) -> ViewResponse:
    with transaction(db.session()) as session:
        account = administration.get_by_id(session, account_id)
        link = administration.issue_link(session, account, by=access.signed_in_account())
        is_mailed = link_mails.queue_link(session, link)
        if not is_mailed:
            # It would be shown to whoever asked for it.
            second_administrator.forbid_takeover(account)
    return deliver_link(link, is_mailed=is_mailed)


def change_account(account_id: int, operation: Callable[[Session, Account, Account], object]) -> ViewResponse:
    """Run `operation(session, account, by)` in one transaction, and redirect to the page of the account."""
    with transaction(db.session()) as session:
        operation(session, administration.get_by_id(session, account_id), access.signed_in_account())
    flash(gettext("The account has been updated."))
    return redirect(url_for("accounts.show_account", account_id=account_id), 303)


def render_accounts(form: InvitationForm, status: int = 200) -> Response:
    session = db.session()
    body = render_template(
        "admin/accounts.html",
        accounts=administration.list_accounts(session),
        form=form,
        requests=administrator_requests.open_requests(session),
        new_administrators=administrator_requests.recently_made(session),
        is_second_needed=second_administrator.is_second_needed(Role.ADMINISTRATOR),
    )
    return make_response(body, status)


def render_account(
    account: Account, form: AccountNameForm | None = None, status: int = 200, *, email: AccountEmailForm | None = None
) -> Response:
    body = render_template(
        "admin/account.html",
        account=account,
        form=form or AccountNameForm(data={"name": account.name}),
        email_form=email or AccountEmailForm(data={"email": account.email}),
        roles=list(Role),
        work=open_work.build_work(db.session(), account),
        events=recording.subject_events(db.session(), "account", account.id, limit=20),
    )
    return make_response(body, status)
