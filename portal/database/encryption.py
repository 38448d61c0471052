"""Secrets at rest: sealed with keys derived from the portal's own, so that a copy of the database opens nothing.

Fernet (AES-128-CBC with HMAC-SHA256) of the `cryptography` package. What was stored before there was sealing is read as
it stands. Only secrets that have to be read again are sealed; passwords, tokens and codes are hashed.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from portal.config import Settings
from portal.errors import DecryptionFailed

# What every Fernet token begins with, and no base 32 secret does: it has a small letter.
_FERNET_PREFIX = "gAAAAA"
_HKDF_INFO = b"idf-portal sealed secrets 1"


def encrypt(text: str) -> str:
    """The text as it is stored. Without a lasting key (a development start that names none) it stays in clear."""
    settings = _settings()
    return _fernet(settings.secret_key).encrypt(text.encode()).decode() if settings.has_persistent_key else text


def decrypt(stored: str) -> str:
    """What was sealed; raises DecryptionFailed when none of the keys fits."""
    if not is_encrypted(stored):
        return stored
    settings = _settings()
    keys = MultiFernet([_fernet(secret) for secret in (settings.secret_key, *settings.secret_key_fallbacks)])
    try:
        return keys.decrypt(stored.encode()).decode()
    except InvalidToken as why:
        raise DecryptionFailed(
            "The second factor of this account cannot be read, because the portal's SECRET_KEY was changed. The "
            "operator puts the former key into SECRET_KEY_FALLBACKS, runs portal migrate and restarts the portal. If "
            "that key is lost, portal account link EMAIL --new-second-factor lets the account set up another one."
        ) from why


def is_encrypted(stored: str) -> bool:
    return stored.startswith(_FERNET_PREFIX)


def needs_reencryption(stored: str) -> bool:
    """True when it should be sealed anew: it stands in clear, or a former key sealed it."""
    settings = _settings()
    if not settings.has_persistent_key:
        return False
    if not is_encrypted(stored):
        return True
    try:
        _fernet(settings.secret_key).decrypt(stored.encode())
    except InvalidToken:
        return True
    return False


def _fernet(secret: str) -> Fernet:
    # The secret is long and random, so no slow derivation is needed; the purpose keeps this use apart from others.
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_HKDF_INFO).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
