"""A catalogue for looking at pages: English, longer and with accents, to show what is too narrow or no message."""

from __future__ import annotations

import re

from babel.support import NullTranslations

_PADDING = "longer than it was in English, as words of most languages are, and then some more "
_OPEN, _CLOSE = "⟦", "⟧"
# Every letter has an accent, so that a plain one beside them stands for a text that is no message.
_ACCENTS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "áƀčďéƒğĥíĵķłɱñóþɋřšťúṽŵẋýžÁƁČĎÉƑĞĤÍĴĶŁḾÑÓÞɊŘŠŤÚṼŴẊÝŽ"
)
# Placeholders, tags and entities.
_KEPT = re.compile(r"(%\(\w+\)[a-z]|\{\w*\}|<[^>]*>|&#?\w+;)")


class PseudoTranslations(NullTranslations):
    """Every message between brackets and lengthened; what it holds, placeholders and markup, stays as it is."""

    def gettext(self, message: str) -> str:
        return lengthened(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return lengthened(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def ugettext(self, message: str) -> str:
        return self.gettext(message)

    def upgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def ungettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)


def lengthened(message: str) -> str:
    """ "Search" -> "⟦Šéářčĥ łó⟧"."""
    missing = max(1, len(message) // 3)
    padding = (_PADDING * (missing // len(_PADDING) + 1))[:missing].strip()
    return f"{_OPEN}{accented(message)} {accented(padding)}{_CLOSE}"


def accented(message: str) -> str:
    """The message with an accent on each letter; what it holds, placeholders and markup, stays as it is."""
    pieces = _KEPT.split(message)
    return "".join(piece if place % 2 else piece.translate(_ACCENTS) for place, piece in enumerate(pieces))
