"""Security notifications: the owner of an account is told by email of whatever opens or shuts it.

They contain no secret and no link that changes anything. They are stored in the transaction of the step that they tell
of, and sent afterwards, so that an email is neither lost nor delays a change. Nobody can turn them off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

from sqlalchemy.orm import Session

from portal.config import Settings
from portal.database.orm import now
from portal.i18n.catalogues import N_, gettext
from portal.i18n.current import using
from portal.models import Account, AdministratorRequest, AuditEvent
from portal.services.accounts import tokens
from portal.services.mail import outbox
from portal.services.mail.email import Email, Link
from portal.services.mail.outbox import Recipient
from portal.vocabulary.mail import MailKind

_DEVICE_KEY = "new device"
_DETAIL_ALONE = "%(detail)s"


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


# Subject and first sentence, which are translated when they are sent; the caller fills in %(detail)s.
_TEXTS: dict[SecurityEvent, tuple[str, str]] = {
    SecurityEvent.PASSWORD_CHANGED: (N_("Your password was changed"), N_("The password of your account was changed.")),
    SecurityEvent.SECOND_FACTOR_SET_UP: (
        N_("Your second factor was set up"),
        N_("A second factor was set up for your account. Codes from an earlier one no longer work."),
    ),
    SecurityEvent.SECOND_FACTOR_REMOVED: (
        N_("Your second factor was removed"),
        N_("An administrator removed the second factor of your account."),
    ),
    SecurityEvent.RECOVERY_CODES_REPLACED: (
        N_("Your recovery codes were replaced"),
        N_("New recovery codes were created for your account. The earlier ones no longer work."),
    ),
    SecurityEvent.ROLE_CHANGED: (N_("Your role was changed"), N_("The role of your account is now: %(detail)s.")),
    SecurityEvent.EMAIL_CHANGE_REQUESTED: (
        N_("A change of your email address was requested"),
        N_(
            "Someone who is signed in as you requested to change the email address of your account to %(detail)s. "
            "Nothing has changed yet: the link in the email to the new address has to be used first."
        ),
    ),
    SecurityEvent.EMAIL_IN_USE: (
        N_("Someone requested your email address"),
        N_(
            "Someone who is signed in to another account requested your email address for it. Nothing was changed, "
            "because your own account has this address."
        ),
    ),
    SecurityEvent.EMAIL_CHANGED: (
        N_("Your email address was changed"),
        N_("The email address of your account is now %(detail)s."),
    ),
    SecurityEvent.NEW_DEVICE: (
        N_("New sign-in to your account"),
        N_("Someone signed in to your account from a browser that has not been used with it before: %(detail)s."),
    ),
    SecurityEvent.NEW_ADMINISTRATOR: (N_("There is a new administrator"), _DETAIL_ALONE),
    SecurityEvent.ADMINISTRATOR_REQUESTED: (N_("A new administrator is asked for"), _DETAIL_ALONE),
}
# These go to every administrator, whose own account they are not about.
TO_ADMINISTRATORS = (SecurityEvent.NEW_ADMINISTRATOR, SecurityEvent.ADMINISTRATOR_REQUESTED)


def notify(
    session: Session,
    event: SecurityEvent,
    account: Account,
    cause: AuditEvent,
    *,
    detail: str | Callable[[], str] = "",
    address: str = "",
) -> None:
    """Tell the owner of an account, at its address or another one, what was recorded as `cause`.

    `detail` is a text, or a function that words it in the language of the account.
    """
    settings = outbox.settings_of(session)
    if settings is None:
        return
    to = Recipient(account, address or account.email)
    key = f"{event}:{cause.id}:{tokens.hash_token(to.address)[:16]}"
    with using(account.language):
        words = detail if isinstance(detail, str) else detail()
        email = security_notification(event, settings=settings, detail=words)
    outbox.enqueue(session, email, to, kind=MailKind.SECURITY, key=key)


def notify_of_administrator(
    session: Session, made: Account, others: Iterable[Account], cause: AuditEvent, *, by: Account | None
) -> None:
    """Tell the other administrators of a new one; `by` is who made them one, None on the command line."""

    def words() -> str:
        made_one = {"name": f"{made.name} <{made.email}>"}
        if by is None:
            return gettext("%(name)s was made an administrator on the command line of the server.", **made_one)
        maker = f"{by.name} <{by.email}>"
        return gettext("%(name)s was made an administrator by %(maker)s.", **made_one, maker=maker)

    for account in others:
        notify(session, SecurityEvent.NEW_ADMINISTRATOR, account, cause, detail=words)


def notify_of_request(
    session: Session, request: AdministratorRequest, administrators: Iterable[Account], cause: AuditEvent
) -> None:
    """Tell the administrators that one of them asks for a new one."""
    asker = request.requested_by

    def words() -> str:
        return gettext(
            "%(asker)s asks to make %(candidate)s an administrator. Nothing changes unless another administrator "
            "confirms it by %(day)s.",
            asker=f"{asker.name} <{asker.email}>",
            candidate=f"{request.candidate_name} <{request.candidate_email}>",
            day=f"{request.expires_at:%Y-%m-%d}",
        )

    for account in administrators:
        notify(session, SecurityEvent.ADMINISTRATOR_REQUESTED, account, cause, detail=words)


def set_new_device(session: Session, description: Callable[[], str] | None) -> None:
    """Describe the device of this request, in the language that is spoken, for an account that does not know it.

    None for one that does.
    """
    session.info[_DEVICE_KEY] = description


def notify_of_device(session: Session, account: Account, cause: AuditEvent, *, is_first: bool) -> None:
    """Tell the owner of a sign-in, but of the very first, from a device that is new to it (`set_new_device`)."""
    if not is_first and (description := session.info.get(_DEVICE_KEY)):
        notify(session, SecurityEvent.NEW_DEVICE, account, cause, detail=description)


def security_notification(event: SecurityEvent, *, settings: Settings, detail: str = "") -> Email:
    """The email that tells the owner of an account about an event that has just happened."""
    (subject, first), moment = _TEXTS[event], now()
    day, time = f"{moment:%Y-%m-%d}", f"{moment:%H:%M}"
    return Email(
        f"{gettext(subject)}: {settings.full_name}",
        "",
        (
            f"{_translated(first, detail)} {gettext('This was on %(day)s at %(time)s UTC.', day=day, time=time)}",
            *_advice(event, settings),
        ),
    )


def _translated(first: str, detail: str) -> str:
    """The first sentence; what consists of its detail alone is worded already."""
    return detail if first == _DETAIL_ALONE else gettext(first, detail=detail)


def _advice(event: SecurityEvent, settings: Settings) -> tuple[str, Link]:
    if event in TO_ADMINISTRATORS:
        return (
            gettext(
                "If you did not expect this, ask the person named here, and disable the accounts that are not theirs:"
            ),
            Link("/staff/accounts/", gettext("Look at the accounts")),
        )
    whom = f" ({settings.contact})" if settings.contact else ""
    return (
        gettext(
            "If this was you, you do not need to do anything. If not, ask an administrator at once to disable your "
            "account%(whom)s, and choose a new password:",
            whom=whom,
        ),
        Link("/forgotten", gettext("Choose a new password")),
    )
