"""Another e-mail address: asked for on one's own page, confirmed by a link that goes to the new address."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WSGIResponse

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.errors import Incomplete
from portal.models import Account
from portal.services import mail
from portal.services.accounts import email_change, notifications, rate_limits
from portal.services.accounts.authentication import Outcome
from portal.services.accounts.email_change import Wanted
from portal.services.accounts.notifications import Event
from portal.web.accounts import account_settings, notify
from portal.web.accounts.account_settings import EmailForm
from portal.web.http import error_pages, request_context
from portal.web.presentation.i18n import gettext
from portal.web.security import access, cookies
from portal.web.security.access import needs

bp = Blueprint("email_changes", __name__)
Answer = Response | WSGIResponse | str


@bp.post("/staff/account/email")
@needs("author")
def ask() -> Answer:
    """With the present password and a code; the answer is the same whether or not the address has an account."""
    form = EmailForm(request.form)
    try:
        email_change.checked(access.current(), form.email.data or "")
    except Incomplete as why:
        form.email.errors = [str(fault) for fault in why.faults]
        return account_settings.page(email=form, status=422)
    if not mail.can_send(request_context.settings()):
        form.email.errors = [gettext("This portal sends no mail. Ask an administrator to change your address.")]
        return account_settings.page(email=form, status=422)
    tried = account_settings.prove(form)
    if tried.outcome == Outcome.LIMITED:
        return error_pages.limited(tried.seconds)
    if tried.outcome == Outcome.REFUSED:
        form.present.errors = [account_settings.wrong_proof()]
        return account_settings.page(email=form, status=422)
    begin_writing(db.session())
    person = access.current()
    wanted = email_change.ask(db.session(), person, form.email.data or "", address=request_context.address())
    db.session.commit()
    tell_both(person, wanted)
    said = gettext("If this address can be used, a link is on its way to it. Until you open it, nothing changes.")
    return account_settings.keep(account_settings.done(said), tried.token)


@bp.get(f"{email_change.PATH}<token>")
def link(token: str) -> Answer:
    """A question, so that a mail scanner that looks changes nothing."""
    found = email_change.read(db.session(), token)
    response = make_response(render_template("accounts/confirm_email.html", token=token, email=found.email))
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


@bp.post(f"{email_change.PATH}<token>")
def use_link(token: str) -> Answer:
    session = db.session()
    begin_writing(session)
    rate_limits.take(session, "link", account=token, address=request_context.address())
    session.commit()
    begin_writing(session)
    account, before = email_change.confirm(session, token)
    session.commit()
    notify.tell(Event.EMAIL, account, detail=account.email, also=before)
    flash(gettext("Your e-mail address is changed. Sign in with the new one."))
    response = make_response(redirect(url_for("signing_in.sign_in"), 303))
    cookies.end_session(response)
    return response


def tell_both(person: Account, wanted: Wanted) -> None:
    """The link or the news to the address that is asked for, and a notice to the present one."""
    settings = request_context.settings()
    notify.tell(Event.EMAIL_ASKED, person, detail=wanted.email)
    if wanted.holder is not None:
        notify.tell(Event.EMAIL_TAKEN, wanted.holder)
    else:
        address = wanted.link(settings.public_url)
        mail.send_soon(notifications.confirmation(wanted.email, person.name, address, settings), settings)
