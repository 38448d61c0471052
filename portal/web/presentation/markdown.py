"""Texts of records on pages: Markdown as safe HTML, or as plain text where markup does not fit.

The only module that marks user input as safe HTML; `text.markdown` sanitises it.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache

import nh3
from markupsafe import Markup

from portal.text import markdown

_CACHE_SIZE = 2_048
# A text without any of these is the same as Markdown and as plain text.
_MARKDOWN_SYNTAX = re.compile(r"[*_`<>&\\\[\]]|^\s*(?:#|[-+] |\d+[.)] )", re.MULTILINE)


@dataclass(frozen=True)
class RenderedText:
    """A text as its page shows it: the first paragraph and the rest, either of which may be empty."""

    lede: Markup
    rest: Markup


@lru_cache(_CACHE_SIZE)
def render_text(source: str) -> RenderedText:
    """Markdown as safe HTML.

    A text without a blank line comes from a spreadsheet, where each line is a paragraph.
    """
    if "\n\n" not in source:
        source = source.replace("\n", "\n\n")
    first, rest = markdown.split_first_paragraph(source)
    return RenderedText(_safe(first), _safe(rest))


@lru_cache(_CACHE_SIZE)
def plain_text(source: str) -> str:
    """The text without Markdown syntax, on one line, for lists and meta descriptions."""
    if _MARKDOWN_SYNTAX.search(source):
        source = html.unescape(nh3.clean(markdown.render_html(source), tags=set()))
    return " ".join(source.split())


def _safe(source: str) -> Markup:
    return Markup(markdown.render_html(source))  # noqa: S704 # sanitised by text.markdown


FILTERS = {"markdown": render_text, "plain": plain_text}
