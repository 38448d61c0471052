"""A catalogue for looking at pages: English, a third longer, so that what is too narrow or not translated shows."""

from __future__ import annotations

from babel.support import NullTranslations

_PADDING = "longer than it was in English, as words of most languages are, and then some more "
_OPEN, _CLOSE = "⟦", "⟧"


class PseudoTranslations(NullTranslations):
    """Every message between brackets and lengthened; what it holds, placeholders and markup, stays as it is."""

    def gettext(self, message: str) -> str:
        return lengthened(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return lengthened(msgid1 if n == 1 else msgid2)

    def ugettext(self, message: str) -> str:
        return self.gettext(message)

    def ungettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)


def lengthened(message: str) -> str:
    """ "Search" -> "⟦Search lo⟧"."""
    missing = max(1, len(message) // 3)
    padding = (_PADDING * (missing // len(_PADDING) + 1))[:missing].strip()
    return f"{_OPEN}{message} {padding}{_CLOSE}"
