"""Folding: text without case, accents and apostrophes of its own kind, so that spellings of one name meet."""

from __future__ import annotations

import re
import unicodedata

_SURROUNDING_PUNCTUATION = re.compile(r"^[\W_]+|[\W_]+$")


def fold_characters(text: str) -> str:
    """The text without case, accents and apostrophes of its own kind; what separates words stays."""
    if text.isascii():
        return text.lower()
    text = text.replace("’", "'").replace("ʼ", "'").replace("œ", "oe").replace("Œ", "OE")
    decomposed = unicodedata.normalize("NFKD", text)
    # No combining mark stands before U+0300; to ask of every letter would cost more than all else here.
    return "".join([mark for mark in decomposed if mark < "\u0300" or not unicodedata.combining(mark)]).casefold()


def fold(text: str) -> str:
    """Fold case, accents, apostrophes and spaces, so that spellings of one name meet."""
    return " ".join(fold_characters(text).split())


def trim_punctuation(text: str) -> str:
    """The text without what surrounds its first and last letter or digit: "(LM.0024)." -> "LM.0024"."""
    return _SURROUNDING_PUNCTUATION.sub("", text)
