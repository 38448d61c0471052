"""Another e-mail address for an account: asked for by its owner and confirmed from the new address, or set by an
administrator.

Whoever asks cannot learn whether an address has an account here: the answer is the same, and the mails differ.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.errors import FieldError, Forbidden, InvalidLink, ValidationFailed
from portal.models import Account, AccountSession
from portal.models.account import EmailChange
from portal.services.accounts import administration, rate_limits, sessions
from portal.services.audit import recording

LINK_LIFETIME = timedelta(minutes=30)
LINK_PATH = "/sign-in/email/"
_INVALID_LINK_MESSAGE = (
    "This link is not good any more: it was used, is older than 30 minutes, or a later one took its place. "
    "Sign in and ask for the change once more on your account page."
)


@dataclass(frozen=True)
class EmailChangeRequest:
    """What the edge mails: `token` for the link to the new address; "" when `holder` has an account with it already."""

    email: str
    token: str
    current_owner: Account | None

    def url(self, public_url: str) -> str:
        """The whole address, from the configured one of the portal and never from a request."""
        return f"{public_url}{LINK_PATH}{self.token}"


def validate_new_email(account: Account, email: str) -> str:
    """The address as it would be kept; raises Incomplete for what is none, or is the present one."""
    email = administration.normalise_email(email)
    if not administration.is_email(email):
        raise ValidationFailed([FieldError("email", "This is not an e-mail address.", "Write it as name@example.org.")])
    if email == account.email:
        raise ValidationFailed([FieldError("email", "This is the present address.", "Write another one.")])
    return email


def request_change(session: Session, account: Account, email: str, *, client_address: str) -> EmailChangeRequest:
    """Begin a change of one's own address, after a proof of who one is (checked by the caller).

    Nothing changes before `confirm`. Changes asked for earlier are void. Raises what `checked` raises, and TooMany.
    """
    email = validate_new_email(account, email)
    rate_limits.hit(session, "e-mail", account=account.email, client_address=client_address)
    earlier = update(EmailChange).where(EmailChange.account_id == account.id, EmailChange.used_at.is_(None))
    session.execute(earlier.values(used_at=now()))
    holder, token = administration.find_by_email(session, email), secrets.token_urlsafe(32)
    if holder is None:
        session.add(
            EmailChange(
                token_hash=_hash(token),
                account_id=account.id,
                email=email,
                credential_version=account.credential_version,
                expires_at=now() + LINK_LIFETIME,
            )
        )
    recording.record(session, "ask for e-mail change", "account", account.id, after={"email": email}, by=account)
    return EmailChangeRequest(email, "" if holder else token, holder)


def load_change(session: Session, token: str) -> EmailChange:
    """The living change of this token, for the page that asks to confirm it; raises BadLink. Changes nothing."""
    found = session.execute(select(EmailChange).where(EmailChange.token_hash == _hash(token))).scalar_one_or_none()
    account = found.account if found is not None else None
    if found is None or account is None or found.used_at is not None or found.expires_at <= now():
        raise InvalidLink(_INVALID_LINK_MESSAGE)
    if account.is_disabled or account.credential_version != found.credential_version:
        raise InvalidLink(_INVALID_LINK_MESSAGE)
    return found


def confirm(session: Session, token: str) -> tuple[Account, str]:
    """Take the new address, once; returns the account and the address it had. Ends all its sessions.

    Raises BadLink, also when somebody else got the address meanwhile.
    """
    found = load_change(session, token)
    unused = EmailChange.id == found.id, EmailChange.used_at.is_(None)
    taken = session.execute(update(EmailChange).where(*unused).values(used_at=now()).returning(EmailChange.id)).first()
    owner = session.get(Account, found.account_id, with_for_update=True)
    if taken is None or owner is None or owner.credential_version != found.credential_version:
        raise InvalidLink(_INVALID_LINK_MESSAGE)
    before = owner.email
    try:
        _store_email(session, owner, found.email, by=owner)
    except IntegrityError as why:
        raise InvalidLink(_INVALID_LINK_MESSAGE) from why
    return owner, before


def set_email(
    session: Session, account: Account, email: str, *, by: Account | None, auth_session: AccountSession | None
) -> str:
    """Set an account's address as an administrator (`by` is None on the command line); returns the one it had.

    Raises StepUpNeeded without a fresh proof, NotAllowed for one's own account, Incomplete for what cannot be used.
    """
    if by is not None:
        if by.is_disabled or not by.is_administrator or auth_session is None:
            raise Forbidden("Accounts are kept by administrators.")
        if by.id == account.id:
            raise Forbidden("Change your own address on your account page, where the new one is confirmed.")
        sessions.require_recent_authentication(auth_session)
    email, before = validate_new_email(account, email), account.email
    in_use = ValidationFailed(
        [FieldError("email", "There is an account with this address.", "Look for it in the list.")]
    )
    if administration.find_by_email(session, email):
        raise in_use
    try:
        _store_email(session, account, email, by=by)
    except IntegrityError as why:
        raise in_use from why
    return before


def _store_email(session: Session, account: Account, email: str, *, by: Account | None) -> None:
    before = account.email
    with session.begin_nested():
        account.email = email
        account.credential_version += 1
        recording.record(
            session, "change e-mail", "account", account.id, before={"email": before}, after={"email": email}, by=by
        )
    sessions.end_all(session, account)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
