"""Collation: the order of names in a language, the same whichever database holds them.

Names compare by their letters without marks, then by the marks, then by case: Cote, Côte, côté. Letters that a language
counts as letters of their own come after the letter that they resemble. The order is that of the CLDR for names in
Latin script (docs/decisions/0038-sentences-and-order-of-each-language.md).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from portal.text.folding import fold

CollationKey = tuple[str, str, str]
# Sorts before every name.
NO_NAME: CollationKey = ("", "", "")

# Sorts after every letter, so that a letter followed by it comes after the same letter followed by any other.
_LAST = "\U0010ffff"
_OWN_LETTERS = {"es": str.maketrans({"ñ": f"n{_LAST}", "Ñ": f"n{_LAST}"})}


@lru_cache(maxsize=20_000)
def collation_key(text: str, language: str) -> CollationKey:
    """What to sort names by in a language, given by its code; those without letters of their own share one order."""
    composed = unicodedata.normalize("NFC", text)
    marks = unicodedata.normalize("NFD", composed).casefold()
    return fold(composed.translate(_OWN_LETTERS.get(language, {}))), marks, composed.swapcase()
