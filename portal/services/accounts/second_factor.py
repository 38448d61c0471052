"""The second factor: time-based codes (RFC 6238), each valid once, and recovery codes for a lost device."""

from __future__ import annotations

import hashlib
import io
import re
import secrets
from datetime import datetime

import pyotp
import segno
from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.database.encryption import keyring_for
from portal.database.orm import now
from portal.errors import DecryptionFailed
from portal.models import Account, RecoveryCode, UsedCode
from portal.services.audit import recording
from portal.text.folding import fold_characters

STEP_SECONDS = 30
WINDOW_STEPS = 1
RECOVERY_CODE_COUNT = 10
_RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def generate_secret() -> str:
    """A random secret of 160 bits, in base 32."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, email: str, issuer: str) -> str:
    """The otpauth URI that an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def qr_svg(uri: str) -> str:
    """The QR code as inline SVG without style attributes; the page describes it in text."""
    out = io.BytesIO()
    segno.make(uri, error="m").save(
        out, kind="svg", xmldecl=False, svgns=True, nl=False, omitsize=True, svgclass="qr", lineclass=None, border=4
    )
    return out.getvalue().decode()


def normalise_code(code: str) -> str:
    """The six digits of a code, accepting separators and full-width digits; "" if it is not a code."""
    plain = re.sub(r"[\s\-·.]", "", fold_characters(code[:64]))
    return plain if re.fullmatch(r"[0-9]{6}", plain) else ""


def matching_step(secret: str, code: str, *, after: int | None, moment: datetime | None = None) -> int | None:
    """The time step of this code if it is current, one step early or late, and later than `after`; else None."""
    digits = normalise_code(code)
    if not digits:
        return None
    current_step = int((moment or now()).timestamp()) // STEP_SECONDS
    hotp = pyotp.HOTP(secret)
    matched_step = None
    # No early exit, so the time does not tell which step matched.
    for step in range(current_step - WINDOW_STEPS, current_step + WINDOW_STEPS + 1):
        matches = secrets.compare_digest(hotp.at(step), digits)
        if matches and (after is None or step > after):
            matched_step = step
    return matched_step


def forget_used_codes(session: Session, account: Account) -> None:
    """Once the secret is another one or gone, none of its codes can come again."""
    session.execute(delete(UsedCode).where(UsedCode.account_id == account.id))


def forget(session: Session, account: Account) -> None:
    """Remove the secret, its used codes and the recovery codes; the owner sets up a new second factor."""
    account.totp_secret = account.totp_last_step = None
    forget_used_codes(session, account)
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def reencrypt_secrets(session: Session) -> tuple[int, int]:
    """Encrypt with the current key all TOTP secrets that are unencrypted or use a previous key, one audit event each.

    Returns how many were re-encrypted, and how many no key can decrypt.
    """
    keyring, reencrypted, undecryptable = keyring_for(session), [], 0
    for account in session.execute(select(Account).where(Account.totp_secret.is_not(None))).scalars().all():
        if account.totp_secret is None or not keyring.needs_reencryption(account.totp_secret):
            continue
        try:
            account.totp_secret = keyring.encrypt(keyring.decrypt(account.totp_secret))
        except DecryptionFailed:
            undecryptable += 1
            continue
        reencrypted.append(account)
    for account in reencrypted:
        recording.record(session, "seal second factor", "account", account.id)
    return len(reencrypted), undecryptable


def generate_recovery_codes() -> list[str]:
    """Ten codes of about 50 bits each, to show once."""
    letters = ["".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODE_COUNT)]
    return [f"{code[:5]}-{code[5:]}" for code in letters]


def hash_recovery_code(code: str) -> str:
    """The hash to store of a recovery code; ignores spaces, dashes of any kind and case."""
    plain = re.sub(r"[\s\-]", "", fold_characters(code[:64]))
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def use_code(session: Session, account: Account, code: str) -> bool:
    """Use up a code; the UPDATE decides, so of two requests with the same code only one succeeds."""
    if account.totp_secret is None:
        return False
    step = None
    # Decrypts only for a one-time code: a recovery code must work even if the secret cannot be decrypted.
    if normalise_code(code):
        secret = keyring_for(session).decrypt(account.totp_secret)
        step = matching_step(secret, code, after=account.totp_last_step)
    if step is not None:
        unused = or_(Account.totp_last_step.is_(None), Account.totp_last_step < step)
        use_step = update(Account).where(Account.id == account.id, unused).values(totp_last_step=step)
        is_later = session.execute(use_step.returning(Account.id)).first() is not None
        return is_later and mark_used(session, account, step)
    use_recovery_code = (
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account.id,
            RecoveryCode.code_hash == hash_recovery_code(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now())
        .returning(RecoveryCode.id)
    )
    return session.execute(use_recovery_code).first() is not None


def mark_used(session: Session, account: Account, step: int) -> bool:
    """False if the code of this step was used before: the clock was set back since, or to where it had been."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    used = dialect.insert(UsedCode).values(account_id=account.id, step=step).on_conflict_do_nothing()
    return session.execute(used.returning(UsedCode.step)).first() is not None


def store_recovery_codes(session: Session, account: Account) -> tuple[str, ...]:
    """Replace the recovery codes of an account; returns the ten new ones."""
    codes = tuple(generate_recovery_codes())
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    session.add_all(RecoveryCode(account_id=account.id, code_hash=hash_recovery_code(code)) for code in codes)
    return codes
