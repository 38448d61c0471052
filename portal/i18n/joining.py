"""Lists of words: "a, b or c" as each language joins them, for the sentence of a search and for messages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Spanish says "e" before the sound i, but not before a glide (hielo), and "u" before the sound o, also that of the
# numbers 8, 80 … (ocho, ochenta …), 11 and 11.000 (once).
_SOUNDS_LIKE_I = re.compile(r"h?i(?![aeou])", re.IGNORECASE)
_SOUNDS_LIKE_O = re.compile(r"h?o", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.\u00a0\u202f]\d{3})*(?!\d)")


def joined(phrases: Iterable[str], word: str) -> str:
    """a; a or b; a, b or c. Raises ValueError for no phrase."""
    *first, last = phrases
    return f"{', '.join(first)} {word} {last}" if first else last


def joined_in_spanish(phrases: Iterable[str], word: str) -> str:
    """The same in Spanish; `word` is "y" or "o"."""
    *first, last = phrases
    return joined([*first, last], _before(last, word))


def _before(phrase: str, word: str) -> str:
    start = _plain_start(phrase)
    if word == "y":
        return "e" if _SOUNDS_LIKE_I.match(start) else "y"
    return "u" if _SOUNDS_LIKE_O.match(start) or _is_ocho_or_once(start) else "o"


def _plain_start(phrase: str) -> str:
    """The phrase from its first letter or digit on, without accents."""
    decomposed = unicodedata.normalize("NFD", phrase.lstrip("«“\"'(¿¡ "))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _is_ocho_or_once(text: str) -> bool:
    if not (number := _NUMBER.match(text)):
        return False
    digits = re.sub(r"\D", "", number[0])
    return digits[0] == "8" or (digits[:2] == "11" and len(digits) % 3 == 2)
