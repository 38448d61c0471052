"""Sign-in, second factor, reauthentication, password change and sign-out.

A refusal is a result, not an error, because the caller must commit its audit event too.

`_check_rate_limit` is the one place in services that commits. A login attempt must count before the password is
checked: parallel attempts have to see it, nothing that follows may undo it, and the slow hash must not block other
writers. Leaving that commit to the callers would make it possible to check a password without counting the attempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from portal.database.encryption import keyring_for
from portal.database.orm import now
from portal.database.transactions import begin_writing
from portal.errors import Forbidden, InvalidTransition, RateLimited
from portal.i18n.catalogues import gettext
from portal.models import Account, AccountSession
from portal.models.account import MAX_EMAIL_LENGTH
from portal.services.accounts import administration, notifications, passwords, rate_limits, second_factor, sessions
from portal.services.accounts.notifications import SecurityEvent
from portal.services.accounts.sessions import Stage
from portal.services.audit import recording
from portal.text.email_addresses import normalise_email
from portal.text.ip_addresses import client_network


class SignInOutcome(StrEnum):
    """The result of an attempt. REFUSED gives no reason; LIMITED comes with the seconds to wait."""

    REFUSED = "refused"
    LIMITED = "limited"
    CODE_REQUIRED = "code"
    ENROLMENT_REQUIRED = "enrolment"
    COMPLETE = "complete"


@dataclass(frozen=True)
class SignInResult:
    """`token` is for the cookie, and "" if refused or limited; `recovery_codes` are set only after an enrolment."""

    outcome: SignInOutcome
    token: str = ""
    account: Account | None = None
    retry_after: int = 0
    recovery_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator app needs: the URI for the QR code, and the secret to type instead."""

    secret: str
    uri: str


def sign_in(
    session: Session, email: str, password: str, *, client_address: str, user_agent: str = "", device: str = ""
) -> SignInResult:
    """Check email address and password; the same result in the same time whether or not there is such an account.

    Commits the attempt before checking the password; the caller commits the rest. `device`: see rate_limits.hit.
    """
    email = normalise_email(email)[:MAX_EMAIL_LENGTH]
    if limited := _check_rate_limit(session, "sign in", email, client_address, device):
        return limited
    account = administration.find_by_email(session, email)
    account_id, stored_hash = (account.id, account.password_hash) if account else (0, None)
    # A slow check must not hold a transaction.
    session.rollback()
    is_right = passwords.verify_password(password, stored_hash, client_network(client_address))
    is_outdated = is_right and stored_hash and passwords.needs_rehash(stored_hash)
    new_hash = passwords.hash_password(password) if is_outdated else ""
    begin_writing(session)
    account = session.get(Account, account_id) if account_id else None
    if account is None or not is_right or account.is_disabled or account.password_hash != stored_hash:
        recording.record(session, "sign-in refused", "account", account.id if account else "unknown")
        return SignInResult(SignInOutcome.REFUSED)
    if new_hash:
        account.password_hash = new_hash
    rate_limits.reset(session, "sign in", account=email, device=device)
    return accept_password(session, account, client_address=client_address, user_agent=user_agent)


def accept_password(session: Session, account: Account, *, client_address: str, user_agent: str) -> SignInResult:
    """Begin the session of somebody whose password is right or was chosen just now; a second factor is still asked."""
    stage, is_first = Stage.COMPLETE, account.signed_in_at is None
    if account.has_second_factor:
        stage = Stage.CODE
    elif account.needs_second_factor:
        stage = Stage.ENROLMENT
    token, _ = sessions.start(session, account, stage=stage, client_address=client_address, user_agent=user_agent)
    if stage == Stage.COMPLETE:
        account.signed_in_at = now()
    verb = "sign in" if stage == Stage.COMPLETE else "password accepted"
    event = recording.record(session, verb, "account", account.id, by=account)
    if stage == Stage.COMPLETE:
        notifications.notify_of_device(session, account, event, is_first=is_first)
    return SignInResult(SignInOutcome(stage.value), token, account)


