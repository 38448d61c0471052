"""The second factor: time-based codes (RFC 6238), each good once, and recovery codes for a lost device."""

from __future__ import annotations

import hashlib
import io
import re
import secrets
import unicodedata
from datetime import datetime

import pyotp
import segno
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database import encryption
from portal.database.orm import now
from portal.errors import DecryptionFailed
from portal.models import Account
from portal.services.audit import recording

STEP_SECONDS = 30
WINDOW_STEPS = 1
RECOVERY_CODE_COUNT = 10
_RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def generate_secret() -> str:
    """A secret of 160 bits, in base 32."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, email: str, issuer: str) -> str:
    """What an authenticator reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def qr_svg(uri: str) -> str:
    """The QR code as inline SVG without style attributes; the page around it says what it is in words."""
    out = io.BytesIO()
    segno.make(uri, error="m").save(
        out, kind="svg", xmldecl=False, svgns=True, nl=False, omitsize=True, svgclass="qr", lineclass=None, border=4
    )
    return out.getvalue().decode()


def normalise_code(code: str) -> str:
    """A code as digits: full-width digits and separators are read; "" when it is no code."""
    plain = re.sub(r"[\s\-·.]", "", unicodedata.normalize("NFKC", code[:64]))
    return plain if re.fullmatch(r"[0-9]{6}", plain) else ""


def matching_step(secret: str, code: str, *, after: int | None, moment: datetime | None = None) -> int | None:
    """The time step whose code this is, one step early or late allowed, if later than `after`; else None."""
    digits = normalise_code(code)
    if not digits:
        return None
    present = int((moment or now()).timestamp()) // STEP_SECONDS
    one_time = pyotp.HOTP(secret)
    found = None
    for step in range(present - WINDOW_STEPS, present + WINDOW_STEPS + 1):
        fits = secrets.compare_digest(one_time.at(step), digits)
        if fits and (after is None or step > after):
            found = step
    return found


def reencrypt_secrets(session: Session) -> tuple[int, int]:
    """Seal with the present key what stands in clear or was sealed with a former one, each with its audit event.

    Returns how many secrets were sealed, and how many no key opens.
    """
    done, lost = [], 0
    for account in session.execute(select(Account).where(Account.totp_secret.is_not(None))).scalars().all():
        if account.totp_secret is None or not encryption.needs_reencryption(account.totp_secret):
            continue
        try:
            account.totp_secret = encryption.encrypt(encryption.decrypt(account.totp_secret))
        except DecryptionFailed:
            lost += 1
            continue
        done.append(account)
    for account in done:
        recording.record(session, "seal second factor", "account", account.id)
    return len(done), lost


def generate_recovery_codes() -> list[str]:
    """Ten codes of about 50 bits, to be shown once."""
    letters = ["".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODE_COUNT)]
    return [f"{code[:5]}-{code[5:]}" for code in letters]


def hash_recovery_code(code: str) -> str:
    """What is kept of a recovery code; spaces, hyphens and case make no difference."""
    plain = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", code[:64])).lower()
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
