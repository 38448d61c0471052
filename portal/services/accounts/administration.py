"""Account administration: add, invite, list, rename, change roles, disable, issue links."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.errors import FieldError, Forbidden, NotFound, ValidationFailed
from portal.i18n.catalogues import N_, gettext
from portal.models import Account, AccountSession, AuditEvent
from portal.models.account import MAX_NAME_LENGTH
from portal.services.accounts import (
    disabled_accounts,
    notifications,
    one_time_links,
    rate_limits,
    second_factor,
    sessions,
)
from portal.services.accounts.notifications import SecurityEvent
from portal.services.accounts.one_time_links import IssuedLink, Purpose
from portal.services.audit import recording
from portal.services.editorial import handover
from portal.text import cleaning
from portal.text.email_addresses import is_email, normalise_email
from portal.vocabulary.mail import MailChoice, choice_name
from portal.vocabulary.workflow import Role, role_name

ADMINISTRATORS_ONLY = N_("Only administrators can manage accounts.")
INVALID_EMAIL_ERROR = FieldError(
    "email",
    N_("This is not an email address."),
    N_("Enter an email address in the correct format, like name@example.org."),
)
EMAIL_IN_USE_ERROR = FieldError(
    "email",
    N_("There is already an account with this address."),
    N_("Find it in the list of accounts, or enter another address."),
)
INVITATION_WAITS_ERROR = FieldError(
    "email",
    N_("An invitation to this address already waits for another administrator."),
    N_("Ask one to confirm it, or enter another address."),
)
_INVALID_NAME_ERROR = FieldError(
    "name", N_("The name is missing or too long."), N_("Enter a name of %(most)s characters or fewer.")
)
_UNKNOWN_CHOICE_ERROR = FieldError("mail", N_("There is no such choice."), N_("Select one of these: %(choices)s."))
_UNKNOWN_ROLE_ERROR = FieldError("role", N_("There is no such role."), N_("Select one of these roles: %(roles)s."))


def find_by_email(session: Session, email: str) -> Account | None:
    return session.execute(select(Account).where(Account.email == normalise_email(email))).scalar_one_or_none()


def get_by_id(session: Session, account_id: int) -> Account:
    """The account with this id; raises NotFound."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound(gettext("There is no such account."))
    return account


def list_accounts(session: Session) -> list[Account]:
    """All accounts by name, disabled ones last."""
    return list(session.execute(select(Account).order_by(Account.is_disabled, Account.name, Account.id)).scalars())


def has_no_accounts(session: Session) -> bool:
    """Whether there is no account yet."""
    return session.execute(select(Account.id).limit(1)).first() is None


def add_account(session: Session, *, email: str, name: str, role: str, by: Account | None = None) -> Account:
    """Add an account without a password; issue a link for it next. `by` is None on the command line only.

    Raises Forbidden, and ValidationFailed with all errors.
    """
    if by is not None:
        require_administrator(by)
    email, name = check_new_account(session, email=email, name=name, role=role)
    account = Account(email=email, name=name, role=Role(role), language=by.language if by else "")
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as error:
        raise ValidationFailed([EMAIL_IN_USE_ERROR.said()]) from error
    after = {"email": email, "name": name, "role": role}
    event = recording.record(session, "add account", "account", account.id, after=after, by=by)
    _tell_administrators(session, account, event, by=by)
    return account


def check_new_account(session: Session, *, email: str, name: str, role: str) -> tuple[str, str]:
    """The email address and name of a new account as they are stored. Raises ValidationFailed with all errors."""
    email, name = normalise_email(email), cleaning.clean_line(name)
    errors = []
    if not is_email(email):
        errors.append(INVALID_EMAIL_ERROR.said())
    elif find_by_email(session, email):
        errors.append(EMAIL_IN_USE_ERROR.said())
    if not 0 < len(name) <= MAX_NAME_LENGTH:
        errors.append(_INVALID_NAME_ERROR.said(most=MAX_NAME_LENGTH))
    if role not in tuple(Role):
        errors.append(_UNKNOWN_ROLE_ERROR.said(roles=", ".join(map(role_name, Role))))
    if errors:
        raise ValidationFailed(errors)
    return email, name


