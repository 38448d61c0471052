"""The signed link of a mail that stops mail about one's work: a page with a button, and the POST of mail programs."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.errors import NotFound
from portal.models import Account
from portal.services.accounts import administration
from portal.services.mail import stop_links
from portal.vocabulary.mail import MailChoice
from portal.web.declarations import accepts, signed_link
from portal.web.http.languages import choice
from portal.web.http.responses import no_store
from portal.web.presentation.i18n import gettext

bp = Blueprint("stop_mail", __name__)


@bp.get(f"{stop_links.STOP_PATH}<token>")
@signed_link
def show(token: str) -> Response:
    """Ask for confirmation, so that a mail scanner that opens the link changes nothing."""
    return render(token, find_account(token))


@bp.post(f"{stop_links.STOP_PATH}<token>")
@signed_link
@accepts("List-Unsubscribe")
def stop(token: str) -> Response:
    """Stop at once, however often it is asked; answered without a redirect, as RFC 8058 wants it."""
    # Before the transaction: a link of nobody must not keep writers waiting.
    find_account(token)
    with transaction(db.session()):
        account = administration.choose_mail(db.session(), find_account(token), MailChoice.NONE, by_link=True)
    return render(token, account)


def find_account(token: str) -> Account:
    account = stop_links.find_account(db.session(), token)
    if account is None:
        raise NotFound(
            gettext("This link is not complete, or the account has another address now. Sign in to choose your mail.")
        )
    choice.speak(account.language)
    return account


def render(token: str, account: Account) -> Response:
    is_stopped = account.mail_choice == MailChoice.NONE
    body = render_template("accounts/stop_mail.html", token=token, email=account.email, is_stopped=is_stopped)
    response = no_store(make_response(body))
    response.headers["Referrer-Policy"] = "strict-origin"
    return response
