"""Cleaning of texts from forms, files and query strings: removes invisible characters and collapses white space."""

from __future__ import annotations

import re
import unicodedata

# Control characters except tab and line feed, zero-width characters, bidirectional formatting characters, surrogates
# and noncharacters. Joiners (U+200C, U+200D) stay: Persian and emoji need them.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)
# In a query string, control characters separate words; zero-width characters are part of one, as in the texts.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_ZERO_WIDTH = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def remove_invisible(text: str) -> str:
    """The text without invisible characters. Most texts are printable, and returned unchanged at once."""
    return text if text.isprintable() else _INVISIBLE.sub("", text)


def is_clean_line(text: str) -> bool:
    """True if cleaning would not change the line: printable, single spaces only, none at either end."""
    return text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " "


def clean_line(text: str) -> str:
    """One line of plain text from a form: NFC, single spaces, no invisible characters."""
    return " ".join(unicodedata.normalize("NFC", remove_invisible(text.replace("\t", " "))).split())


def clean_paragraphs(text: str) -> str:
    """Lines of plain Markdown from a form: NFC, no invisible characters, at most one blank line in a row.

    Indentation is preserved.
    """
    visible = remove_invisible(normalise_line_ends(text))
    lines = (line.rstrip() for line in unicodedata.normalize("NFC", visible).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def clean_cell(text: str) -> str:
    """One line of plain text from a file: single spaces, no invisible characters; not normalised to NFC."""
    return text if is_clean_line(text) else " ".join(remove_invisible(text).split())


def clean_cell_lines(text: str) -> str:
    """Lines of plain text from a file, without blank lines and indentation; not normalised to NFC."""
    if is_clean_line(text):
        return text
    lines = remove_invisible(normalise_line_ends(text)).split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def clean_query_value(text: str) -> str:
    """A value of a query string: single spaces, nothing that can be neither printed nor searched for."""
    return " ".join(_ZERO_WIDTH.sub("", _CONTROL.sub(" ", text)).split())


def normalise_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