def invite(
    session: Session, *, email: str, name: str, role: str, by: Account, auth_session: AccountSession
) -> IssuedLink:
    """Add an account and issue its invitation, to be mailed (link_mails.queue_link) or handed over.

    Raises Forbidden, ValidationFailed, and for an administrator ReauthenticationRequired.
    """
    require_administrator(by)
    if role == Role.ADMINISTRATOR:
        sessions.require_recent_authentication(auth_session)
    account = add_account(session, email=email, name=name, role=role, by=by)
    return one_time_links.issue(session, account, Purpose.INVITE, by=by)


def issue_link(session: Session, account: Account, *, by: Account | None) -> IssuedLink:
    """Issue a link for an administrator (None: the command line) to hand over; it leaves the second factor as it is."""
    if by is not None:
        require_administrator(by)
    if account.is_disabled:
        raise Forbidden(gettext("This account is disabled. Enable it first."))
    return one_time_links.issue(session, account, Purpose.RESET if account.password_hash else Purpose.INVITE, by=by)


def request_password_reset(session: Session, email: str, *, client_address: str, device: str = "") -> IssuedLink | None:
    """Issue a password-reset link to mail (link_mails.queue_link); None if no account may use this address.

    The caller must answer the same and commit in both cases. `device`: see rate_limits.hit. Raises RateLimited, whether
    or not there is an account.
    """
    email = normalise_email(email)
    rate_limits.hit(session, "reset", account=email, client_address=client_address, device=device)
    account = find_by_email(session, email)
    if account is None or account.is_disabled:
        recording.record(session, "reset refused", "account", account.id if account else "unknown")
        return None
    return one_time_links.issue(session, account, Purpose.RESET, is_requested=True)


def change_role(
    session: Session, account: Account, role: str, *, by: Account | None, auth_session: AccountSession | None
) -> Account:
    """Change the role of an account and end its sessions; whoever reviews no longer gives their reviews back.

    `by` is None on the command line only. Raises ReauthenticationRequired, and Forbidden for one's own role and the
    last administrator's.
    """
    if by is not None:
        _require_recent_proof(by, auth_session)
        if account.id == by.id:
            raise Forbidden(gettext("You cannot change your own role. Ask another administrator."))
    if role not in tuple(Role):
        raise ValidationFailed([_UNKNOWN_ROLE_ERROR.said(roles=", ".join(map(role_name, Role)))])
    if account.role == role:
        return account
    if role != Role.ADMINISTRATOR:
        _require_other_administrator(session, account)
    before = account.role
    account.role = Role(role)
    _end_sessions(session, account)
    event = recording.record(
        session, "change role", "account", account.id, before={"role": before}, after={"role": role}, by=by
    )
    notifications.notify(session, SecurityEvent.ROLE_CHANGED, account, event, detail=lambda: role_name(role))
    _tell_administrators(session, account, event, by=by)
    if not account.is_reviewer:
        handover.release_reviews(session, account, reason=handover.NO_REVIEWER.english(name=account.name), by=by)
    return account


def disable(session: Session, account: Account, *, by: Account | None) -> Account:
    """Disable an account: its sessions end and its links stop working at once, and its reviews go back to the queue.

    Its own revisions stay as they are; `handover.hand_over` gives them another author.
    """
    if by is not None:
        require_administrator(by)
        if account.id == by.id:
            raise Forbidden(gettext("You cannot disable your own account. Ask another administrator."))
    if account.is_disabled:
        return account
    _require_other_administrator(session, account)
    account.is_disabled = True
    _end_sessions(session, account)
    recording.record(session, "disable", "account", account.id, after={"is_disabled": True}, by=by)
    disabled_accounts.remember(session, account)
    handover.release_reviews(session, account, reason=handover.ACCOUNT_DISABLED.english(name=account.name), by=by)
    return account


