"""Cleaning of texts from forms, files and query strings: removes invisible characters and collapses white space."""

from __future__ import annotations

import re
import unicodedata

from portal.i18n.catalogues import gettext
from portal.text.decoding import restore

# Control characters except tab and line feed, zero-width characters, bidirectional formatting characters, surrogates
# and noncharacters. Joiners (U+200C, U+200D) stay: Persian and emoji need them. C1 controls stay too where
# portal.text.decoding cannot read them back, because they stand for a letter that is lost.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)
# Presentations, word processors and Unicode each have line ends of their own; Excel writes some as text ("_x000D_").
_LINE_ENDS = re.compile(r"(?:\r\n|[\n\r\x0b\x0c\u2028\u2029])")
_ESCAPED_CONTROL = re.compile(r"_x00(0[0-9A-F]|1[0-9A-F]|7F)_", re.IGNORECASE)
_ESCAPE_START = "_x00"
# In a query string, control characters separate words; zero-width characters are part of one, as in the texts.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_ZERO_WIDTH = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_BLANK_LINES = re.compile(r"\n{3,}")
# What one repair uncovers, such as an escape within an escape, another one repairs.
_MAX_PASSES = 5


def remove_invisible(text: str) -> str:
    """The text without invisible characters. Most texts are printable, and returned unchanged at once."""
    return text if text.isprintable() else _INVISIBLE.sub("", text)


def repair(text: str) -> str:
    """The text as it was meant: escapes of Excel and wrongly decoded characters read back, nothing invisible.

    Every cleaner begins with it. Line ends of any kind are line feeds afterwards. Repairing it again changes nothing.
    """
    for _ in range(_MAX_PASSES):
        if text.isprintable() and _ESCAPE_START not in text:
            break
        before = text
        unescaped = _ESCAPED_CONTROL.sub(lambda escape: chr(int(escape[1], 16)), before)
        text = remove_invisible(restore(normalise_line_ends(unescaped)))
        if text == before:
            break
    return text


def describe_repairs(text: str) -> list[str]:
    """What `repair` does to a text, a sentence for each kind of repair; converted line ends are none."""
    unescaped = _ESCAPED_CONTROL.sub(lambda escape: chr(int(escape[1], 16)), text)
    restored = restore(normalise_line_ends(unescaped))
    sentences = []
    if unescaped != text:
        sentences.append(gettext("Control characters that Excel writes as “_x000D_” were read as what they are."))
    if restored != normalise_line_ends(unescaped):
        read_back = "".join(dict.fromkeys(letter for letter in restored if letter not in unescaped))
        sentences.append(gettext("Wrongly decoded characters were read back: %(letters)s", letters=read_back))
    if remove_invisible(restored) != restored:
        sentences.append(gettext("Invisible characters were removed."))
    return sentences


def is_clean_line(text: str) -> bool:
    """True if cleaning would not change the line: printable, single spaces only, none at either end."""
    is_printable = text.isprintable() and _ESCAPE_START not in text
    return is_printable and "  " not in text and text[:1] != " " and text[-1:] != " "


def clean_line(text: str) -> str:
    """One line of plain text from a form: NFC, single spaces, no invisible characters."""
    return " ".join(unicodedata.normalize("NFC", repair(text)).split())


def clean_paragraphs(text: str) -> str:
    """Lines of plain Markdown from a form: NFC, no invisible characters, at most one blank line in a row.

    Indentation is preserved.
    """
    lines = (line.rstrip() for line in unicodedata.normalize("NFC", repair(text)).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def clean_cell(text: str) -> str:
    """One line of plain text from a file: single spaces, no invisible characters; not normalised to NFC."""
    return text if is_clean_line(text) else " ".join(repair(text).split())


def clean_cell_lines(text: str) -> str:
    """Lines of plain text from a file, without blank lines and indentation; not normalised to NFC."""
    if is_clean_line(text):
        return text
    lines = repair(text).split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def clean_query_value(text: str) -> str:
    """A value of a query string: single spaces, nothing that can be neither printed nor searched for."""
    return " ".join(_ZERO_WIDTH.sub("", _CONTROL.sub(" ", text)).split())


def normalise_line_ends(text: str) -> str:
    return _LINE_ENDS.sub("\n", text)
