"""Accounts as an administrator sees them: add, invite, list, change a role, disable, give a link."""

from __future__ import annotations

import re

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.errors import FieldError, Forbidden, NotFound, ValidationFailed
from portal.models import Account, AccountSession, RecoveryCode
from portal.models.account import MAX_EMAIL_LENGTH, MAX_NAME_LENGTH
from portal.services.accounts import one_time_links, rate_limits, sessions
from portal.services.accounts.one_time_links import IssuedLink, Purpose
from portal.services.audit import recording
from portal.text import cleaning
from portal.vocabulary.workflow import Role

_EMAIL_PATTERN = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def normalise_email(email: str) -> str:
    """An address as it is kept and looked up: without spaces around, in small letters."""
    return cleaning.clean_line(email).lower()


def is_email(folded: str) -> bool:
    """Whether this looks like an address that a mail could reach."""
    return _EMAIL_PATTERN.fullmatch(folded) is not None and len(folded) <= MAX_EMAIL_LENGTH


def find_by_email(session: Session, email: str) -> Account | None:
    return session.execute(select(Account).where(Account.email == normalise_email(email))).scalar_one_or_none()


def get_by_id(session: Session, account_id: int) -> Account:
    """The account with this id; raises Missing."""
    found = session.get(Account, account_id)
    if found is None:
        raise NotFound("There is no such account.")
    return found


def list_accounts(session: Session) -> list[Account]:
    """All accounts by name, those disabled last."""
    return list(session.execute(select(Account).order_by(Account.is_disabled, Account.name, Account.id)).scalars())


def has_no_accounts(session: Session) -> bool:
    """True while there is no account at all."""
    return session.execute(select(Account.id).limit(1)).first() is None


def add_account(session: Session, *, email: str, name: str, role: str, by: Account | None = None) -> Account:
    """A new account without a password; issue a link for it next. `by` is None on the command line only.

    Raises NotAllowed, and Incomplete with all faults.
    """
    if by is not None:
        _require_administrator(by)
    email, name = normalise_email(email), cleaning.clean_line(name)
    faults = []
    if not is_email(email):
        faults.append(FieldError("email", "This is not an e-mail address.", "Write it as name@example.org."))
    elif find_by_email(session, email):
        faults.append(FieldError("email", "There is an account with this address.", "Look for it in the list."))
    if not name or len(name) > MAX_NAME_LENGTH:
        faults.append(
            FieldError("name", "The name is missing or too long.", f"Write up to {MAX_NAME_LENGTH} characters.")
        )
    if role not in tuple(Role):
        faults.append(FieldError("role", "There is no such role.", f"Choose one of {', '.join(Role)}."))
    if faults:
        raise ValidationFailed(faults)
    account = Account(email=email, name=name, role=Role(role))
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as why:
        raise ValidationFailed(
            [FieldError("email", "There is an account with this address.", "Look for it in the list.")]
        ) from why
    after = {"email": email, "name": name, "role": role}
    recording.record(session, "add account", "account", account.id, after=after, by=by)
    return account


def invite(session: Session, *, email: str, name: str, role: str, by: Account) -> IssuedLink:
    """A new account and its invitation, to be mailed or handed over once the transaction is committed."""
    account = add_account(session, email=email, name=name, role=role, by=by)
    return one_time_links.issue(session, account, Purpose.INVITE, by=by)


def issue_link(session: Session, account: Account, *, by: Account | None) -> IssuedLink:
    """A link that an administrator (None: the command line) hands over; the account keeps its second factor."""
    if by is not None:
        _require_administrator(by)
    if account.is_disabled:
        raise Forbidden("This account is disabled. Enable it first.")
    return one_time_links.issue(session, account, Purpose.RESET if account.password_hash else Purpose.INVITE, by=by)


