"""Plain Markdown: cleaned before it is stored, and rendered as safe HTML."""

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
    """Markdown in which only absolute http(s) and mailto links are links; others remain as written."""

    def validateLink(self, url: str) -> bool:  # the library's name
        return _ABSOLUTE_URL.match(url) is not None


_MARKDOWN = _AbsoluteLinksMarkdown("commonmark", {"html": False}).disable(["image", "html_inline", "html_block"])
_WITH_HTML = MarkdownIt("commonmark", {"html": True})
_MAX_STRIP_PASSES = 5


def clean_markdown(text: str) -> str:
    """Plain Markdown as it is stored: without HTML, whose text remains except that of scripts and styles."""
    text = clean_paragraphs(text)
    for _ in range(_MAX_STRIP_PASSES):
        html_parts = {token.content for token in _flat_tokens(text) if token.type in ("html_inline", "html_block")}
        if not html_parts:
            return text
        for html in sorted(html_parts, key=len, reverse=True):
            plain = nh3.clean(html, tags=set(), clean_content_tags={"script", "style"})
            text = clean_paragraphs(text.replace(html.strip("\n"), plain.strip("\n")))
    # Only an attack nests HTML this deep, so remove every opening bracket.
    return text.replace("<", "")


def split_first_paragraph(text: str) -> tuple[str, str]:
    """The first paragraph and the rest; the first part is "" if the text does not start with a paragraph."""
    tokens = _MARKDOWN.parse(text)
    if not tokens or tokens[0].type != "paragraph_open" or tokens[0].map is None:
        return "", text
    lines = text.split("\n")
    end = tokens[0].map[1]
    return "\n".join(lines[:end]), "\n".join(lines[end:]).strip("\n")


def render_html(text: str) -> str:
    """Plain Markdown as safe HTML: no raw HTML, no images, only http(s) and mailto links.

    Headings become h3 and h4, below those of the page. Templates may mark the result as safe.
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
    """Drop a link target without a scheme: `//host` would lead to another site unnoticed."""
    return value if attribute != "href" or _ABSOLUTE_URL.match(value) else None


def _flat_tokens(text: str) -> Iterator[Token]:
    for token in _WITH_HTML.parse(text):
        yield token
        yield from token.children or ()
