"""Passwords: which are refused, how they are kept, and a check that takes as long for accounts that are not there."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.errors import WeakPassword
from portal.text.folding import fold

MIN_LENGTH, MAX_LENGTH = 15, 1_000
_REFUSED_PASSWORDS_FILE = Path(__file__).parents[2] / "terms" / "refused_passwords.txt"
# Least parameters of the OWASP Password Storage Cheat Sheet; they stand in each hash, and grow at the next sign-in.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# What is checked where there is no account: the hash of words that open nothing, with the parameters above.
DUMMY_HASH = "$argon2id$v=19$m=19456,t=2,p=1$h7XzuUdom6CXoIfK62WgJg$vnA/5edKz0k4DLc0YKv3KtVgI7b1BQCR46tEKVRp7GM"
# Each hash takes 19 MiB and a processor; a flood of sign-ins waits instead of taking the machine down.
_HASHING_SLOTS = BoundedSemaphore(4)
_CHARACTER_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
)
_LEET_SUBSTITUTIONS = str.maketrans("01345@$7!", "oleasastl")
_MIN_DISTINCT_CHARACTERS = 5


def hash_password(password: str) -> str:
    """The Argon2id hash to keep; nothing of the password is cut off."""
    with _HASHING_SLOTS:
        return _HASHER.hash(_normalised_bytes(password))


def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password made this hash; takes the same time without a hash, and is then False."""
    with _HASHING_SLOTS:
        try:
            found = _HASHER.verify(password_hash or DUMMY_HASH, _normalised_bytes(password[: MAX_LENGTH + 1]))
        except (VerificationError, InvalidHashError):
            return False
    return found and bool(password_hash)


def needs_rehash(password_hash: str) -> bool:
    """True when the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def check_strength(password: str, *, context: tuple[str, ...] = ()) -> None:
    """Raise WeakPassword for what is too short, too long, common or a pattern; `context` is e-mail, name, and so on."""
    if len(password) < MIN_LENGTH:
        raise WeakPassword(
            f"The password is shorter than {MIN_LENGTH} characters. Several words in a row make a good one."
        )
    if len(password) > MAX_LENGTH:
        raise WeakPassword(f"The password is longer than {MAX_LENGTH:,} characters. Choose a shorter one.")
    if is_pattern(password):
        raise WeakPassword("The password is a pattern that is quickly guessed. Put several unrelated words in a row.")
    if is_common(password, context):
        raise WeakPassword(
            "The password is made of words that are guessed first. Put several unrelated words in a row."
        )


def is_pattern(password: str) -> bool:
    """One piece over and over, few different characters, or a run over the keyboard or the alphabet."""
    bare = re.sub(r"[\W_]", "", fold(password)) or password
    if len(set(bare)) < _MIN_DISTINCT_CHARACTERS:
        return True
    # One piece, repeated to the end, the last time perhaps in part.
    if any(bare == (bare[:size] * len(bare))[: len(bare)] for size in range(1, len(bare) // 2 + 1)):
        return True
    return _count_run_characters(bare) >= len(bare) - 2


def is_common(password: str, context: tuple[str, ...] = ()) -> bool:
    """True when nothing of substance is left beside words of the bundled list, the account's own words and numbers."""
    words = set(_refused_passwords())
    for text in context:
        words |= {word for word in re.split(r"[\W_]+", fold(text)) if len(word) > 2}
    plain = fold(password)
    for rest in (plain, plain.translate(_LEET_SUBSTITUTIONS)):
        for word in sorted(words, key=len, reverse=True):
            rest = rest.replace(word, " ")
        if len(re.sub(r"[\W\d_]", "", rest)) <= _MAX_REMAINING_LETTERS:
            return True
    return False


_MAX_REMAINING_LETTERS = 2


def _count_run_characters(text: str) -> int:
    """How many characters continue a run of three or more along a row, forwards or backwards."""
    covered = 0
    position = 0
    rows = [*_CHARACTER_ROWS, *(row[::-1] for row in _CHARACTER_ROWS)]
    while position < len(text):
        length = 1
        while position + length < len(text) and any(text[position : position + length + 1] in row for row in rows):
            length += 1
        covered += length if length > 2 else 0
        position += length
    return covered


def _normalised_bytes(password: str) -> bytes:
    # The same character may come composed or not from another keyboard (NIST SP 800-63B, 5.1.1.2).
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


@cache
def _refused_passwords() -> tuple[str, ...]:
    lines = _REFUSED_PASSWORDS_FILE.read_text(encoding="utf-8").splitlines()
    return tuple(fold(line) for line in lines if line and not line.startswith("#"))
