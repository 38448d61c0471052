"""Change of the email address of an account: requested by its owner and confirmed from the new address, or set by an
administrator.

Nobody can find out here whether an address has an account: the answer is always the same, and only the emails differ.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.errors import FieldError, Forbidden, InvalidLink, ValidationFailed
from portal.i18n.catalogues import gettext
from portal.models import Account, AccountSession
from portal.models.account import EmailChange
from portal.services.accounts import administration, link_mails, notifications, rate_limits, sessions, tokens
from portal.services.accounts.notifications import SecurityEvent
from portal.services.accounts.tokens import LINK_LIFETIME
from portal.services.audit import recording
from portal.text.email_addresses import is_email, normalise_email

LINK_PATH = link_mails.CONFIRM_PATH


@dataclass(frozen=True)
class EmailChangeRequest:
    """What was mailed: `token` is in the link to the new address; it is "" if `current_owner` has that address."""

    email: str
    token: str
    current_owner: Account | None


def validate_new_email(account: Account, email: str) -> str:
    """The normalised address. Raises ValidationFailed if it is not an address or is the account's current one."""
    email = normalise_email(email)
    if not is_email(email):
        raise ValidationFailed([administration.INVALID_EMAIL_ERROR.said()])
    if email == account.email:
        fault, advice = gettext("The account already has this address."), gettext("Enter a different address.")
        raise ValidationFailed([FieldError("email", fault, advice)])
    return email


def request_change(session: Session, account: Account, email: str, *, client_address: str) -> EmailChangeRequest:
    """Request a change of one's own address; the caller has checked the recent authentication.

    Both addresses get mail. Nothing changes before `confirm`. Earlier requests become void. Raises ValidationFailed and
    RateLimited.
    """
    email = validate_new_email(account, email)
    rate_limits.hit(session, "e-mail", account=account.email, client_address=client_address)
    tokens.invalidate_unused(session, EmailChange, account, now())
    current_owner, token = administration.find_by_email(session, email), tokens.generate_token()
    if current_owner is None:
        session.add(
            EmailChange(
                token_hash=tokens.hash_token(token),
                account_id=account.id,
                email=email,
                credential_version=account.credential_version,
                expires_at=now() + LINK_LIFETIME,
            )
        )
    event = recording.record(
        session, "ask for e-mail change", "account", account.id, after={"email": email}, by=account
    )
    notifications.notify(session, SecurityEvent.EMAIL_CHANGE_REQUESTED, account, event, detail=email)
    if current_owner is None:
        link_mails.queue_confirmation(session, account, email, token)
    else:
        notifications.notify(session, SecurityEvent.EMAIL_IN_USE, current_owner, event)
    return EmailChangeRequest(email, "" if current_owner else token, current_owner)


def load_change(session: Session, token: str) -> EmailChange:
    """The active request with this token, for the page that confirms it. Raises InvalidLink; changes nothing."""
    change = tokens.find_active(session, EmailChange, token)
    if change is None:
        raise _invalid_link()
    return change


def confirm(session: Session, token: str) -> tuple[Account, str]:
    """Switch to the new address, once, and end all sessions; returns the account and its previous address.

    Raises InvalidLink, also when another account has taken the address meanwhile.
    """
    used = tokens.use(session, EmailChange, token)
    if used is None:
        raise _invalid_link()
    change, owner = used
    previous = owner.email
    try:
        _store_email(session, owner, change.email, by=owner)
    except IntegrityError as error:
        raise _invalid_link() from error
    return owner, previous


def set_email(
    session: Session, account: Account, email: str, *, by: Account | None, auth_session: AccountSession | None
) -> str:
    """Set an account's address as an administrator (`by` is None on the command line); returns the previous one.

    Raises ReauthenticationRequired, Forbidden for one's own account, and ValidationFailed.
    """
    if by is not None:
        if auth_session is None:
            raise Forbidden(gettext(administration.ADMINISTRATORS_ONLY))
        administration.require_administrator(by)
        if by.id == account.id:
            raise Forbidden(gettext("Change your own address on your account page, where you confirm the new one."))
        sessions.require_recent_authentication(auth_session)
    email, previous = validate_new_email(account, email), account.email
    if administration.find_by_email(session, email):
        raise ValidationFailed([administration.EMAIL_IN_USE_ERROR.said()])
    try:
        _store_email(session, account, email, by=by)
    except IntegrityError as error:
        raise ValidationFailed([administration.EMAIL_IN_USE_ERROR.said()]) from error
    return previous


def _store_email(session: Session, account: Account, email: str, *, by: Account | None) -> None:
    before = account.email
    with session.begin_nested():
        account.email = email
        account.credential_version += 1
        event = recording.record(
            session, "change e-mail", "account", account.id, before={"email": before}, after={"email": email}, by=by
        )
    for address in (email, before):
        notifications.notify(session, SecurityEvent.EMAIL_CHANGED, account, event, detail=email, address=address)
    sessions.end_all(session, account)


def _invalid_link() -> InvalidLink:
    return InvalidLink(
        gettext(
            "This link no longer works: it was used, has expired, or was replaced by a later one. "
            "Sign in and request the change again on your account page."
        )
    )
