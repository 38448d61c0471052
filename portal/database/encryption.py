"""Encryption of secrets at rest, with keys derived from SECRET_KEY: a copy of the database alone reveals none of them.

Fernet (AES-128-CBC with HMAC-SHA256) of the `cryptography` package. Values stored before encryption was introduced are
returned as they are. Only secrets that must be read back are encrypted; passwords, tokens and codes are hashed.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from portal.errors import DecryptionFailed

# The execution option of the engine that holds the Keyring. The engine of public requests has none.
KEYRING_OPTION = "keyring"
# Every Fernet token starts with this. No base 32 secret does: it contains a lower-case letter.
_FERNET_PREFIX = "gAAAAA"
_HKDF_INFO = b"idf-portal sealed secrets 1"


@dataclass(frozen=True)
class Keyring:
    """`secret_key` encrypts; `fallbacks`, its previous values, only decrypt.

    If the key is not persistent (a development start that can keep none in instance/), nothing is encrypted.
    """

    secret_key: str = field(repr=False)
    fallbacks: tuple[str, ...] = field(default=(), repr=False)
    is_persistent: bool = True

    def encrypt(self, secret: str) -> str:
        """The value to store."""
        return _fernet(self.secret_key).encrypt(secret.encode()).decode() if self.is_persistent else secret

    def decrypt(self, stored: str) -> str:
        """The secret; raises DecryptionFailed if no key fits."""
        if not is_encrypted(stored):
            return stored
        fernets = MultiFernet([_fernet(key) for key in (self.secret_key, *self.fallbacks)])
        try:
            return fernets.decrypt(stored.encode()).decode()
        except InvalidToken as error:
            raise DecryptionFailed(
                "The second factor of this account cannot be decrypted because SECRET_KEY was changed. The operator "
                "must put the previous key (in development, that of instance/secret_key) into SECRET_KEY_FALLBACKS, "
                "run portal migrate and restart the portal. If that key is lost, "
                "portal account link EMAIL --new-second-factor lets the account set up a new one."
            ) from error

    def needs_reencryption(self, stored: str) -> bool:
        """True if the value is unencrypted or was encrypted with a fallback key."""
        if not self.is_persistent:
            return False
        if not is_encrypted(stored):
            return True
        try:
            _fernet(self.secret_key).decrypt(stored.encode())
        except InvalidToken:
            return True
        return False


def keyring_for(session: Session) -> Keyring:
    """The keys of the database that a session writes to, as create_app set them."""
    keyring: Keyring = session.get_bind().get_execution_options()[KEYRING_OPTION]
    return keyring


def is_encrypted(stored: str) -> bool:
    return stored.startswith(_FERNET_PREFIX)


def _fernet(key: str) -> Fernet:
    # The key is long and random, so it needs no slow derivation; _HKDF_INFO separates this use of it from others.
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_HKDF_INFO).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
