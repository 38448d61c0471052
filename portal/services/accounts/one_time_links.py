"""One-time links for choosing a password: an invitation, the first administrator's link, a password reset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.database.transactions import begin_writing
from portal.errors import InvalidLink
from portal.i18n.catalogues import gettext, ngettext
from portal.models import Account, OneTimeLink
from portal.services.accounts import notifications, passwords, tokens
from portal.services.accounts.notifications import SecurityEvent
from portal.services.accounts.tokens import INVITATION_LIFETIME, LINK_LIFETIME
from portal.services.audit import recording

LINK_PATH = "/sign-in/link/"


class Purpose(StrEnum):
    FIRST = "first"
    INVITE = "invite"
    RESET = "reset"

    @property
    def lifetime(self) -> timedelta:
        return INVITATION_LIFETIME if self is Purpose.INVITE else LINK_LIFETIME


@dataclass(frozen=True)
class IssuedLink:
    """A link to hand over once; its token is stored nowhere, but in the mail that is not sent yet."""

    token: str
    purpose: Purpose
    email: str
    name: str
    expires_at: datetime
    is_requested: bool = False

    @property
    def path(self) -> str:
        return f"{LINK_PATH}{self.token}"

    @property
    def validity(self) -> str:
        """How long it works, in words."""
        if days := self.purpose.lifetime.days:
            return ngettext("%(num)s day", "%(num)s days", days)
        return ngettext("%(num)s minute", "%(num)s minutes", self.purpose.lifetime // timedelta(minutes=1))

    def url(self, public_url: str) -> str:
        """The full URL, built from the configured URL of the portal and never from a request."""
        return f"{public_url}{self.path}"


def issue(
    session: Session, account: Account, purpose: Purpose, *, by: Account | None = None, is_requested: bool = False
) -> IssuedLink:
    """Issue a link for an account; earlier links of the account stop working.

    A link that was only asked for (`is_requested`) ends earlier ones of this kind alone: anybody can ask for one.
    """
    moment, token = now(), tokens.generate_token()
    tokens.invalidate_unused(
        session, OneTimeLink, account, moment, *([OneTimeLink.is_requested.is_(True)] if is_requested else [])
    )
    session.add(
        OneTimeLink(
            token_hash=tokens.hash_token(token),
            purpose=purpose,
            is_requested=is_requested,
            account_id=account.id,
            credential_version=account.credential_version,
            created_at=moment,
            expires_at=moment + purpose.lifetime,
        )
    )
    recording.record(session, "issue link", "account", account.id, after={"purpose": purpose}, by=by)
    return IssuedLink(token, purpose, account.email, account.name, moment + purpose.lifetime, is_requested)


def load_link(session: Session, token: str) -> OneTimeLink:
    """The active link with this token, for the page that asks for a password. Raises InvalidLink; uses nothing up."""
    link = tokens.find_active(session, OneTimeLink, token)
    if link is None:
        raise _invalid_link()
    return link


def redeem(session: Session, token: str, password: str) -> Account:
    """Use the link once to set its account's password; the caller commits.

    Begins the write transaction itself, because the slow hash comes first and must not block other writers. The caller
    may sign the owner in, whose second factor is still required. Raises InvalidLink and WeakPassword; both leave the
    link unused.
    """
    account = load_link(session, token).account
    passwords.check_strength(password, context=(account.email, account.name))
    password_hash = passwords.hash_password(password)
    begin_writing(session)
    used = tokens.use(session, OneTimeLink, token)
    if used is None:
        session.rollback()
        raise _invalid_link()
    link, owner = used
    owner.password_hash = password_hash
    owner.credential_version += 1
    event = recording.record(session, "set password", "account", owner.id, after={"by link": link.purpose}, by=owner)
    notifications.notify(session, SecurityEvent.PASSWORD_CHANGED, owner, event)
    return owner


def _invalid_link() -> InvalidLink:
    return InvalidLink(gettext("This link no longer works: it was used, has expired, or was replaced by a later one."))
