"""Values inside a message that is written from right to left: each is kept apart, so that the order stays.

Without this, "LM.0024 (draft)" in an Arabic sentence shows its parts in another order. A page does the same for what
stands outside messages, with <bdi>, dir="auto" or the class `ltr`.
"""

from __future__ import annotations

import re

from babel.support import NullTranslations

# What stands between them has its own direction, that of its first letter. Text of any kind may hold them.
_FIRST_STRONG, _POP = "\u2068", "\u2069"
# A placeholder in a tag is a part of an attribute; one that has a line to itself, such as the link of a mail, is apart.
_LEFT_ALONE = r"<[^>]*>|^%\(\w+\)[a-z]$"
_PLACEHOLDER = re.compile(rf"{_LEFT_ALONE}|(%\(\w+\)[a-z])", re.MULTILINE)


class IsolatingTranslations(NullTranslations):
    """The messages of another catalogue, with every placeholder isolated."""

    def __init__(self, messages: NullTranslations) -> None:
        super().__init__()
        self._messages = messages

    def gettext(self, message: str) -> str:
        return isolated(self._messages.ugettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return isolated(self._messages.ungettext(msgid1, msgid2, n))

    def pgettext(self, context: str, message: str) -> str:
        return isolated(self._messages.upgettext(context, message))

    def ugettext(self, message: str) -> str:
        return self.gettext(message)

    def upgettext(self, context: str, message: str) -> str:
        return self.pgettext(context, message)

    def ungettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)


def isolated(message: str) -> str:
    """The message with marks around its placeholders, which no reader sees; of the same type."""
    return type(message)(_PLACEHOLDER.sub(_isolated_placeholder, message))


def _isolated_placeholder(match: re.Match[str]) -> str:
    return f"{_FIRST_STRONG}{match[1]}{_POP}" if match[1] else match[0]
