"""English in a page of another language, with `lang="en"`: a message that its catalogue lacks, a term without a name.

A template does not know whether it writes into text or into an attribute. So such a text is put between two marks
that no text of the portal has, and `resolve` makes elements of them once the page is whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from markupsafe import Markup, escape

from portal.i18n.languages import SOURCE

# Control characters, of which cleaning leaves none in what anybody types or imports (text.cleaning).
_START, _END = "\x02", "\x03"
_START_BYTE, _END_BYTE = _START.encode(), _END.encode()
_TAG_NAME = re.compile(rb"<(/?[A-Za-z][\w-]*)")
# Elements whose content is no markup; `text` is that of SVG. The second ones hold text alone, and where all of it is
# English say so themselves.
_NO_MARKUP = frozenset((b"script", b"style", b"title", b"textarea"))
_TEXT_ALONE = frozenset((b"option", b"text"))
_LANG = f' lang="{SOURCE.tag}"'.encode()
_OPENING, _CLOSING = b"<span" + _LANG + b">", b"</span>"
# What is written for the mark at a place: where, what, and what for the mark that ends it; None where the mark stays.
_Opened = tuple[int, bytes, bytes] | None


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
    return _resolved(page, _opened) if _START_BYTE in page else page


def resolve_part(part: str) -> str:
    """The same for a part of a page that is kept; marks stay whose place only the rest of the page decides."""
    return _resolved(part.encode(), _opened_in_part).decode() if _START in part else part


def _resolved(page: bytes, opened: Callable[[bytes, int], _Opened]) -> bytes:
    # Only what stands around each mark is looked at: a page has 50 kB of markup and a few marks.
    written: list[tuple[int, int, bytes]] = []
    closings: list[bytes | None] = []
    for at in _marks(page):
        if page[at : at + 1] == _START_BYTE:
            found = opened(page, at)
            closings.append(found[2] if found else None)
            if found:
                written.append((at, found[0], found[1]))
        elif (closing := closings.pop() if closings else b"") is not None:
            written.append((at, at, closing))
    return b"".join(_joined(page, written))


def _marks(page: bytes) -> Iterator[int]:
    """The places of all marks, rising."""
    start, end = page.find(_START_BYTE), page.find(_END_BYTE)
    while start >= 0 or end >= 0:
        if end < 0 or 0 <= start < end:
            yield start
            start = page.find(_START_BYTE, start + 1)
        else:
            yield end
            end = page.find(_END_BYTE, end + 1)


def _opened(page: bytes, at: int) -> tuple[int, bytes, bytes]:
    tag_begin, tag_end = page.rfind(b"<", 0, at), page.rfind(b">", 0, at)
    if tag_begin > tag_end:
        # Inside of a tag: an attribute.
        return at, b"", b""
    name = _name_of_tag(page, max(tag_begin, 0))
    if name in _TEXT_ALONE:
        is_all = tag_end + 1 == at and page.startswith(b"</" + name + b">", page.find(_END_BYTE, at) + 1)
        return (tag_end, _LANG, b"") if is_all else (at, b"", b"")
    return (at, b"", b"") if name in _NO_MARKUP else (at, _OPENING, _CLOSING)


def _opened_in_part(part: bytes, at: int) -> _Opened:
    tag_begin, tag_end = part.rfind(b"<", 0, at), part.rfind(b">", 0, at)
    # Beside a message in an element that holds text alone a value may be filled in yet.
    if tag_begin < 0 or (tag_end > tag_begin and _name_of_tag(part, tag_begin) in _TEXT_ALONE):
        return None
    return _opened(part, at)


def _name_of_tag(page: bytes, begin: int) -> bytes:
    found = _TAG_NAME.match(page, begin)
    return found[1].lower() if found else b""


def _joined(page: bytes, written: Iterable[tuple[int, int, bytes]]) -> Iterator[bytes]:
    """The parts of a page with what is written for each mark, and where; the marks themselves are left out."""
    done = 0
    for at, place, text in written:
        yield from (page[done:place], text, page[place:at])
        done = at + 1
    yield page[done:]


def without_marks(text: str) -> str:
    """A text that has no place for the language of its parts, such as a drawing."""
    return text.replace(_START, "").replace(_END, "")
