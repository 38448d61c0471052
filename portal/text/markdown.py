"""Texts that people type: what is cleaned before it is stored, and how it becomes safe HTML or one line of text.

`text.blocks` finds paragraphs and lists; within them, emphasis, links and code are those of Markdown.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

from portal.text.blocks import Block, Heading, ListBlock, Paragraph, Quote, TableBlock, parse_blocks
from portal.text.cleaning import clean_paragraphs, is_clean_line, repair
from portal.text.lists import ListItem, is_item
from portal.text.markup import has_markup, plain_from_html

_ABSOLUTE_URL = re.compile(r"https?://[^/]|mailto:", re.IGNORECASE)
_ALLOWED_TAGS = {
    *("p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote", "h3", "code", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ALLOWED_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "li": {"value"}}
_ESCAPABLE = frozenset("*_`[]<>#|-+.!")
_HARD_BREAK = "  \n"
_BLANK_LINES = re.compile(r"\n{3,}")


class _AbsoluteLinksMarkdown(MarkdownIt):
    """Markdown whose links lead to named places: with any other address a link stays the text it was written as."""

    def validateLink(self, url: str) -> bool:  # the library's name
        return _ABSOLUTE_URL.match(url) is not None


def _read_escape(state: StateInline, silent: bool) -> bool:
    """A backslash before a sign of Markdown; in `C:\\new` and `\\\\server` it is part of a path."""
    at = state.pos
    if state.src[at] != "\\" or state.src[at + 1 : at + 2] not in _ESCAPABLE or at + 1 >= state.posMax:
        return False
    before = state.src[at - 1 : at] if at else ""
    if state.src[at + 1] != "*" and (before.isalnum() or before in (":", "\\")):
        return False
    if not silent:
        token = state.push("text_special", "", 0)
        token.content, token.markup, token.info = state.src[at + 1], state.src[at : at + 2], "escape"
    state.pos += 2
    return True


def _read_emphasis(state: StateInline, silent: bool) -> bool:
    """Emphasis of whole words only: the library also splits words at asterisks, as in 5*3*2."""
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    scanned = state.scanDelims(state.pos, False)
    for _ in range(scanned.length):
        state.push("text", "", 0).content = marker
        state.delimiters.append(
            Delimiter(ord(marker), scanned.length, len(state.tokens) - 1, -1, scanned.can_open, scanned.can_close)
        )
    state.pos += scanned.length
    return True


_INLINE = _AbsoluteLinksMarkdown("commonmark", {"html": False}).disable(["image", "html_inline"])
_INLINE.inline.ruler.at("escape", _read_escape)
_INLINE.inline.ruler.at("emphasis", _read_emphasis)


def clean_markdown(text: str) -> str:
    """Several lines of plain Markdown from a form, as they are stored: HTML becomes what it means as plain text."""
    return clean_paragraphs(plain_from_html(repair(text), keep_links=True))


def clean_cell_markdown(text: str) -> str:
    """The same text from a file: characters stay as the file composes them, and spaces are single."""
    if is_clean_line(text) and not has_markup(text):
        return text
    lines = []
    for line in plain_from_html(repair(text), keep_links=True).split("\n"):
        # The indent of an item says which item it belongs to.
        indent = line[: len(line) - len(line.lstrip())].expandtabs(4) if is_item(line) else ""
        lines.append(indent + " ".join(line.split()))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def clean_own_markdown(text: str) -> str:
    """The same text from one of our own files: no-break spaces, indents and repeated spaces stay too."""
    if is_clean_line(text) and not has_markup(text):
        return text
    lines = (line.rstrip() for line in plain_from_html(repair(text), keep_links=True).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def render_html(text: str) -> str:
    """Plain Markdown as HTML that may stand in a page: no raw HTML, no images, links to http(s) and mail only.

    Headings of the text rank below those of the page. The result may be marked as safe by the one place that
    shows it.
    """
    return _render(parse_blocks(text))


def render_first_paragraph(text: str) -> tuple[str, str]:
    """The first paragraph and the rest, as HTML; the first is empty where the text begins with something else."""
    blocks = parse_blocks(text)
    has_lede = bool(blocks) and isinstance(blocks[0], Paragraph)
    return _render(blocks[:has_lede]), _render(blocks[has_lede:])


def plain_text(text: str) -> str:
    """The text on one line without the signs of Markdown; items keep their numbers, or have a bullet."""
    return " ".join(" ".join(map(_plain_block, parse_blocks(text))).split())


def _render(blocks: Sequence[Block]) -> str:
    return nh3.clean(
        "".join(map(_render_block, blocks)),
        tags=_ALLOWED_TAGS,
        attributes=_ALLOWED_ATTRIBUTES,
        attribute_filter=_drop_relative_link,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener ugc",
    )


def _render_block(block: Block) -> str:
    match block:
        case Paragraph(lines):
            return f"<p>{_render_lines(lines)}</p>\n"
        case Heading(text):
            return f"<h3>{_render_lines([text])}</h3>\n"
        case ListBlock(items):
            return _render_items(items)
        case Quote(blocks):
            return f"<blockquote>\n{''.join(map(_render_block, blocks))}</blockquote>\n"
        case TableBlock(header, rows):
            body = "".join(_render_row(row, "td") for row in rows)
            return f"<table><thead>{_render_row(header, 'th')}</thead><tbody>{body}</tbody></table>\n"
        case _:
            return "<hr>\n"


def _render_row(cells: Sequence[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{_render_lines([cell])}</{tag}>" for cell in cells) + "</tr>"


def _render_items(items: Sequence[ListItem]) -> str:
    if not items:
        return ""
    tag, number, parts = "ul" if items[0].number is None else "ol", items[0].number, []
    for item in items:
        value = "" if item.number == number else f' value="{item.number}"'
        parts.append(f"<li{value}>{_render_lines(item.lines)}{_render_items(item.children)}</li>\n")
        number = None if item.number is None else item.number + 1
    start = "" if items[0].number in (None, 1) else f' start="{items[0].number}"'
    return f"<{tag}{start}>\n{''.join(parts)}</{tag}>\n"


def _render_lines(lines: Sequence[str]) -> str:
    rendered: str = _INLINE.renderInline(_HARD_BREAK.join(lines))
    return rendered


def _plain_block(block: Block) -> str:
    match block:
        case Paragraph(lines):
            return _plain_lines(lines)
        case Heading(text):
            return _plain_lines([text])
        case ListBlock(items):
            return _plain_items(items)
        case Quote(blocks):
            return " ".join(map(_plain_block, blocks))
        case TableBlock(header, rows):
            return "; ".join(" | ".join(_plain_lines([cell]) for cell in row) for row in (header, *rows))
        case _:
            return ""


def _plain_items(items: Sequence[ListItem]) -> str:
    return " ".join(
        f"{'•' if item.number is None else f'{item.number}.'} {_plain_lines(item.lines)} {_plain_items(item.children)}"
        for item in items
    )


def _plain_lines(lines: Sequence[str]) -> str:
    return html.unescape(nh3.clean(_render_lines(lines), tags=set()))


def _drop_relative_link(_element: str, attribute: str, value: str) -> str | None:
    """Drop the address of a link that begins with no scheme: `//host` would lead away and not say so."""
    return value if attribute != "href" or _ABSOLUTE_URL.match(value) else None
