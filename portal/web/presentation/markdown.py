"""Texts of records on pages: plain Markdown as safe HTML, and as plain words where only words fit.

The one module that marks what people wrote as safe; services.prose decides what may be in it.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache

import nh3
from markupsafe import Markup

from portal.text import markdown

_KEPT = 2_048
# Without one of these a text says the same as Markdown and as plain words.
_MARKS = re.compile(r"[*_`<>&\\\[\]]|^\s*(?:#|[-+] |\d+[.)] )", re.MULTILINE)


@dataclass(frozen=True)
class Text:
    """A text as its page shows it: the first paragraph, and the rest; either may be empty."""

    lede: Markup
    rest: Markup


@lru_cache(_KEPT)
def text(source: str) -> Text:
    """Plain Markdown as safe HTML.

    A text without a blank line comes from a table, where each line is a paragraph.
    """
    if "\n\n" not in source:
        source = source.replace("\n", "\n\n")
    first, rest = markdown.first_paragraph(source)
    return Text(_safe(first), _safe(rest))


@lru_cache(_KEPT)
def plain(source: str) -> str:
    """The words of a text without their Markdown, in one line, for lists and descriptions."""
    if _MARKS.search(source):
        source = html.unescape(nh3.clean(markdown.as_html(source), tags=set()))
    return " ".join(source.split())


def _safe(source: str) -> Markup:
    return Markup(markdown.as_html(source))  # noqa: S704 # sanitised by prose


FILTERS = {"text": text, "plain": plain}
