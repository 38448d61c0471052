"""Texts that people type: what is cleaned before it is stored, and how plain Markdown becomes safe HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from portal.text.cleaning import clean_paragraphs

_ABSOLUTE_URL = re.compile(r"https?://[^/]|mailto:", re.IGNORECASE)
_ALLOWED_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote", "h3", "h4", "code", "hr"}


class _AbsoluteLinksMarkdown(MarkdownIt):
    """Markdown whose links lead to named places: with any other address a link stays the text it was written as."""

    def validateLink(self, url: str) -> bool:  # the library's name
        return _ABSOLUTE_URL.match(url) is not None


_MARKDOWN = _AbsoluteLinksMarkdown("commonmark", {"html": False}).disable(["image", "html_inline", "html_block"])
_WITH_HTML = MarkdownIt("commonmark", {"html": True})
_MAX_STRIP_PASSES = 5


def clean_markdown(text: str) -> str:
    """Several lines of plain Markdown as they are stored: without HTML, whose text stays where it says something."""
    text = clean_paragraphs(text)
    for _ in range(_MAX_STRIP_PASSES):
        found = {token.content for token in _flat_tokens(text) if token.type in ("html_inline", "html_block")}
        if not found:
            return text
        for raw in sorted(found, key=len, reverse=True):
            words = nh3.clean(raw, tags=set(), clean_content_tags={"script", "style"})
            text = clean_paragraphs(text.replace(raw.strip("\n"), words.strip("\n")))
    # Whoever nests HTML this deep means harm; the sign that begins it goes.
    return text.replace("<", "")


def split_first_paragraph(text: str) -> tuple[str, str]:
    """A Markdown text cut after its first paragraph; the first part is empty when it begins with something else."""
    tokens = _MARKDOWN.parse(text)
    if not tokens or tokens[0].type != "paragraph_open" or tokens[0].map is None:
        return "", text
    lines = text.split("\n")
    end = tokens[0].map[1]
    return "\n".join(lines[:end]), "\n".join(lines[end:]).strip("\n")


def render_html(text: str) -> str:
    """Plain Markdown as HTML that may stand in a page: no raw HTML, no images, links to http(s) and mail only.

    Headings of the text rank below those of the page. The result may be marked as safe by the one place that
    shows it.
    """
    html = _MARKDOWN.render(text)
    html = re.sub(r"<(/?)h[1-2]>", r"<\1h3>", re.sub(r"<(/?)h[3-6]>", r"<\1h4>", html))
    return nh3.clean(
        html,
        tags=_ALLOWED_TAGS,
        attributes={"a": {"href"}},
        attribute_filter=_drop_relative_link,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener ugc",
    )


def _drop_relative_link(_element: str, attribute: str, value: str) -> str | None:
    """Drop the address of a link that begins with no scheme: `//host` would lead away and not say so."""
    return value if attribute != "href" or _ABSOLUTE_URL.match(value) else None


def _flat_tokens(text: str) -> Iterator[Token]:
    for token in _WITH_HTML.parse(text):
        yield token
        yield from token.children or ()