def enable(session: Session, account: Account, *, by: Account | None, auth_session: AccountSession | None) -> Account:
    """Enable a disabled account; its password and second factor work again.

    Raises Forbidden, and for an administrator, whom it makes one again, ReauthenticationRequired.
    """
    if by is not None:
        require_administrator(by)
        if account.is_administrator:
            _require_recent_proof(by, auth_session)
    if account.is_disabled:
        account.is_disabled = False
        after = {"is_disabled": False} | ({"role": account.role} if account.is_administrator else {})
        event = recording.record(session, "enable", "account", account.id, after=after, by=by)
        disabled_accounts.remember(session, account)
        _tell_administrators(session, account, event, by=by)
    return account


def remove_second_factor(
    session: Session, account: Account, *, by: Account | None, auth_session: AccountSession | None
) -> None:
    """Remove a second factor after a lost device; its owner sets up a new one at the next sign-in."""
    if by is not None:
        require_administrator(by)
        if auth_session is None or account.id == by.id:
            raise Forbidden(gettext("You cannot remove your own second factor. Ask another administrator."))
        sessions.require_recent_authentication(auth_session)
    second_factor.forget(session, account)
    _end_sessions(session, account)
    event = recording.record(session, "remove second factor", "account", account.id, by=by)
    notifications.notify(session, SecurityEvent.SECOND_FACTOR_REMOVED, account, event)


def rename(session: Session, account: Account, name: str, *, by: Account) -> Account:
    """Change the name of an account: one's own, or as an administrator anyone's."""
    if account.id != by.id:
        require_administrator(by)
    name = cleaning.clean_line(name)
    if not 0 < len(name) <= MAX_NAME_LENGTH:
        raise ValidationFailed([_INVALID_NAME_ERROR.said(most=MAX_NAME_LENGTH)])
    if name != account.name:
        before, account.name = account.name, name
        recording.record(session, "rename", "account", account.id, before={"name": before}, after={"name": name}, by=by)
    return account


def choose_mail(session: Session, account: Account, choice: str, *, by_link: bool = False) -> Account:
    """Set how often the owner wants mail about their work; `by_link`: with the signed link of a mail.

    What guards the account is mailed all the same. Raises ValidationFailed.
    """
    if choice not in tuple(MailChoice):
        raise ValidationFailed([_UNKNOWN_CHOICE_ERROR.said(choices=", ".join(map(choice_name, MailChoice)))])
    if choice != account.mail_choice:
        before, account.mail_choice = account.mail_choice, MailChoice(choice)
        after: dict[str, Any] = {"mail": choice} | ({"by link": True} if by_link else {})
        recording.record(
            session, "choose mail", "account", account.id, before={"mail": before}, after=after, by=account
        )
    return account


def enabled_administrators(session: Session) -> list[Account]:
    """Every administrator who can act, by name."""
    return [account for account in list_accounts(session) if account.is_administrator and not account.is_disabled]


def require_administrator(by: Account) -> None:
    """Raise Forbidden unless this is an administrator whose account is enabled."""
    if by.is_disabled or not by.is_administrator:
        raise Forbidden(gettext(ADMINISTRATORS_ONLY))


def _require_recent_proof(by: Account, auth_session: AccountSession | None) -> None:
    require_administrator(by)
    if auth_session is None:
        raise Forbidden(gettext(ADMINISTRATORS_ONLY))
    sessions.require_recent_authentication(auth_session)


def _require_other_administrator(session: Session, account: Account) -> None:
    if not account.is_administrator or account.is_disabled:
        return
    if len(enabled_administrators(session)) <= 1:
        raise Forbidden(gettext("This is the last administrator. Add another administrator first."))


def _tell_administrators(session: Session, account: Account, cause: AuditEvent, *, by: Account | None) -> None:
    """Every other administrator hears of a new one."""
    if account.is_administrator:
        others = [other for other in enabled_administrators(session) if other.id != account.id]
        notifications.notify_of_administrator(session, account, others, cause, by=by)


def _end_sessions(session: Session, account: Account) -> None:
    account.credential_version += 1
    sessions.end_all(session, account)
