"""HTML that was pasted, exported or imported, turned into the plain text that its author meant.

Tags become line ends, list items or nothing; entities become their characters. Angle brackets that hold words, as in
"signed by <name of ministry>", are no tags and stay.
"""

from __future__ import annotations

import html
import re
from html.entities import html5

from portal.text.cleaning import repair

_ATTRIBUTE = r"""[\s/]++[A-Za-z_:@][\w:.@-]*+\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'=<>`]++)"""
_TAG = re.compile(
    rf"<(?P<slash>/?)(?P<name>[A-Za-z][A-Za-z0-9]*+(?::[A-Za-z0-9]++)?+)(?P<attributes>(?:{_ATTRIBUTE})*+)[\s/]*+>"
)
_AMPERSAND = r"(?:amp|AMP|#0*38|#[xX]0*26);"
_ENTITY = re.compile(rf"&(?:{_AMPERSAND})*+(#[0-9]{{1,7}};|#[xX][0-9a-fA-F]{{1,6}};|[A-Za-z][A-Za-z0-9]{{1,31}};)?")
_LINK = re.compile(
    r"""<a\s[^<>]{0,500}?href\s*=\s*["'](https?://[^"'\s<>()]{1,500})["'][^<>]{0,500}>([^<>\[\]\n]{1,500})</a\s*>""",
    re.IGNORECASE,
)
_RAISED = re.compile(r"<(sup|sub)>([0-9+-]{1,6})</\1>", re.IGNORECASE)
_RAISED_CHARACTERS = {
    "sup": str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"),
    "sub": str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋"),
}


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PARAGRAPH_TAGS = _names(
    "p div h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre hr figure caption article section header footer form"
)
_LINE_TAGS = _names("tr dt dd br li option")
_CELL_TAGS = _names("td th")
_HIDDEN_TAGS = _names("script style")
_INLINE_TAGS = _names(
    "a abbr acronym address applet area aside audio b base big body button canvas center cite code col colgroup data"
    " del details em embed fieldset figcaption font frame frameset head html i iframe img input ins kbd label legend"
    " link main map mark marquee math meta nav nobr noscript object output param picture q s samp select small source"
    " span strike strong sub summary sup svg tbody textarea tfoot thead time title tt u var video wbr"
)
# Names of elements that are no English words: a tag of them needs no other half to be one.
_CERTAIN_TAGS = _names("p div h1 h2 h3 h4 h5 h6 ul ol dl hr br li tr td th dt dd wbr")
_KNOWN_TAGS = _PARAGRAPH_TAGS | _LINE_TAGS | _CELL_TAGS | _HIDDEN_TAGS | _INLINE_TAGS
_LAYOUT_AFTER_TAG = re.compile(r"[ \t]*+\n?+[ \t]*+")
# The prefixes that office programs write: <o:p>, <st1:place>.
_OFFICE_PREFIXES = ("o", "w", "v", "m", "x", "st1")
_MAX_PASSES, _MAX_INDENTS = 5, 5


def has_markup(text: str) -> bool:
    """Whether the text may hold tags or entities; nearly every text does not."""
    return "<" in text or "&" in text


def plain_from_html(text: str, *, keep_links: bool = False) -> str:
    """The text without HTML, also where it was encoded more than once; converting it again changes nothing.

    `keep_links` writes links to web pages as Markdown does.
    """
    if not has_markup(text):
        return text
    for _ in range(_MAX_PASSES):
        before, text = text, repair(_convert(text, keep_links))
        if text == before:
            return text
    # Whoever nests HTML this deep means harm; the signs that begin it go.
    return text.replace("<", "").replace("&", "")


def decode_entities(text: str) -> str:
    """The text with the characters that entities mean, also those of an encoded ampersand ("&amp;eacute;").

    An entity ends with a semicolon: "AT&T" stays, and "&region=2" within an address.
    """
    return _ENTITY.sub(_decode_entity, text) if "&" in text and ";" in text else text


