"""The keys: whether they open every second factor, and whether a former one is still needed."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from portal.database.encryption import is_encrypted, keyring_for
from portal.errors import DecryptionFailed
from portal.models import Account
from portal.services.operations.checks.finding import Finding, Surroundings, ok, problem, warning


def check(surroundings: Surroundings) -> Iterator[Finding]:
    settings, session = surroundings.settings, surroundings.session
    if not settings.has_persistent_key:
        yield warning(
            "The key is made for each start, and second factors are stored unencrypted.",
            "Make instance/ writable, or set SECRET_KEY.",
        )
        return
    secrets = [secret for secret in session.execute(select(Account.totp_secret)).scalars() if secret]
    keyring = keyring_for(session)
    lost = sum(not _opens(surroundings, secret) for secret in secrets)
    outdated = sum(keyring.needs_reencryption(secret) for secret in secrets) - lost
    if lost:
        yield problem(
            f"Second factors that no key opens: {lost} of {len(secrets)}. These accounts cannot enter a code.",
            "Put the previous key into SECRET_KEY_FALLBACKS and run portal migrate; if it is lost, run "
            "portal account link EMAIL --new-second-factor for each.",
        )
    if outdated:
        yield warning(f"Second factors without encryption or under a former key: {outdated}.", "Run portal migrate.")
    if settings.secret_key_fallbacks and not lost and not outdated:
        yield warning(
            "SECRET_KEY_FALLBACKS is set, and nothing needs it any more.", "Remove it and restart the portal."
        )
    yield ok(f"Second factors that the keys open: {len(secrets) - lost}.")


def _opens(surroundings: Surroundings, secret: str) -> bool:
    try:
        return not is_encrypted(secret) or bool(keyring_for(surroundings.session).decrypt(secret))
    except DecryptionFailed:
        return False
