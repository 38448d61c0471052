"""English in a page of another language, with `lang="en"`: a message that its catalogue lacks, a term without a name.

A template does not know whether it writes into text or into an attribute. So such a text is put between two marks
that no text of the portal has, and `resolve` makes elements of them once the page is whole.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from portal.i18n.languages import SOURCE

# Control characters, of which cleaning leaves none in what anybody types or imports (text.cleaning).
_START, _END = "\x02", "\x03"
# Tags, and elements whose content is no markup; everything between them is text.
_NO_TEXT = re.compile(r"(<(script|style|title|textarea|option|text)\b.*?</\2>|<[^>]*>)", re.DOTALL)
# An element that holds text alone, all of it English, says so itself. `text` is that of SVG.
_ENGLISH_ALONE = re.compile(rf"<(option|text)\b([^>]*)>{_START}([^{_END}]*){_END}</\1>")


class Untranslated(str):
    """English in a page of another language. In a page it is marked; everywhere else it is the plain text."""

    __slots__ = ()

    def __html__(self) -> str:
        return f"{_START}{escape(str(self))}{_END}"


def with_marks(value: object) -> str:
    """What is to be escaped of a value, where it is not escaped by itself."""
    return f"{_START}{value}{_END}" if type(value) is Untranslated else str(value)


def marked(message: str) -> Markup:
    """An English message of a template, which may hold markup."""
    return Markup(f"{_START}{message}{_END}")  # noqa: S704  # messages are the portal's own


def resolve(page: bytes) -> bytes:
    """The page with an element around each message that is not translated, and without marks where none can stand."""
    if _START.encode() not in page:
        return page
    pieces = _NO_TEXT.split(page.decode())
    # Each match stands between two texts, followed by the name of the element that its pattern looks for.
    return "".join(_resolve_piece(piece, index % 3) for index, piece in enumerate(pieces) if index % 3 < 2).encode()


def _resolve_piece(piece: str, kind: int) -> str:
    if kind == 1:
        return without_marks(_ENGLISH_ALONE.sub(rf'<\1\2 lang="{SOURCE.tag}">\3</\1>', piece))
    return piece.replace(_START, f'<span lang="{SOURCE.tag}">').replace(_END, "</span>")


def without_marks(text: str) -> str:
    """A text that has no place for the language of its parts, such as a drawing."""
    return text.replace(_START, "").replace(_END, "")
