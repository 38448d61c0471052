"""Accounts of staff, for administrators: add, invite, change the role, disable, hand over a link."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WSGIResponse
from wtforms import Form, RadioField, StringField

from portal.errors import Incomplete
from portal.models import Account, db
from portal.services import accounts, audit, email_change, mail
from portal.services.links import IssuedLink
from portal.services.notices import Event
from portal.services.writing import begin_writing
from portal.vocabulary import Role
from portal.web import guard, telling
from portal.web.guard import needs
from portal.web.language import gettext
from portal.web.stepping import NUMBER

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
        link = accounts.invite(db.session(), **given, by=guard.current())
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
    return account_page(accounts.get(db.session(), number))


@bp.post(f"/{NUMBER}/name")
@needs("administrator")
def rename(number: int) -> Answer:
    form = NameForm(request.form)
    try:
        return change(number, lambda found: accounts.rename(db.session(), found, form.name.data or "", by=by()))
    except Incomplete as why:
        db.session.rollback()
        form.name.errors = [str(fault) for fault in why.faults]
        return account_page(accounts.get(db.session(), number), form, 422)


@bp.post(f"/{NUMBER}/role")
@needs("administrator")
def change_role(number: int) -> Answer:
    role, proof = request.form.get("role", ""), guard.session_row()
    before = accounts.get(db.session(), number).role
    answer = change(number, lambda found: accounts.change_role(db.session(), found, role, by=by(), proof=proof))
    if role != before:
        telling.tell(Event.ROLE, accounts.get(db.session(), number), detail=guard.role_name(role))
    return answer


@bp.post(f"/{NUMBER}/email")
@needs("administrator")
def change_email(number: int) -> Answer:
    """At once, for who can no longer read the old address; both addresses are told."""
    form, proof = EmailForm(request.form), guard.session_row()
    before = accounts.get(db.session(), number).email
    given = form.email.data or ""
    try:
        answer = change(number, lambda found: email_change.change(db.session(), found, given, by=by(), proof=proof))
    except Incomplete as why:
        db.session.rollback()
        form.email.errors = [str(fault) for fault in why.faults]
        return account_page(accounts.get(db.session(), number), email=form, status=422)
    found = accounts.get(db.session(), number)
    telling.tell(Event.EMAIL, found, detail=found.email, also=before)
    return answer


@bp.post(f"/{NUMBER}/disable")
@needs("administrator")
def disable(number: int) -> Answer:
    return change(number, lambda found: accounts.disable(db.session(), found, by=by()))


@bp.post(f"/{NUMBER}/enable")
@needs("administrator")
def enable(number: int) -> Answer:
    return change(number, lambda found: accounts.enable(db.session(), found, by=by()))


@bp.post(f"/{NUMBER}/remove-second-factor")
@needs("administrator")
def remove_second_factor(number: int) -> Answer:
    proof = guard.session_row()
    answer = change(number, lambda found: accounts.remove_second_factor(db.session(), found, by=by(), proof=proof))
    telling.tell(Event.NO_SECOND_FACTOR, accounts.get(db.session(), number))
    return answer


@bp.post(f"/{NUMBER}/link")
@needs("administrator")
def give_link(number: int) -> Answer:
    begin_writing(db.session())
    link = accounts.link_for(db.session(), accounts.get(db.session(), number), by=by())
    db.session.commit()
    return hand_over(link)


def by() -> Account:
    return guard.current()


def change(number: int, act: Callable[[Account], object]) -> Answer:
    """One act on one account in one transaction; back to its page."""
    begin_writing(db.session())
    act(accounts.get(db.session(), number))
    db.session.commit()
    flash(gettext("Stored."))
    return redirect(url_for("accounts.one", number=number), 303)


def hand_over(link: IssuedLink) -> Answer:
    """Mail the link, or show it this once where no mail is set up."""
    settings = guard.settings()
    if mail.send_soon(mail.letter_of(link, settings), settings):
        flash(gettext("A link was mailed to %(email)s. It works once, within 30 minutes.", email=link.email))
        return redirect(url_for("accounts.everyone"), 303)
    return render_template("staff/link.html", link=link, address=link.address(settings.public_url))


def list_page(form: InvitationForm, status: int = 200) -> Response:
    people = accounts.everyone(db.session())
    return make_response(render_template("staff/accounts.html", people=people, form=form), status)


def account_page(
    found: Account, form: NameForm | None = None, status: int = 200, *, email: EmailForm | None = None
) -> Response:
    body = render_template(
        "staff/one_account.html",
        account=found,
        form=form or NameForm(data={"name": found.name}),
        email=email or EmailForm(data={"email": found.email}),
        roles=list(Role),
        events=audit.events_of(db.session(), "account", found.id, most=20),
    )
    return make_response(body, status)
