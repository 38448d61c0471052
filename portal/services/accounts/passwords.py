"""Passwords: strength checks, hashing, and verification in the same time whether or not an account exists."""

from __future__ import annotations

import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn_rs_py import zxcvbn

from portal.errors import WeakPassword
from portal.gates import Gate
from portal.i18n.catalogues import gettext
from portal.i18n.numbers import grouped
from portal.text.folding import fold

MIN_LENGTH, MAX_LENGTH = 15, 1_000
_REFUSED_PASSWORDS_FILE = Path(__file__).parents[2] / "terms" / "refused_passwords.txt"
# Minimum parameters of the OWASP Password Storage Cheat Sheet. Each hash holds its own; sign-in rehashes weaker ones.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified when there is no account: a hash with the parameters above whose password nobody has.
DUMMY_HASH = "$argon2id$v=19$m=19456,t=2,p=1$h7XzuUdom6CXoIfK62WgJg$vnA/5edKz0k4DLc0YKv3KtVgI7b1BQCR46tEKVRp7GM"
# Each hash takes 19 MiB and a processor; a flood of sign-ins waits, and leaves the other threads to the visitors.
_HASHES_AT_ONCE = 1
_HASHING = Gate(max_running=_HASHES_AT_ONCE, max_waiting=16, seconds=5)
# What a hash took stays with its thread when it is freed, so one thread makes them all: not every thread of a process
# ends up with 19 MiB more.
_HASHERS = ThreadPoolExecutor(_HASHES_AT_ONCE, thread_name_prefix="password")
# zxcvbn's own threshold: below 3 (100 million guesses) a password is too weak.
_MIN_SCORE = 3
# The time of an estimate grows with the square of the length and with the kinds of "l33t" characters. Within 32
# characters the slowest takes a quarter of a second; what follows can only make a password stronger.
_MAX_ESTIMATED_LENGTH = 32
# zxcvbn takes each unknown character for one of ten, however few different ones there are.
_MIN_DISTINCT_CHARACTERS = 5
_LEET_SUBSTITUTIONS = str.maketrans("01345@$7!", "oleasastl")
_MAX_REMAINING_LETTERS = 2


def hash_password(password: str, client: str = "") -> str:
    """The Argon2id hash to store, of the whole password. `client`: who waits (see gates). Raises Busy."""
    with _HASHING.turn(client):
        return _HASHERS.submit(_HASHER.hash, _normalised_bytes(password)).result()


def verify_password(password: str, password_hash: str | None, client: str = "") -> bool:
    """Whether the password matches this hash; without a hash False, after the same time. Raises Busy."""
    with _HASHING.turn(client):
        try:
            typed = _normalised_bytes(password[: MAX_LENGTH + 1])
            matches = _HASHERS.submit(_HASHER.verify, password_hash or DUMMY_HASH, typed).result()
        except (VerificationError, InvalidHashError):
            return False
    return matches and bool(password_hash)


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than the current ones."""
    return _HASHER.check_needs_rehash(password_hash)


def check_strength(password: str, *, context: tuple[str, ...] = ()) -> None:
    """Raise WeakPassword if too short, too long or easy to guess. `context`: email address, name and the like."""
    if len(password) < MIN_LENGTH:
        raise WeakPassword(
            gettext(
                "The password is shorter than %(least)s characters. Enter several unrelated words.", least=MIN_LENGTH
            )
        )
    if len(password) > MAX_LENGTH:
        raise WeakPassword(
            gettext("The password is longer than %(most)s characters. Enter a shorter one.", most=grouped(MAX_LENGTH))
        )
    if is_common(password, context) or is_guessable(password, context):
        raise WeakPassword(
            gettext("The password is easy to guess. Enter a different one, such as several unrelated words.")
        )


def is_guessable(password: str, context: tuple[str, ...] = ()) -> bool:
    """Whether zxcvbn finds it weak: common passwords, names, repetitions, sequences, keyboard rows, dates."""
    bare = re.sub(r"[\W_]", "", fold(password)) or password
    if len(set(bare)) < _MIN_DISTINCT_CHARACTERS:
        return True
    start = password[:_MAX_ESTIMATED_LENGTH].encode("utf-8", "replace").decode()
    estimate = zxcvbn(start, [*context, *_words(context), *_refused_passwords()])
    return int(estimate.score) < _MIN_SCORE


def is_common(password: str, context: tuple[str, ...] = ()) -> bool:
    """Whether little is left after removing words of the bundled list, words of the context, and numbers."""
    words = {*_refused_passwords(), *_words(context)}
    plain = fold(password)
    for remaining in (plain, plain.translate(_LEET_SUBSTITUTIONS)):
        for word in sorted(words, key=len, reverse=True):
            remaining = remaining.replace(word, " ")
        if len(re.sub(r"[\W\d_]", "", remaining)) <= _MAX_REMAINING_LETTERS:
            return True
    return False


def _words(texts: tuple[str, ...]) -> set[str]:
    return {word for text in texts for word in re.split(r"[\W_]+", fold(text)) if len(word) > 2}


def _normalised_bytes(password: str) -> bytes:
    # Keyboards may send the same character composed or decomposed (NIST SP 800-63B, 5.1.1.2).
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


@cache
def _refused_passwords() -> tuple[str, ...]:
    lines = _REFUSED_PASSWORDS_FILE.read_text(encoding="utf-8").splitlines()
    return tuple(fold(line) for line in lines if line and not line.startswith("#"))
