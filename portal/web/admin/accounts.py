"""Accounts of staff, for administrators: add, invite, change the role, disable, hand over a link."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WSGIResponse
from wtforms import Form, RadioField, StringField

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.errors import Incomplete
from portal.models import Account
from portal.services import mail
from portal.services.accounts import administration, email_change, notifications
from portal.services.accounts.notifications import Event
from portal.services.accounts.one_time_links import IssuedLink
from portal.services.audit import recording
from portal.vocabulary.workflow import Role
from portal.web.accounts import notify
from portal.web.http import request_context
from portal.web.http.url_converters import NUMBER
from portal.web.presentation.i18n import gettext
from portal.web.security import access
from portal.web.security.access import needs

bp = Blueprint("accounts", __name__, url_prefix="/staff/accounts")
Answer = Response | WSGIResponse | str


class InvitationForm(Form):
    name = StringField(gettext("Name"))
    email = StringField(gettext("E-mail address"))
    role = RadioField(gettext("Role"), choices=list(Role), default=Role.AUTHOR)


class NameForm(Form):
    name = StringField(gettext("Name"))


class EmailForm(Form):
    email = StringField(gettext("E-mail address"))


@bp.get("/")
@needs("administrator")
def everyone() -> Answer:
    return list_page(InvitationForm())


@bp.post("/")
@needs("administrator")
def invite() -> Answer:
    form = InvitationForm(request.form)
    given = {"email": form.email.data or "", "name": form.name.data or "", "role": form.role.data or ""}
    begin_writing(db.session())
    try:
        link = administration.invite(db.session(), **given, by=access.current())
    except Incomplete as why:
        db.session.rollback()
        for fault in why.faults:
            form[fault.field].errors = [str(fault)]
        return list_page(form, 422)
    db.session.commit()
    return hand_over(link)


@bp.get(f"/{NUMBER}")
@needs("administrator")
def one(number: int) -> Answer:
    return account_page(administration.get(db.session(), number))


@bp.post(f"/{NUMBER}/name")
@needs("administrator")
def rename(number: int) -> Answer:
    form = NameForm(request.form)
    try:
        return change(number, lambda found: administration.rename(db.session(), found, form.name.data or "", by=by()))
    except Incomplete as why:
        db.session.rollback()
        form.name.errors = [str(fault) for fault in why.faults]
        return account_page(administration.get(db.session(), number), form, 422)


@bp.post(f"/{NUMBER}/role")
@needs("administrator")
def change_role(number: int) -> Answer:
    role, proof = request.form.get("role", ""), access.session_row()
    before = administration.get(db.session(), number).role
    answer = change(number, lambda found: administration.change_role(db.session(), found, role, by=by(), proof=proof))
    if role != before:
        notify.tell(Event.ROLE, administration.get(db.session(), number), detail=access.role_name(role))
    return answer


@bp.post(f"/{NUMBER}/email")
@needs("administrator")
def change_email(number: int) -> Answer:
    """At once, for who can no longer read the old address; both addresses are told."""
    form, proof = EmailForm(request.form), access.session_row()
    before = administration.get(db.session(), number).email
    given = form.email.data or ""
    try:
        answer = change(number, lambda found: email_change.change(db.session(), found, given, by=by(), proof=proof))
    except Incomplete as why:
        db.session.rollback()
        form.email.errors = [str(fault) for fault in why.faults]
        return account_page(administration.get(db.session(), number), email=form, status=422)
    found = administration.get(db.session(), number)
    notify.tell(Event.EMAIL, found, detail=found.email, also=before)
    return answer


@bp.post(f"/{NUMBER}/disable")
@needs("administrator")
def disable(number: int) -> Answer:
    return change(number, lambda found: administration.disable(db.session(), found, by=by()))


@bp.post(f"/{NUMBER}/enable")
@needs("administrator")
def enable(number: int) -> Answer:
    return change(number, lambda found: administration.enable(db.session(), found, by=by()))


@bp.post(f"/{NUMBER}/remove-second-factor")
@needs("administrator")
def remove_second_factor(number: int) -> Answer:
    proof = access.session_row()
    answer = change(
        number, lambda found: administration.remove_second_factor(db.session(), found, by=by(), proof=proof)
    )
    notify.tell(Event.NO_SECOND_FACTOR, administration.get(db.session(), number))
    return answer


@bp.post(f"/{NUMBER}/link")
@needs("administrator")
def give_link(number: int) -> Answer:
    begin_writing(db.session())
    link = administration.link_for(db.session(), administration.get(db.session(), number), by=by())
    db.session.commit()
    return hand_over(link)


def by() -> Account:
    return access.current()


def change(number: int, act: Callable[[Account], object]) -> Answer:
    """One act on one account in one transaction; back to its page."""
    begin_writing(db.session())
    act(administration.get(db.session(), number))
    db.session.commit()
    flash(gettext("Stored."))
    return redirect(url_for("accounts.one", number=number), 303)


def hand_over(link: IssuedLink) -> Answer:
    """Mail the link, or show it this once where no mail is set up."""
    settings = request_context.settings()
    if mail.send_soon(notifications.letter_of(link, settings), settings):
        flash(gettext("A link was mailed to %(email)s. It works once, within 30 minutes.", email=link.email))
        return redirect(url_for("accounts.everyone"), 303)
    return render_template("admin/one_time_link.html", link=link, address=link.address(settings.public_url))


def list_page(form: InvitationForm, status: int = 200) -> Response:
    people = administration.everyone(db.session())
    return make_response(render_template("admin/accounts.html", people=people, form=form), status)


def account_page(
    found: Account, form: NameForm | None = None, status: int = 200, *, email: EmailForm | None = None
) -> Response:
    body = render_template(
        "admin/account.html",
        account=found,
        form=form or NameForm(data={"name": found.name}),
        email=email or EmailForm(data={"email": found.email}),
        roles=list(Role),
        events=recording.events_of(db.session(), "account", found.id, most=20),
    )
    return make_response(body, status)
