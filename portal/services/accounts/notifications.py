"""Notices: what the owner of an account is told by mail after something that opens or shuts it has changed.

They hold no link that does anything and nothing secret. Here are the words; the edges send them once the change is
committed (mail.send_soon), so that a mail neither delays nor undoes it.
"""

from __future__ import annotations

from enum import StrEnum

from portal.config import Settings
from portal.database.orm import now
from portal.services.accounts.one_time_links import IssuedLink, Purpose
from portal.services.mail import Email


class SecurityEvent(StrEnum):
    PASSWORD_CHANGED = "password"  # noqa: S105  (a kind of notice)
    SECOND_FACTOR_SET_UP = "second factor"
    SECOND_FACTOR_REMOVED = "no second factor"
    RECOVERY_CODES_REPLACED = "recovery codes"
    ROLE_CHANGED = "role"
    EMAIL_CHANGE_REQUESTED = "e-mail asked"
    EMAIL_IN_USE = "e-mail taken"
    EMAIL_CHANGED = "e-mail"
    NEW_DEVICE = "device"


# Subject and first sentence; {detail} is what the edge adds.
_TEXTS: dict[SecurityEvent, tuple[str, str]] = {
    SecurityEvent.PASSWORD_CHANGED: ("Your password was changed", "The password of your account was changed."),
    SecurityEvent.SECOND_FACTOR_SET_UP: (
        "Your second factor was set up",
        "A second factor was set up for your account; codes of an earlier one no longer work.",
    ),
    SecurityEvent.SECOND_FACTOR_REMOVED: (
        "Your second factor was removed",
        "An administrator removed the second factor of your account.",
    ),
    SecurityEvent.RECOVERY_CODES_REPLACED: (
        "Your recovery codes were made anew",
        "New recovery codes were made for your account; the earlier ones no longer work.",
    ),
    SecurityEvent.ROLE_CHANGED: ("Your role was changed", "Your account has another role now: {detail}."),
    SecurityEvent.EMAIL_CHANGE_REQUESTED: (
        "Another e-mail address was asked for",
        "Someone who is signed in as you asked to change the e-mail address of your account to {detail}. Nothing has "
        "changed yet: the link that was mailed to the other address has to be used first.",
    ),
    SecurityEvent.EMAIL_IN_USE: (
        "Your e-mail address was asked for",
        "Someone who is signed in to another account asked to use your e-mail address for it. Nothing was changed, "
        "because your own account has this address.",
    ),
    SecurityEvent.EMAIL_CHANGED: (
        "Your e-mail address was changed",
        "The e-mail address of your account is {detail} now.",
    ),
    SecurityEvent.NEW_DEVICE: (
        "A sign-in from a new device",
        "Someone signed in to your account from a browser that it was not used from before: {detail}.",
    ),
}


def confirmation_email(email: str, name: str, url: str, settings: Settings) -> Email:
    """The mail to an address that someone wants to use, with the link that confirms it."""
    portal = f"{settings.name_prefix} {settings.name}"
    return Email(
        email,
        f"Confirm your e-mail address for {portal}",
        f"Dear {name},\n\nSomeone, most likely you, wants to use this address for an account of {portal}. Confirm it "
        f"here within 30 minutes; the link works once:\n\n{url}\n\n"
        "If you did not expect this, do nothing: without the link nothing changes.\n",
    )


def security_notification(event: SecurityEvent, *, to: str, name: str, settings: Settings, detail: str = "") -> Email:
    """The mail that tells someone of an event that happened just now."""
    subject, first = _TEXTS[event]
    contact = f" ({settings.contact})" if settings.contact else ""
    return Email(
        to,
        f"{subject}: {settings.name_prefix} {settings.name}",
        f"Dear {name},\n\n{first.format(detail=detail)} This was on {now():%Y-%m-%d at %H:%M} UTC.\n\n"
        "If you expected it, there is nothing to do. If not, ask an administrator at once to disable your account"
        f"{contact}, and choose another password:\n\n{settings.public_url}/forgotten\n",
    )


def link_email(link: IssuedLink, settings: Settings) -> Email:
    """The mail that carries a one-time link, built from the configured address of the portal."""
    portal = f"{settings.name_prefix} {settings.name}"
    if link.purpose == Purpose.RESET:
        subject, reason = f"A new password for {portal}", "Someone, most likely you, asked for a new password."
    else:
        subject, reason = f"Your account for {portal}", "An account was made for you."
    return Email(
        link.email,
        subject,
        f"Dear {link.name},\n\n{reason} Choose a password here within 30 minutes; the link works once:\n\n"
        f"{link.url(settings.public_url)}\n\n"
        "If you did not expect this, do nothing: without the link nothing changes.\n",
    )
