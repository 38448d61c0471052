"""Folding: one form for all spellings of a word. Search, filters, sorting and the boxes of the pages use this one.

static/js/fold.js does the same in the browser; a test compares the two over all characters.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import chain

_SURROUNDING_PUNCTUATION = re.compile(r"^[\W_]+|[\W_]+$")
_APOSTROPHES = "‘’‛ʻʼʽˈ′`"
_DASHES = "‐‑‒–—―−﹘﹣－"
# Characters that are drawn as nothing, or that only stretch an Arabic word.
_IGNORED = (
    "\u00ad\u034f\u061c\u0640\u180e\ufeff",
    *map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10))),
)
# Letters that Unicode neither decomposes nor names as a letter "with" something.
_LETTERS = {
    "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ŋ": "ng", "ə": "e", "ɛ": "e", "ɔ": "o", "ɵ": "o", "ɖ": "d", "ɩ": "i",
    "ʊ": "u", "ʋ": "v", "ı": "i", "ĸ": "k", "ٱ": "ا",
}  # fmt: skip
# A mark that would become a letter without case.
_IOTA_SUBSCRIPT = "\u0345"
_LETTER_WITH_MARK = re.compile(r"LATIN SMALL LETTER ([A-Z]) WITH ")
_LATIN_BLOCKS = (
    range(0x80, 0x2B0),
    range(0x1D00, 0x1DC0),
    range(0x1E00, 0x1F00),
    range(0x2C60, 0x2C80),
    range(0xA720, 0xA800),
)
# str.translate raises and catches an error for each character that its table lacks, so common ones are in it.
_COMMON = range(0x250)


def _build_folded_letters() -> dict[int, str]:
    """What each small letter becomes that Unicode does not decompose: "ł", LATIN SMALL LETTER L WITH STROKE, is "l"."""
    folded = {ord(letter): plain for letter, plain in _LETTERS.items()}
    for point in chain(*_LATIN_BLOCKS):
        named = _LETTER_WITH_MARK.match(unicodedata.name(chr(point), ""))
        if named and unicodedata.normalize("NFKD", chr(point)) == chr(point):
            folded[point] = named[1].lower()
    return folded


def _build_translation() -> dict[int, str]:
    """For `str.translate` of decomposed text without case: letters, apostrophes, dashes, marks, invisibles."""
    marks = (point for point in range(0x300, 0x10000) if unicodedata.combining(chr(point)))
    return (
        {point: chr(point) for point in _COMMON}
        | _build_folded_letters()
        | dict.fromkeys(map(ord, _APOSTROPHES), "'")
        | dict.fromkeys(map(ord, _DASHES), "-")
        | dict.fromkeys((*marks, *map(ord, "".join(_IGNORED))), "")
    )


_TRANSLATION = _build_translation()


def fold_characters(text: str) -> str:
    """The text without case, accents and invisible characters, with plain letters, apostrophes and hyphens.

    "Łódź" -> "lodz", "Côte d’Ivoire" -> "cote d'ivoire". White space stays as it is.
    """
    if text.isascii():
        return text.lower().replace("`", "'")
    decomposed = unicodedata.normalize("NFKD", text.replace("´", "'")).replace(_IOTA_SUBSCRIPT, "")
    return decomposed.casefold().translate(_TRANSLATION)


def fold(text: str) -> str:
    """Fold characters and collapse white space, so that all spellings of one name are equal."""
    return " ".join(fold_characters(text).split())


def trim_punctuation(text: str) -> str:
    """The text without what surrounds its first and last letter or digit: "(LM.0024)." -> "LM.0024"."""
    return _SURROUNDING_PUNCTUATION.sub("", text)