def _decode_entity(entity: re.Match[str]) -> str:
    name = entity[1] or ""
    if not name.startswith("#") and name not in html5:
        return f"&{name}"
    character = html.unescape(f"&{name}")
    return " " if character == "\N{NO-BREAK SPACE}" else character


def _convert(text: str, keep_links: bool) -> str:
    if "<" in text:
        text = _drop_between(_drop_between(text, "<!--", "-->"), "<?xml", ">")
        text = text.replace("<![CDATA[", "").replace("<![endif]>", "")
        text = _RAISED.sub(lambda tag: tag[2].translate(_RAISED_CHARACTERS[tag[1].lower()]), text)
        text = _LINK.sub(_markdown_link, text) if keep_links else text
        text = _TagReplacement(text).result()
    return decode_entities(text)


def _drop_between(text: str, start: str, end: str) -> str:
    parts, at = [], 0
    while (begin := text.find(start, at)) >= 0 and (stop := text.find(end, begin + len(start))) >= 0:
        parts.append(text[at:begin])
        at = stop + len(end)
    return "".join((*parts, text[at:]))


def _markdown_link(link: re.Match[str]) -> str:
    url, words = link[1], link[2].strip()
    return url if words == url else f"[{words}]({url})"


class _TagReplacement:
    """Replaces the tags of one text in their order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts: list[str] = []
        self._at = 0
        # The number of the last item of each open list; None for lists without numbers.
        self._numbers: list[int | None] = []
        self._is_first_cell = True

    def result(self) -> str:
        tags = [tag for tag in _TAG.finditer(self._text) if _is_element(tag["name"])]
        last_ends = {tag["name"].lower(): tag.start() for tag in tags if tag["slash"]}
        hidden = ""
        for tag in tags:
            name, is_end = tag["name"].lower(), bool(tag["slash"])
            end_follows = tag.start() < last_ends.get(name, -1)
            if hidden:
                if is_end and name == hidden:
                    hidden, self._at = "", tag.end()
            elif is_end or tag["attributes"] or name in _CERTAIN_TAGS or ":" in name or end_follows:
                self._replace(tag, name, is_end=is_end)
                hidden = name if name in _HIDDEN_TAGS and not is_end and end_follows else ""
        return "".join((*self._parts, self._text[self._at :]))

    def _replace(self, tag: re.Match[str], name: str, *, is_end: bool) -> None:
        replacement = self._words_for(name, is_end=is_end)
        before, after = self._text[self._at : tag.start()], tag.end()
        if "\n" in replacement:
            before = before.rstrip(" \t").removesuffix("\n").rstrip(" \t")
            layout = _LAYOUT_AFTER_TAG.match(self._text, after)
            after = layout.end() if layout else after
        self._parts += before, replacement
        self._at = after

    def _words_for(self, name: str, *, is_end: bool) -> str:
        if name in ("ul", "ol"):
            if not is_end:
                self._numbers.append(0 if name == "ol" else None)
            elif self._numbers:
                self._numbers.pop()
            return "\n" if self._numbers else "\n\n"
        if name == "li":
            return "" if is_end else "\n" + self._next_item_mark()
        if name in _CELL_TAGS:
            separator = "" if is_end or self._is_first_cell else " | "
            self._is_first_cell = False
            return separator
        if name == "tr":
            self._is_first_cell = True
        if name in _PARAGRAPH_TAGS:
            return "\n\n"
        return "\n" if name in _LINE_TAGS and (name == "br" or not is_end) else ""

    def _next_item_mark(self) -> str:
        indent = "  " * min(max(len(self._numbers) - 1, 0), _MAX_INDENTS)
        if not self._numbers or (number := self._numbers[-1]) is None:
            return f"{indent}- "
        self._numbers[-1] = number + 1
        return f"{indent}{number + 1}. "


def _is_element(name: str) -> bool:
    """Whether HTML has this element, or an office program writes it."""
    prefix, _, rest = name.lower().partition(":")
    return prefix in _OFFICE_PREFIXES if rest else prefix in _KNOWN_TAGS
