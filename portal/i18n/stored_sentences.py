"""Sentences that are stored, always in English, and said again in the language of whoever reads them.

What the portal itself writes into a record, a decision or the outbox is read for years, by people of several languages.
"""

from __future__ import annotations

import re

from portal.i18n.catalogues import gettext
from portal.i18n.current import current_language
from portal.i18n.languages import SOURCE

_PLACEHOLDER = re.compile(r"%\\\((\w+)\\\)s|%\((\w+)\)s")
_known: list[StoredSentence] = []


class StoredSentence:
    """A message of which the English is stored: `StoredSentence(N_("The tag %(tag)s was changed."))`.

    It has enough words of its own that no person writes the same by chance.
    """

    def __init__(self, message: str) -> None:
        self._message = message
        self._pattern = re.compile(_PLACEHOLDER.sub(_group, re.escape(message)), re.DOTALL)
        _known.append(self)

    def english(self, **values: object) -> str:
        """The sentence to store."""
        return self._message % values

    def say(self, text: str) -> str | None:
        """The stored text in the language that is spoken; None if it is another sentence."""
        match = self._pattern.fullmatch(text)
        if match is None:
            return None
        return gettext(self._message) % {name: say(value) for name, value in match.groupdict().items()}


def say(text: str) -> str:
    """A stored text in the language that is spoken; what people wrote themselves stays as it is."""
    if current_language() == SOURCE:
        return text
    return next((said for sentence in _known if (said := sentence.say(text)) is not None), text)


def _group(placeholder: re.Match[str]) -> str:
    return f"(?P<{placeholder[1] or placeholder[2]}>.*)"
