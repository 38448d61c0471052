"""SECRET_KEY: whether it is good enough for production."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from portal.errors import ConfigurationError

MIN_SECRET_KEY_LENGTH = 32
# A key by chance has more: one of 32 hexadecimal digits has about 14 different ones.
_MIN_SECRET_KEY_CHARACTERS = 8
# In one by chance, letters and digits or small and capital letters alternate at every second or third place; in a
# sentence, or the alphabet, hardly ever.
_MIN_SECRET_KEY_CHANGES = 1 / 6
_MAKE_ONE = "Make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"


def read_secret_key(environ: Mapping[str, str], *, is_production: bool) -> str:
    """The operator's secret key; empty in development if none is set."""
    secret_key = environ.get("SECRET_KEY", "")
    if is_production and len(secret_key) < MIN_SECRET_KEY_LENGTH:
        raise ConfigurationError(
            f"SECRET_KEY is not set, or is shorter than {MIN_SECRET_KEY_LENGTH} characters: a production start needs "
            f"one. {_MAKE_ONE}"
        )
    if is_production and len(set(secret_key)) < _MIN_SECRET_KEY_CHARACTERS:
        raise ConfigurationError(f"SECRET_KEY repeats a few characters, so it can be guessed. {_MAKE_ONE}")
    if is_production and _is_written(secret_key):
        raise ConfigurationError(f"SECRET_KEY looks like words or a sequence, so it can be guessed. {_MAKE_ONE}")
    return secret_key


def _is_written(secret_key: str) -> bool:
    """Whether somebody seems to have typed the key: "this-is-a-very-secret-key-for-dev", "abcdef0123456789"."""
    kinds = [
        "digit" if character.isdigit() else "upper" if character.isupper() else "lower"
        for character in secret_key
        if character.isalnum()
    ]
    # A word may begin with a capital letter.
    changes = sum(before != after for before, after in pairwise(kinds) if (before, after) != ("upper", "lower"))
    return changes < len(kinds) * _MIN_SECRET_KEY_CHANGES
