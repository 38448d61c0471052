"""One-time links: an invitation, the first administrator's way in, a way to a new password."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.database.transactions import begin_writing
from portal.errors import InvalidLink
from portal.models import Account, OneTimeLink
from portal.services.accounts import passwords
from portal.services.audit import recording

LINK_LIFETIME = timedelta(minutes=30)
LINK_PATH = "/sign-in/link/"
_INVALID_LINK_MESSAGE = (
    "This link is not good any more: it was used, is older than 30 minutes, or a later one took its place. "
    "Ask for another."
)


class Purpose(StrEnum):
    FIRST = "first"
    INVITE = "invite"
    RESET = "reset"


@dataclass(frozen=True)
class IssuedLink:
    """A link to hand over once; the token is nowhere else."""

    token: str
    purpose: Purpose
    email: str
    name: str
    expires_at: datetime

    def url(self, public_url: str) -> str:
        """The whole address, from the configured one of the portal and never from a request."""
        return f"{public_url}{LINK_PATH}{self.token}"


def issue(session: Session, account: Account, purpose: Purpose, *, by: Account | None = None) -> IssuedLink:
    """A fresh link for an account; links issued to it before are dead."""
    moment = now()
    earlier = update(OneTimeLink).where(OneTimeLink.account_id == account.id, OneTimeLink.used_at.is_(None))
    session.execute(earlier.values(used_at=moment))
    token = secrets.token_urlsafe(32)
    session.add(
        OneTimeLink(
            token_hash=_hash(token),
            purpose=purpose,
            account_id=account.id,
            credential_version=account.credential_version,
            created_at=moment,
            expires_at=moment + LINK_LIFETIME,
        )
    )
    recording.record(session, "issue link", "account", account.id, after={"purpose": purpose}, by=by)
    return IssuedLink(token, purpose, account.email, account.name, moment + LINK_LIFETIME)


def load_link(session: Session, token: str) -> OneTimeLink:
    """The living link of this token, for the page that asks for a password; raises BadLink. Uses nothing up."""
    found = session.execute(select(OneTimeLink).where(OneTimeLink.token_hash == _hash(token))).scalar_one_or_none()
    if found is None or not _is_valid(found):
        raise InvalidLink(_INVALID_LINK_MESSAGE)
    return found


def redeem(session: Session, token: str, password: str) -> Account:
    """Set the password that the link lets its owner choose; whoever uses it first, once.

    Begins its own writing transaction; the caller commits. Signs nobody in: the second factor is asked for as ever.
    Raises BadLink and WeakPassword; both leave the link as it was.
    """
    account = load_link(session, token).account
    passwords.check_strength(password, context=(account.email, account.name))
    # Hashed before the transaction begins: it takes long, and others wait to write.
    kept = passwords.hash_password(password)
    begin_writing(session)
    taken = session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.token_hash == _hash(token), OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now())
        .values(used_at=now())
        .returning(OneTimeLink.account_id, OneTimeLink.credential_version, OneTimeLink.purpose)
    ).first()
    account_id, version, purpose = taken or (0, 0, "")
    owner = session.get(Account, account_id, with_for_update=True) if taken else None
    if owner is None or owner.is_disabled or owner.credential_version != version:
        session.rollback()
        raise InvalidLink(_INVALID_LINK_MESSAGE)
    owner.password_hash = kept
    owner.credential_version += 1
    recording.record(session, "set password", "account", owner.id, after={"by link": purpose}, by=owner)
    return owner


def _is_valid(link: OneTimeLink) -> bool:
    account = link.account
    return (
        link.used_at is None
        and link.expires_at > now()
        and not account.is_disabled
        and account.credential_version == link.credential_version
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
