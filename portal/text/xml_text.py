"""Text as XML 1.0 holds it."""

from __future__ import annotations

import re

# What no XML 1.0 file can hold, not even as a reference.
_FORBIDDEN_RANGE = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_FORBIDDEN = re.compile(f"[{_FORBIDDEN_RANGE}]")
# Most texts have nothing that is special in XML, and looking is much faster than translating.
_SPECIAL = re.compile(f"[&<>\r{_FORBIDDEN_RANGE}]")
_SPECIAL_IN_ATTRIBUTE = re.compile(f'[&<>"\n\t\r{_FORBIDDEN_RANGE}]')
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ATTRIBUTE_ESCAPES = _ESCAPES | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


def has_forbidden_characters(text: str) -> bool:
    return _FORBIDDEN.search(text) is not None


def content(text: str) -> str:
    """Text of an element; characters that XML forbids are removed."""
    return _allowed(text).translate(_ESCAPES) if _SPECIAL.search(text) else text


def attribute(text: str) -> str:
    """The value of an attribute, without its quotes; characters that XML forbids are removed."""
    return _allowed(text).translate(_ATTRIBUTE_ESCAPES) if _SPECIAL_IN_ATTRIBUTE.search(text) else text


def element(name: str, text: str, attributes: dict[str, str] | None = None) -> str:
    """An element with a text; attributes without a value are left out."""
    written = "".join(f' {key}="{attribute(value)}"' for key, value in (attributes or {}).items() if value)
    return f"<{name}{written}>{content(text)}</{name}>" if text else f"<{name}{written}/>"


def _allowed(text: str) -> str:
    # Every reader of XML makes a line feed of a carriage return.
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
