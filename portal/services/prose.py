"""Texts that people type: what is cleaned before it is stored, and how plain Markdown becomes safe HTML."""

from __future__ import annotations

import re
import unicodedata

import nh3
from markdown_it import MarkdownIt

# Control characters, what turns the direction of writing unseen, and halves of characters.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\n{3,}")
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote", "h3", "h4", "code", "hr"}
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable(["image", "html_inline", "html_block"])


def line(text: str) -> str:
    """One line of plain text: composed characters, single spaces, nothing unseen."""
    return " ".join(unicodedata.normalize("NFC", _UNSEEN.sub("", text.replace("\t", " "))).split())


def paragraphs(text: str) -> str:
    """Several lines of plain Markdown: blank lines and indents stay, what is unseen goes."""
    bare = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (one.rstrip() for one in unicodedata.normalize("NFC", bare).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def as_html(text: str) -> str:
    """Plain Markdown as HTML that may stand in a page: no raw HTML, no images, links to http(s) and mail only.

    Headings of the text rank below those of the page. The result may be marked as safe by the one place that
    shows it.
    """
    html = _MARKDOWN.render(text)
    html = re.sub(r"<(/?)h[1-2]>", r"<\1h3>", re.sub(r"<(/?)h[3-6]>", r"<\1h4>", html))
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener ugc",
    )
