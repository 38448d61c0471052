"""Emails with a one-time link: it is stored encrypted until it is sent, and gone from the database afterwards."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.config import Settings
from portal.database.orm import now
from portal.models import Account
from portal.services.accounts import tokens
from portal.services.accounts.one_time_links import IssuedLink, Purpose
from portal.services.accounts.tokens import LINK_LIFETIME
from portal.services.mail import outbox
from portal.services.mail.email import Email, Link
from portal.services.mail.outbox import Recipient
from portal.vocabulary.mail import MailKind

CONFIRM_PATH = "/sign-in/email/"
_IF_UNEXPECTED = "If you did not expect this, ignore this email: nothing changes unless the link is used."


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
    email = link_email(link, settings)
    return outbox.enqueue(session, email, Recipient(account), kind=MailKind.LINK, key=key, expires_at=link.expires_at)


def queue_confirmation(session: Session, account: Account, address: str, token: str) -> None:
    """Mail the link that confirms a new address to that address; an earlier one is not sent any more."""
    settings = outbox.settings_of(session)
    if settings is None:
        return
    prefix = f"confirm:{account.id}:"
    outbox.replace_waiting(session, prefix)
    outbox.enqueue(
        session,
        confirmation_email(token, settings),
        Recipient(account, address),
        kind=MailKind.LINK,
        key=f"{prefix}{tokens.hash_token(token)[:32]}",
        expires_at=now() + LINK_LIFETIME,
    )


def confirmation_email(token: str, settings: Settings) -> Email:
    """The email to a new address with the link that confirms it."""
    portal = f"{settings.name_prefix} {settings.name}"
    return Email(
        f"Confirm your email address for {portal}",
        "",
        (
            f"Someone, most likely you, wants to use this address for an account of {portal}. Confirm it here within "
            "30 minutes. The link works once:",
            Link(f"{CONFIRM_PATH}{token}", "Confirm this address"),
            _IF_UNEXPECTED,
        ),
    )


def link_email(link: IssuedLink, settings: Settings) -> Email:
    """The email with a one-time link."""
    portal = f"{settings.name_prefix} {settings.name}"
    if link.purpose == Purpose.RESET:
        subject, reason = f"A new password for {portal}", "Someone, most likely you, requested a new password."
    else:
        subject, reason = f"Your account for {portal}", "An account was created for you."
    return Email(
        subject,
        link.name,
        (
            f"{reason} Choose a password here within {link.validity}. The link works once:",
            Link(link.path, "Choose a password"),
            _IF_UNEXPECTED,
        ),
    )
