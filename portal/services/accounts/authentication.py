"""The way in: password, second factor, step-up, sign-out. Each gives an outcome to commit, refusals too.

Refusals are outcomes and not errors, because the try and its audit event must be stored whatever came of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from portal.database import encryption
from portal.database.orm import now
from portal.database.transactions import begin_writing
from portal.errors import NotAllowed, TooMany, WrongStep
from portal.models import Account, AccountSession, RecoveryCode
from portal.services.accounts import administration, passwords, rate_limits, second_factor, sessions
from portal.services.accounts.sessions import Stage
from portal.services.audit import recording


class Outcome(StrEnum):
    """What came of a try. REFUSED says nothing of why; LIMITED comes with the seconds to wait."""

    REFUSED = "refused"
    LIMITED = "limited"
    CODE = "code"
    ENROLMENT = "enrolment"
    COMPLETE = "complete"


@dataclass(frozen=True)
class Tried:
    """`token` is for the cookie, and there unless refused or limited; `recovery_codes` only after an enrolment.
    `is_first` says that the account never signed in before."""

    outcome: Outcome
    token: str = ""
    account: Account | None = None
    seconds: int = 0
    recovery_codes: tuple[str, ...] = ()
    is_first: bool = False


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator needs: the address in the QR code, and the secret for typing."""

    secret: str
    uri: str


def sign_in(session: Session, email: str, password: str, *, address: str, agent: str = "", device: str = "") -> Tried:
    """Check e-mail and password; the same outcome in the same time whether or not there is such an account.

    Commits the try before the password is checked, so that a slow check locks nobody out and parallel tries count;
    what follows is for the caller to commit. `device`: see attempts.take.
    """
    email = administration.folded_email(email)[:254]
    if limited := _limited(session, "sign in", email, address, device):
        return limited
    account = administration.find(session, email)
    account_id, kept = (account.id, account.password_hash) if account else (0, None)
    # A slow check must not hold a transaction.
    session.rollback()
    is_right = passwords.fits(password, kept)
    fresh_hash = passwords.hashed(password) if is_right and kept and passwords.is_outdated(kept) else ""
    begin_writing(session)
    account = session.get(Account, account_id) if account_id else None
    if account is None or not is_right or account.is_disabled or account.password_hash != kept:
        recording.record(session, "sign-in refused", "account", account.id if account else "unknown")
        return Tried(Outcome.REFUSED)
    if fresh_hash:
        account.password_hash = fresh_hash
    stage, is_first = Stage.COMPLETE, account.signed_in_at is None
    if account.has_second_factor:
        stage = Stage.CODE
    elif account.needs_second_factor:
        stage = Stage.ENROLMENT
    token, _ = sessions.start(session, account, stage=stage, address=address, agent=agent)
    rate_limits.forgive(session, "sign in", account=email, device=device)
    if stage == Stage.COMPLETE:
        account.signed_in_at = now()
    verb = "sign in" if stage == Stage.COMPLETE else "password accepted"
    recording.record(session, verb, "account", account.id, by=account)
    return Tried(Outcome(stage.value), token, account, is_first=is_first)


def enter_code(session: Session, found: AccountSession, code: str, *, address: str) -> Tried:
    """The second step of a sign-in: a code of the authenticator or a recovery code."""
    if found.stage != Stage.CODE:
        raise WrongStep("No code is asked for now. Sign in again.")
    account = found.account
    if limited := _limited(session, "code", account.email, address, keeps=found):
        return limited
    if not _takes_code(session, account, code):
        recording.record(session, "code refused", "account", account.id, by=account)
        return Tried(Outcome.REFUSED)
    token, is_first = sessions.rotate(session, found), account.signed_in_at is None
    account.signed_in_at = now()
    recording.record(session, "sign in", "account", account.id, by=account)
    return Tried(Outcome.COMPLETE, token, account, is_first=is_first)


def begin_enrolment(session: Session, found: AccountSession, *, issuer: str) -> Enrolment:
    """The secret to set up, the same one until it is confirmed. Replacing a second factor asks for a fresh proof."""
    if found.stage == Stage.CODE:
        raise NotAllowed("Enter the code of your present second factor first.")
    if found.stage == Stage.COMPLETE:
        sessions.need_fresh_proof(found)
    if found.pending_secret is None:
        found.pending_secret = encryption.seal(second_factor.fresh_secret())
        session.flush()
    return enrolment(found, issuer=issuer)


def enrolment(found: AccountSession, *, issuer: str) -> Enrolment:
    """The secret that is being set up; raises WrongStep when there is none."""
    if found.pending_secret is None:
        raise WrongStep("No second factor is being set up. Start again from your account page.")
    secret = encryption.opened(found.pending_secret)
    return Enrolment(secret, second_factor.provisioning_uri(secret, found.account.email, issuer))