def request_password_reset(session: Session, email: str, *, client_address: str) -> IssuedLink | None:
    """What someone who forgot a password asks for: a link to mail, or None when there is no such account.

    Say the same in both cases, and commit in both. Raises TooMany, equally whether there is an account.
    """
    email = normalise_email(email)
    rate_limits.hit(session, "reset", account=email, client_address=client_address)
    account = find_by_email(session, email)
    if account is None or account.is_disabled:
        recording.record(session, "reset refused", "account", account.id if account else "unknown")
        return None
    return one_time_links.issue(session, account, Purpose.RESET)


def change_role(session: Session, account: Account, role: str, *, by: Account, auth_session: AccountSession) -> Account:
    """Give an account another role, which ends its sessions.

    Raises StepUpNeeded without a fresh proof, NotAllowed for one's own role and the last administrator's.
    """
    _require_administrator(by)
    sessions.require_recent_authentication(auth_session)
    if role not in tuple(Role):
        raise ValidationFailed([FieldError("role", "There is no such role.", f"Choose one of {', '.join(Role)}.")])
    if account.id == by.id:
        raise Forbidden("Nobody changes their own role. Ask another administrator.")
    if account.role == role:
        return account
    if role != Role.ADMINISTRATOR:
        _require_other_administrator(session, account)
    before = account.role
    account.role = Role(role)
    _end_sessions(session, account)
    recording.record(
        session, "change role", "account", account.id, before={"role": before}, after={"role": role}, by=by
    )
    return account


def disable(session: Session, account: Account, *, by: Account | None) -> Account:
    """Shut an account: its sessions and links are dead at once. Its revisions stay where they are."""
    if by is not None:
        _require_administrator(by)
        if account.id == by.id:
            raise Forbidden("Nobody disables their own account. Ask another administrator.")
    if account.is_disabled:
        return account
    _require_other_administrator(session, account)
    account.is_disabled = True
    _end_sessions(session, account)
    recording.record(session, "disable", "account", account.id, after={"is_disabled": True}, by=by)
    return account


def enable(session: Session, account: Account, *, by: Account | None) -> Account:
    """Open a disabled account again; it signs in with what it had."""
    if by is not None:
        _require_administrator(by)
    if account.is_disabled:
        account.is_disabled = False
        recording.record(session, "enable", "account", account.id, after={"is_disabled": False}, by=by)
    return account


def remove_second_factor(
    session: Session, account: Account, *, by: Account | None, auth_session: AccountSession | None
) -> None:
    """For a lost device: the account sets up a new second factor when it signs in next."""
    if by is not None:
        _require_administrator(by)
        if auth_session is None or account.id == by.id:
            raise Forbidden("Another administrator takes your second factor away, not you.")
        sessions.require_recent_authentication(auth_session)
    account.totp_secret = account.totp_last_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    _end_sessions(session, account)
    recording.record(session, "remove second factor", "account", account.id, by=by)


def rename(session: Session, account: Account, name: str, *, by: Account) -> Account:
    """Correct a name; one's own, or as an administrator anyone's."""
    if account.id != by.id:
        _require_administrator(by)
    name = cleaning.clean_line(name)
    if not name or len(name) > MAX_NAME_LENGTH:
        raise ValidationFailed(
            [FieldError("name", "The name is missing or too long.", f"Write up to {MAX_NAME_LENGTH} characters.")]
        )
    if name != account.name:
        before, account.name = account.name, name
        recording.record(session, "rename", "account", account.id, before={"name": before}, after={"name": name}, by=by)
    return account


def _require_administrator(by: Account) -> None:
    if by.is_disabled or not by.is_administrator:
        raise Forbidden("Accounts are kept by administrators.")


def _require_other_administrator(session: Session, account: Account) -> None:
    if not account.is_administrator or account.is_disabled:
        return
    living = Account.role == Role.ADMINISTRATOR, Account.is_disabled.is_(False)
    if session.execute(select(func.count()).select_from(Account).where(*living)).scalar_one() <= 1:
        raise Forbidden("This is the last administrator. Make another one first.")


def _end_sessions(session: Session, account: Account) -> None:
    account.credential_version += 1
    sessions.end_all(session, account)