def enter_code(
    session: Session, auth_session: AccountSession, code: str, *, client_address: str, device: str = ""
) -> SignInResult:
    """Complete a sign-in with a code from the authenticator app or a recovery code.

    `device`: see rate_limits.hit. Somebody with the password must not be able to use up the codes of its owner.
    """
    if auth_session.stage != Stage.CODE:
        raise InvalidTransition(gettext("No code is needed at this point. Sign in again."))
    account = auth_session.account
    if limited := _check_rate_limit(session, "code", account.email, client_address, device, auth_session=auth_session):
        return limited
    if not second_factor.use_code(session, account, code):
        recording.record(session, "code refused", "account", account.id, by=account)
        return SignInResult(SignInOutcome.REFUSED)
    rate_limits.undo_hit(session, "code", account=account.email, client_address=client_address, device=device)
    token, is_first = sessions.rotate(session, auth_session), account.signed_in_at is None
    account.signed_in_at = now()
    event = recording.record(session, "sign in", "account", account.id, by=account)
    notifications.notify_of_device(session, account, event, is_first=is_first)
    return SignInResult(SignInOutcome.COMPLETE, token, account)


def begin_enrolment(session: Session, auth_session: AccountSession, *, issuer: str) -> Enrolment:
    """The secret to set up, the same until it is confirmed. Replacing one needs a recent authentication."""
    if auth_session.stage == Stage.CODE:
        raise Forbidden(gettext("Enter the code of your current second factor first."))
    if auth_session.stage == Stage.COMPLETE:
        sessions.require_recent_authentication(auth_session)
    if auth_session.pending_secret is None:
        auth_session.pending_secret = keyring_for(session).encrypt(second_factor.generate_secret())
        session.flush()
    return enrolment(session, auth_session, issuer=issuer)


def enrolment(session: Session, auth_session: AccountSession, *, issuer: str) -> Enrolment:
    """The secret that is being set up. Raises InvalidTransition if there is none."""
    if auth_session.pending_secret is None:
        raise InvalidTransition(gettext("No second factor is being set up. Start again from your account page."))
    secret = keyring_for(session).decrypt(auth_session.pending_secret)
    return Enrolment(secret, second_factor.provisioning_uri(secret, auth_session.account.email, issuer))


def finish_enrolment(
    session: Session, auth_session: AccountSession, code: str, *, client_address: str, device: str = ""
) -> SignInResult:
    """Confirm the new second factor with its first code; ends other sessions and returns ten recovery codes to show
    once."""
    account, secret = auth_session.account, auth_session.pending_secret
    if secret is None or auth_session.stage == Stage.CODE:
        raise InvalidTransition(gettext("No second factor is being set up. Start again from your account page."))
    if auth_session.stage == Stage.COMPLETE:
        sessions.require_recent_authentication(auth_session)
    if limited := _check_rate_limit(session, "code", account.email, client_address, device, auth_session=auth_session):
        return limited
    step = second_factor.matching_step(keyring_for(session).decrypt(secret), code, after=None)
    if step is None:
        recording.record(session, "code refused", "account", account.id, by=account)
        return SignInResult(SignInOutcome.REFUSED)
    rate_limits.undo_hit(session, "code", account=account.email, client_address=client_address, device=device)
    account.totp_secret, account.totp_last_step = secret, step
    second_factor.forget_used_codes(session, account)
    second_factor.mark_used(session, account, step)
    account.credential_version += 1
    is_first, account.signed_in_at = account.signed_in_at is None, now()
    auth_session.pending_secret = None
    codes = second_factor.store_recovery_codes(session, account)
    sessions.end_all(session, account, except_session=auth_session)
    token = sessions.rotate(session, auth_session)
    event = recording.record(session, "set up second factor", "account", account.id, by=account)
    notifications.notify(session, SecurityEvent.SECOND_FACTOR_SET_UP, account, event)
    notifications.notify_of_device(session, account, event, is_first=is_first)
    return SignInResult(SignInOutcome.COMPLETE, token, account, recovery_codes=codes)