def finish_enrolment(session: Session, found: AccountSession, code: str, *, address: str) -> Tried:
    """The first code proves that the authenticator works: the factor counts, other sessions end, and ten recovery codes
    are shown this once."""
    account, secret = found.account, found.pending_secret
    if secret is None or found.stage == Stage.CODE:
        raise WrongStep("No second factor is being set up. Start again from your account page.")
    if found.stage == Stage.COMPLETE:
        sessions.need_fresh_proof(found)
    if limited := _limited(session, "code", account.email, address, keeps=found):
        return limited
    step = second_factor.step_of(encryption.opened(secret), code, after=None)
    if step is None:
        recording.record(session, "code refused", "account", account.id, by=account)
        return Tried(Outcome.REFUSED)
    account.totp_secret, account.totp_last_step = secret, step
    account.credential_version += 1
    is_first, account.signed_in_at = account.signed_in_at is None, now()
    found.pending_secret = None
    codes = _replace_recovery_codes(session, account)
    sessions.end_all(session, account, but=found)
    token = sessions.rotate(session, found)
    recording.record(session, "set up second factor", "account", account.id, by=account)
    return Tried(Outcome.COMPLETE, token, account, recovery_codes=codes, is_first=is_first)


def step_up(session: Session, found: AccountSession, password: str, code: str, *, address: str) -> Tried:
    """Prove once more who one is; gives the session a new token. Accounts without a second factor need no code.

    Commits the try before the password is checked, as `sign_in` does.
    """
    if found.stage != Stage.COMPLETE:
        raise WrongStep("Finish signing in first.")
    account = found.account
    session_id = found.id
    if limited := _limited(session, "code", account.email, address, keeps=found):
        return limited
    kept = account.password_hash
    session.rollback()
    is_right = passwords.fits(password, kept)
    begin_writing(session)
    found = session.get_one(AccountSession, session_id)
    account = found.account
    is_right = is_right and sessions.is_alive(found) and account.password_hash == kept
    if not is_right or (account.has_second_factor and not _takes_code(session, account, code)):
        recording.record(session, "step-up refused", "account", account.id, by=account)
        return Tried(Outcome.REFUSED)
    token = sessions.rotate(session, found)
    recording.record(session, "step up", "account", account.id, by=account)
    return Tried(Outcome.COMPLETE, token, account)


def change_password(session: Session, found: AccountSession, password: str) -> str:
    """Set one's own password after a fresh proof; other sessions end, this one gets the returned token.

    Raises StepUpNeeded and WeakPassword. Begins its own writing transaction.
    """
    sessions.need_fresh_proof(found)
    passwords.check(password, context=(found.account.email, found.account.name))
    session_id = found.id
    kept = passwords.hashed(password)
    begin_writing(session)
    found = session.get_one(AccountSession, session_id)
    account = found.account
    account.password_hash = kept
    account.credential_version += 1
    sessions.end_all(session, account, but=found)
    token = sessions.rotate(session, found)
    recording.record(session, "set password", "account", account.id, by=account)
    return token


def fresh_recovery_codes(session: Session, found: AccountSession) -> tuple[str, ...]:
    """Ten new recovery codes in place of the old ones, after a fresh proof; shown this once."""
    sessions.need_fresh_proof(found)
    codes = _replace_recovery_codes(session, found.account)
    recording.record(session, "renew recovery codes", "account", found.account.id, by=found.account)
    return codes


def sign_out(session: Session, found: AccountSession, *, everywhere: bool = False) -> None:
    """End this session, or all of the account."""
    if everywhere:
        sessions.end_all(session, found.account)
    else:
        sessions.end(session, found)
    verb = "sign out everywhere" if everywhere else "sign out"
    recording.record(session, verb, "account", found.account.id, by=found.account)


def _limited(
    session: Session, kind: str, email: str, address: str, device: str = "", *, keeps: AccountSession | None = None
) -> Tried | None:
    """Count a try and commit it, so that nothing that follows can take it back."""
    begin_writing(session)
    try:
        rate_limits.take(session, kind, account=email, address=address, device=device)
    except TooMany as why:
        if rate_limits.is_first_refusal(session, kind, account=email, address=address):
            recording.record(session, f"{kind} limited", "account", keeps.account.id if keeps else "unknown")
        return Tried(Outcome.LIMITED, seconds=why.seconds)
    session.commit()
    begin_writing(session)
    return None


def _takes_code(session: Session, account: Account, code: str) -> bool:
    """Use up a code: the UPDATE decides, so that of two who send the same one only one gets in."""
    if account.totp_secret is None:
        return False
    step = None
    # A recovery code opens the account even where the secret cannot be read.
    if second_factor.canonical(code):
        secret = encryption.opened(account.totp_secret)
        step = second_factor.step_of(secret, code, after=account.totp_last_step)
    if step is not None:
        unused = or_(Account.totp_last_step.is_(None), Account.totp_last_step < step)
        taken = update(Account).where(Account.id == account.id, unused).values(totp_last_step=step)
        return session.execute(taken.returning(Account.id)).first() is not None
    taken_code = (
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account.id,
            RecoveryCode.code_hash == second_factor.recovery_hash(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now())
        .returning(RecoveryCode.id)
    )
    return session.execute(taken_code).first() is not None


def _replace_recovery_codes(session: Session, account: Account) -> tuple[str, ...]:
    codes = tuple(second_factor.fresh_recovery_codes())
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    session.add_all(RecoveryCode(account_id=account.id, code_hash=second_factor.recovery_hash(code)) for code in codes)
    return codes
