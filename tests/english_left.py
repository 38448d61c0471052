"""English that a page of another language should not have: messages of its catalogue, and names of terms."""

import re
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from portal.vocabulary.term_lists import read_term_list
from tests.pages import elements

FOLDER = Path(__file__).parents[1] / "portal" / "translations"
FACETS = ("status", "type", "theme", "region", "coverage", "country", "sdg", "gcm")
# What a message holds besides words: markup, placeholders and line breaks, each of which may be another element.
_BETWEEN = re.compile(r"<[^>]*>|%\(\w+\)[a-z]|\n\n")
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
_NUMBER = re.compile(r"\d(?:[\d.,\s]*\d)?")
_WORD = re.compile(r"[^\W\d_]+")
# A part of fewer words is only looked for as a whole text: "of" and "in the" stand in names of other languages too.
_LONG = 3
_MARKS = " .,:;!?()“”«»…"
_UNREAD = frozenset(("script", "style", "template", "code", "pre"))
_SPOKEN = ("title", "aria-label", "placeholder", "alt")


def found(root, language):
    """The texts of a page, given as its parsed root, that are English where the language has words of its own."""
    texts = [fold(text) for text in said(root)]
    return sorted({text for text in texts if is_english(text, language)})


def marks(page):
    """The marked messages of a page as text: those that its catalogue lacks."""
    return re.findall(r'<span lang="en">(.*?)</span>', page, re.DOTALL)


def fold(text):
    return " ".join(text.split())


def said(root):
    """Yield what is read of a page in its own language: texts, and attributes that are read out."""
    for path, element in elements(root):
        if not (_UNREAD & {*path, element.name} or is_foreign(element)):
            yield from (child.data or "" for child in element.children if child.name == "#text")
            yield from (element.attrs[name] or "" for name in _SPOKEN if name in element.attrs)
            if element.attrs.get("name") == "description":
                yield element.attrs["content"]


def is_foreign(element):
    """Whether the element, or what it stands in, says that it is in a language other than that of the page."""
    while element is not None and element.name != "html":
        if "lang" in (element.attrs or {}):
            return True
        element = element.parent
    return False


def is_english(text, language):
    whole, parts = english(language)
    if bare(text) in whole:
        return True
    words = _WORD.findall(text)
    near = {part for trio in zip(words, words[1:], words[2:], strict=False) for part in parts.get(trio, ())}
    return any(part in text for part in near)


@cache
def english(language):
    """What is English and not also a text of this language: whole texts, and long parts by their first three words."""
    whole, parts, same = set(), {}, set()
    for source, translation in pairs(language):
        same |= {bare(translation), *map(bare, pieces(translation))}
        whole.add(bare(source))
        for part in pieces(source):
            words = tuple(_WORD.findall(part))
            if len(words) >= _LONG and part not in translation:
                parts.setdefault(words[:_LONG], set()).add(part)
    return frozenset(one for one in whole - same if _WORD.search(one)), parts


def bare(text):
    """A text without the marks at its ends; each number is 0, and so is a placeholder."""
    return _NUMBER.sub("0", _PLACEHOLDER.sub("0", text)).strip(_MARKS)


def pieces(text):
    """A message without what stands between its words."""
    return [fold(piece).strip(_MARKS) for piece in _BETWEEN.split(text.replace("%%", "%"))]


def pairs(language):
    """Yield English and translation of every form of every message, and of every name of a term."""
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        for message in read_po(file):
            ids, strings = forms(message.id), forms(message.string)
            if message.id:
                yield from ((fold(ids[min(at, len(ids) - 1)]), fold(string)) for at, string in enumerate(strings))
    for facet in FACETS:
        for row in read_term_list(facet):
            if language in row.names:
                yield row.names["en"], row.names[language]


def forms(text):
    return text if isinstance(text, (tuple, list)) else (text,)
