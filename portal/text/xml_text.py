"""Text inside XML: escaped, and without the characters that XML 1.0 has no way to write."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

# Source: XML 1.0 (fifth edition), production 2 "Char".
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def xml_text(text: str) -> str:
    """The text between two tags."""
    return escape(_FORBIDDEN.sub("", text) if not text.isprintable() else text)


def xml_attribute(value: str) -> str:
    """The value of an attribute, with its quotation marks."""
    return quoteattr(_FORBIDDEN.sub("", value) if not value.isprintable() else value)


def xml_element(name: str, text: str, attributes: dict[str, str] | None = None) -> str:
    """An element with a text; attributes without a value are left out."""
    written = "".join(f" {key}={xml_attribute(value)}" for key, value in (attributes or {}).items() if value)
    return f"<{name}{written}>{xml_text(text)}</{name}>" if text else f"<{name}{written}/>"
