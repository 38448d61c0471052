"""Texts of records on pages: Markdown as safe HTML, or as plain text where markup does not fit.

The only module that marks user input as safe HTML; `text.markdown` sanitises it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from portal.text import markdown

_CACHE_SIZE = 2_048
# A text without any of these is the same as Markdown and as plain text.
_MARKDOWN_CHARACTERS = re.compile(r"[*_`<>&\\\[\]|]")
_MARKDOWN_SYNTAX = re.compile(r"[*_`<>&\\\[\]|]|^\s*(?:[^\w\s(\"'“‘«¿¡]|[0-9]+[.)] )|\w[-\N{HYPHEN}]\n", re.MULTILINE)


@dataclass(frozen=True)
class RenderedText:
    """A text as its page shows it: the first paragraph and the rest, either of which may be empty."""

    lede: Markup
    rest: Markup


@lru_cache(_CACHE_SIZE)
def render_text(source: str) -> RenderedText:
    """Markdown as safe HTML."""
    lede, rest = markdown.render_first_paragraph(source)
    return RenderedText(Markup(lede), Markup(rest))  # noqa: S704 # sanitised by text.markdown


@lru_cache(_CACHE_SIZE)
def plain_text(source: str) -> str:
    """The text without Markdown syntax, on one line, for lists and meta descriptions."""
    return markdown.plain_text(source) if _may_be_markdown(source) else " ".join(source.split())


def _may_be_markdown(source: str) -> bool:
    if "\n" in source:
        return bool(_MARKDOWN_SYNTAX.search(source))
    # One line, as most: to look for a line's start at each character takes ten times as long.
    return bool(_MARKDOWN_CHARACTERS.search(source) or _MARKDOWN_SYNTAX.match(source))


FILTERS = {"markdown": render_text, "plain": plain_text}
