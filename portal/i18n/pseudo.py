"""A language for looking at pages: English with accents, a third longer, and written from right to left.

Its words run the way of Arabic, so that a value among them shows whether it is kept apart. What runs from left to right
without accents is data, or did not pass through gettext.
"""

from __future__ import annotations

import re

from portal.i18n.every_message import EveryMessage

_OPEN, _CLOSE = "⟦", "⟧"
# Between the two, every character is written from right to left. The mark at each end counts as a letter of Arabic.
_BEGIN, _END = "\u200f\u202e", "\u202c\u200f"
# Arrows between two values turn around with them, as translators turn them.
_ACCENTS = str.maketrans("AEIOUYCNSaeiouycns→", "ÅÉÎÖÛÝÇÑŠåéîöûýçñš←")
_PADDING = "one two three four five six seven eight nine ten "
_PLAIN = r"[^\s<>&%(){}“”\u200f\u202c\u202e]*"
_UNTOUCHED = re.compile(
    "|".join(
        [
            f"({_BEGIN}[^{_END}]*{_END}",  # words that are mirrored already
            r"<code>.*?</code>|<[^>]*>|&#?\w+;",
            r"%\(\w+\)[a-z]|%%|\{\w+\}",
            rf"{_PLAIN}[\d@/_]{_PLAIN})",  # what is the same in every language: numbers, addresses, codes
        ]
    ),
    re.DOTALL,
)


class PseudoTranslations(EveryMessage):
    """Every message between brackets and lengthened; what it holds, placeholders and markup, stays as it is."""

    def gettext(self, message: str) -> str:
        return lengthened(message)


def lengthened(message: str) -> str:
    """ "Search %(name)s" -> "⟦Šéårçh %(name)s öné⟧"; what has no words, such as "%(start)s–%(end)s", stays as it is."""
    pieces = _UNTOUCHED.split(message)
    words = "".join(pieces[::2])
    pieces[::2] = map(_mirrored, pieces[::2])
    if not any(map(str.isalpha, words)):
        return "".join(pieces)
    missing = max(1, len(words) // 3)
    padding = (_PADDING * (missing // len(_PADDING) + 1))[:missing].strip()
    return f"{_OPEN}{''.join(pieces)}{_mirrored(f' {padding}')}{_CLOSE}"


def _mirrored(text: str) -> str:
    text = text.translate(_ACCENTS)
    return f"{_BEGIN}{text}{_END}" if any(map(str.isalpha, text)) else text
