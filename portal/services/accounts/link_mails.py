"""Emails with a one-time link: it is stored encrypted until it is sent, and gone from the database afterwards."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.config import Settings
from portal.database.orm import now
from portal.i18n.catalogues import gettext
from portal.i18n.current import using
from portal.models import Account
from portal.services.accounts import tokens
from portal.services.accounts.one_time_links import IssuedLink, Purpose
from portal.services.accounts.tokens import LINK_LIFETIME
from portal.services.mail import outbox
from portal.services.mail.email import Email, Link
from portal.services.mail.outbox import Recipient
from portal.vocabulary.mail import MailKind

CONFIRM_PATH = "/sign-in/email/"


def queue_link(session: Session, link: IssuedLink) -> bool:
    """Mail a one-time link; False if that cannot be, and somebody has to hand it over.

    Links that it made useless and that are not sent yet are not sent any more.
    """
    settings = outbox.settings_of(session)
    account = session.execute(select(Account).where(Account.email == link.email)).scalar_one()
    if settings is None:
        return False
    asked, every = f"link:{account.id}:asked:", f"link:{account.id}:"
    outbox.replace_waiting(session, asked if link.is_requested else every)
    key = f"{asked if link.is_requested else every}{tokens.hash_token(link.token)[:32]}"
    with using(account.language):
        email = link_email(link, settings)
    return outbox.enqueue(session, email, Recipient(account), kind=MailKind.LINK, key=key, expires_at=link.expires_at)


def queue_confirmation(session: Session, account: Account, address: str, token: str) -> None:
    """Mail the link that confirms a new address to that address; an earlier one is not sent any more."""
    settings = outbox.settings_of(session)
    if settings is None:
        return
    prefix = f"confirm:{account.id}:"
    with using(account.language):
        email = confirmation_email(token, settings)
    outbox.replace_waiting(session, prefix)
    outbox.enqueue(
        session,
        email,
        Recipient(account, address),
        kind=MailKind.LINK,
        key=f"{prefix}{tokens.hash_token(token)[:32]}",
        expires_at=now() + LINK_LIFETIME,
    )


def confirmation_email(token: str, settings: Settings) -> Email:
    """The email to a new address with the link that confirms it."""
    portal = settings.full_name
    return Email(
        gettext("Confirm your email address for %(portal)s", portal=portal),
        "",
        (
            gettext(
                "Someone, most likely you, wants to use this address for an account of %(portal)s. Confirm it here "
                "within 30 minutes. The link works once:",
                portal=portal,
            ),
            Link(f"{CONFIRM_PATH}{token}", gettext("Confirm this address")),
            _if_unexpected(),
        ),
    )


def link_email(link: IssuedLink, settings: Settings) -> Email:
    """The email with a one-time link."""
    portal = settings.full_name
    if link.purpose == Purpose.RESET:
        subject = gettext("A new password for %(portal)s", portal=portal)
        reason = gettext("Someone, most likely you, requested a new password.")
    else:
        subject = gettext("Your account for %(portal)s", portal=portal)
        reason = gettext("An account was created for you.")
    how = gettext("Choose a password here within %(validity)s. The link works once:", validity=link.validity)
    label = gettext("Choose a password")
    return Email(subject, link.name, (f"{reason} {how}", Link(link.path, label), _if_unexpected()))


def _if_unexpected() -> str:
    return gettext("If you did not expect this, ignore this email: nothing changes unless the link is used.")
