"""Texts of the emails about an account: one-time links, and security notifications to its owner.

Security notifications contain no secret and no link that changes anything. Callers send them after the commit
(mail.send_in_background), so that an email neither delays nor undoes a change.
"""

from __future__ import annotations

from enum import StrEnum

from portal.config import Settings
from portal.database.orm import now
from portal.models import Account, AdministratorRequest
from portal.services.accounts.one_time_links import IssuedLink, Purpose
from portal.services.mail import Email


class SecurityEvent(StrEnum):
    PASSWORD_CHANGED = "password"  # noqa: S105  (the name of an event)
    SECOND_FACTOR_SET_UP = "second factor"
    SECOND_FACTOR_REMOVED = "no second factor"
    RECOVERY_CODES_REPLACED = "recovery codes"
    ROLE_CHANGED = "role"
    EMAIL_CHANGE_REQUESTED = "e-mail asked"
    EMAIL_IN_USE = "e-mail taken"
    EMAIL_CHANGED = "e-mail"
    NEW_DEVICE = "device"
    NEW_ADMINISTRATOR = "new administrator"
    ADMINISTRATOR_REQUESTED = "administrator asked"


# Subject and first sentence; the caller fills in {detail}.
_TEXTS: dict[SecurityEvent, tuple[str, str]] = {
    SecurityEvent.PASSWORD_CHANGED: ("Your password was changed", "The password of your account was changed."),
    SecurityEvent.SECOND_FACTOR_SET_UP: (
        "Your second factor was set up",
        "A second factor was set up for your account. Codes from an earlier one no longer work.",
    ),
    SecurityEvent.SECOND_FACTOR_REMOVED: (
        "Your second factor was removed",
        "An administrator removed the second factor of your account.",
    ),
    SecurityEvent.RECOVERY_CODES_REPLACED: (
        "Your recovery codes were replaced",
        "New recovery codes were created for your account. The earlier ones no longer work.",
    ),
    SecurityEvent.ROLE_CHANGED: ("Your role was changed", "The role of your account is now: {detail}."),
    SecurityEvent.EMAIL_CHANGE_REQUESTED: (
        "A change of your email address was requested",
        "Someone who is signed in as you requested to change the email address of your account to {detail}. Nothing "
        "has changed yet: the link in the email to the new address has to be used first.",
    ),
    SecurityEvent.EMAIL_IN_USE: (
        "Someone requested your email address",
        "Someone who is signed in to another account requested your email address for it. Nothing was changed, "
        "because your own account has this address.",
    ),
    SecurityEvent.EMAIL_CHANGED: (
        "Your email address was changed",
        "The email address of your account is now {detail}.",
    ),
    SecurityEvent.NEW_DEVICE: (
        "New sign-in to your account",
        "Someone signed in to your account from a browser that has not been used with it before: {detail}.",
    ),
    SecurityEvent.NEW_ADMINISTRATOR: ("There is a new administrator", "{detail}"),
    SecurityEvent.ADMINISTRATOR_REQUESTED: ("A new administrator is asked for", "{detail}"),
}
# These go to every administrator, whose own account they are not about.
TO_ADMINISTRATORS = (SecurityEvent.NEW_ADMINISTRATOR, SecurityEvent.ADMINISTRATOR_REQUESTED)


def confirmation_email(email: str, name: str, url: str, settings: Settings) -> Email:
    """The email to a new address with the link that confirms it."""
    portal = f"{settings.name_prefix} {settings.name}"
    return Email(
        email,
        f"Confirm your email address for {portal}",
        f"Dear {name},\n\nSomeone, most likely you, wants to use this address for an account of {portal}. Confirm it "
        f"here within 30 minutes. The link works once:\n\n{url}\n\n"
        "If you did not expect this, ignore this email: nothing changes unless the link is used.\n",
    )


def security_notification(event: SecurityEvent, *, to: str, name: str, settings: Settings, detail: str = "") -> Email:
    """The email that tells the owner of an account about an event that has just happened."""
    subject, first = _TEXTS[event]
    return Email(
        to,
        f"{subject}: {settings.name_prefix} {settings.name}",
        f"Dear {name},\n\n{first.format(detail=detail)} This was on {now():%Y-%m-%d at %H:%M} UTC.\n\n"
        f"{_advice(event, settings)}\n",
    )


def new_administrator(account: Account, actor: str) -> str:
    """The sentence for NEW_ADMINISTRATOR; `actor` is who made them one, "" on the command line."""
    done = f"by {actor}" if actor else "on the command line of the server"
    return f"{account.name} <{account.email}> was made an administrator {done}."


def administrator_requested(request: AdministratorRequest) -> str:
    """The sentence for ADMINISTRATOR_REQUESTED."""
    asker = request.requested_by
    return (
        f"{asker.name} <{asker.email}> asks to make {request.candidate_name} <{request.candidate_email}> an "
        f"administrator. Nothing changes unless another administrator confirms it by {request.expires_at:%Y-%m-%d}."
    )


def _advice(event: SecurityEvent, settings: Settings) -> str:
    if event in TO_ADMINISTRATORS:
        return (
            "If you did not expect this, ask the person named here, and disable the accounts that are not theirs:\n\n"
            f"{settings.public_url}/staff/accounts/"
        )
    contact = f" ({settings.contact})" if settings.contact else ""
    return (
        "If this was you, you do not need to do anything. If not, ask an administrator at once to disable your "
        f"account{contact}, and choose a new password:\n\n{settings.public_url}/forgotten"
    )


def link_email(link: IssuedLink, settings: Settings) -> Email:
    """The email with a one-time link, built from the configured URL of the portal."""
    portal = f"{settings.name_prefix} {settings.name}"
    if link.purpose == Purpose.RESET:
        subject, reason = f"A new password for {portal}", "Someone, most likely you, requested a new password."
    else:
        subject, reason = f"Your account for {portal}", "An account was created for you."
    return Email(
        link.email,
        subject,
        f"Dear {link.name},\n\n{reason} Choose a password here within {link.validity}. The link works once:\n\n"
        f"{link.url(settings.public_url)}\n\n"
        "If you did not expect this, ignore this email: nothing changes unless the link is used.\n",
    )
