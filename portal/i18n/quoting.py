"""Texts of people inside sentences of the portal, between the quotation marks of the language."""

from __future__ import annotations

from portal.i18n.current import current_language

# A no-break space keeps a French mark beside its text.
_MARKS = {"fr": ("«\N{NO-BREAK SPACE}", "\N{NO-BREAK SPACE}»"), "es": ("«", "»")}


def quoted(text: str) -> str:
    """A text as somebody typed it, in quotation marks; English shows characters that cannot be seen too."""
    marks = _MARKS.get(current_language().code)
    return f"{marks[0]}{text}{marks[1]}" if marks else repr(text)