def reauthenticate(
    session: Session, auth_session: AccountSession, password: str, code: str, *, client_address: str, device: str = ""
) -> SignInResult:
    """Check password and code again and give the session a new token. Accounts without a second factor need no code.

    Commits the attempt before checking the password, as `sign_in` does.
    """
    if auth_session.stage != Stage.COMPLETE:
        raise InvalidTransition(gettext("Finish signing in first."))
    account = auth_session.account
    session_id = auth_session.id
    if limited := _check_rate_limit(session, "code", account.email, client_address, device, auth_session=auth_session):
        return limited
    stored_hash = account.password_hash
    session.rollback()
    is_right = passwords.verify_password(password, stored_hash, client_network(client_address))
    begin_writing(session)
    auth_session = session.get_one(AccountSession, session_id)
    account = auth_session.account
    is_right = is_right and sessions.is_active(auth_session) and account.password_hash == stored_hash
    if not is_right or (account.has_second_factor and not second_factor.use_code(session, account, code)):
        recording.record(session, "step-up refused", "account", account.id, by=account)
        return SignInResult(SignInOutcome.REFUSED)
    rate_limits.undo_hit(session, "code", account=account.email, client_address=client_address, device=device)
    token = sessions.rotate(session, auth_session)
    recording.record(session, "step up", "account", account.id, by=account)
    return SignInResult(SignInOutcome.COMPLETE, token, account)


def change_password(session: Session, auth_session: AccountSession, password: str) -> str:
    """Set one's own password; other sessions end, and this one gets the returned token.

    Begins the write transaction itself, because the slow hash comes first and must not block other writers; the caller
    commits. Raises ReauthenticationRequired and WeakPassword.
    """
    sessions.require_recent_authentication(auth_session)
    passwords.check_strength(password, context=(auth_session.account.email, auth_session.account.name))
    session_id = auth_session.id
    new_hash = passwords.hash_password(password)
    begin_writing(session)
    auth_session = session.get_one(AccountSession, session_id)
    account = auth_session.account
    account.password_hash = new_hash
    account.credential_version += 1
    sessions.end_all(session, account, except_session=auth_session)
    token = sessions.rotate(session, auth_session)
    event = recording.record(session, "set password", "account", account.id, by=account)
    notifications.notify(session, SecurityEvent.PASSWORD_CHANGED, account, event)
    return token


def renew_recovery_codes(session: Session, auth_session: AccountSession) -> tuple[str, ...]:
    """Replace the recovery codes and return ten new ones to show once. Raises ReauthenticationRequired."""
    sessions.require_recent_authentication(auth_session)
    account = auth_session.account
    codes = second_factor.store_recovery_codes(session, account)
    event = recording.record(session, "renew recovery codes", "account", account.id, by=account)
    notifications.notify(session, SecurityEvent.RECOVERY_CODES_REPLACED, account, event)
    return codes


def sign_out(session: Session, auth_session: AccountSession, *, everywhere: bool = False) -> None:
    """End this session, or all sessions of the account."""
    if everywhere:
        sessions.end_all(session, auth_session.account)
    else:
        sessions.end(session, auth_session)
    verb = "sign out everywhere" if everywhere else "sign out"
    recording.record(session, verb, "account", auth_session.account.id, by=auth_session.account)


def _check_rate_limit(
    session: Session,
    kind: str,
    email: str,
    client_address: str,
    device: str = "",
    *,
    auth_session: AccountSession | None = None,
) -> SignInResult | None:
    """Count the attempt and commit it, so that nothing that follows can undo it; a result if a limit is reached."""
    begin_writing(session)
    try:
        rate_limits.hit(session, kind, account=email, client_address=client_address, device=device)
    except RateLimited as error:
        if rate_limits.is_first_refusal(session, kind, account=email, client_address=client_address):
            recording.record(
                session, f"{kind} limited", "account", auth_session.account.id if auth_session else "unknown"
            )
        return SignInResult(SignInOutcome.LIMITED, retry_after=error.retry_after)
    session.commit()
    begin_writing(session)
    return None
