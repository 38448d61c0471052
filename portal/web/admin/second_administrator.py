"""What needs a second administrator where the setting says so, and how one is asked."""

from __future__ import annotations

from flask import flash, redirect, url_for

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.models import Account
from portal.services.accounts import administrator_requests
from portal.services.accounts.administrator_requests import RequestKind
from portal.vocabulary.workflow import Role
from portal.web.http import request_context
from portal.web.http.responses import ViewResponse
from portal.web.presentation.i18n import gettext
from portal.web.security import access


def is_second_needed(role: str) -> bool:
    """Whether giving this role asks for a second administrator."""
    return role == Role.ADMINISTRATOR and request_context.settings().needs_second_administrator


def ask(kind: RequestKind, account: Account) -> ViewResponse:
    """Ask the others about an account, and lead back to its page."""
    with transaction(db.session()) as session:
        administrator_requests.ask(
            session, kind, account, by=access.signed_in_account(), auth_session=access.auth_session()
        )
    return _asked(url_for("accounts.show_account", account_id=account.id))


def ask_to_invite(*, email: str, name: str) -> ViewResponse:
    """Ask the others about an invitation. Raises ValidationFailed."""
    with transaction(db.session()) as session:
        administrator_requests.ask_to_invite(
            session, email=email, name=name, by=access.signed_in_account(), auth_session=access.auth_session()
        )
    return _asked(url_for("accounts.list_accounts"))


def forbid_takeover(account: Account) -> None:
    """Refuse what would let one administrator sign in as another, where a second one is needed; see the service."""
    if request_context.settings().needs_second_administrator:
        administrator_requests.forbid_takeover(account, by=access.signed_in_account())


def _asked(url: str) -> ViewResponse:
    flash(gettext("Another administrator has to confirm this within 7 days. Nothing has changed yet."))
    return redirect(url, 303)
