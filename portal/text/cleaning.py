"""Texts that people type: what is cleaned before it is stored."""

from __future__ import annotations

import re
import unicodedata

# Control characters, what has no width or turns the direction of writing unseen, halves of characters, and none.
# Joiners (U+200C, U+200D) stay: Persian and emoji need them.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)


_BLANK_LINES = re.compile(r"\n{3,}")


def clean_line(text: str) -> str:
    """One line of plain text: composed characters, single spaces, nothing unseen."""
    return " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub("", text.replace("\t", " "))).split())


def clean_paragraphs(text: str) -> str:
    """Several lines of plain Markdown: blank lines and indents stay, what is unseen goes."""
    bare = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (one.rstrip() for one in unicodedata.normalize("NFC", bare).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
