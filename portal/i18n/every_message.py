"""A catalogue that says every message by one rule, whatever way it is asked for."""

from __future__ import annotations

from babel.support import NullTranslations


class EveryMessage(NullTranslations):
    """Subclasses say what becomes of an English message."""

    def gettext(self, message: str) -> str:
        raise NotImplementedError

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def ugettext(self, message: str) -> str:
        return self.gettext(message)

    def upgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def ungettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)
