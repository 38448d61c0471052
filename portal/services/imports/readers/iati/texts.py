"""Texts of IATI: one language of those that an element has, and the several descriptions of an activity as one text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from portal.services.imports.readers.iati.element import XML_LANGUAGE, Element
from portal.text.languages import primary_language, read_language

_GENERAL = ("", "1")


class Text(NamedTuple):
    """`language` is a BCP 47 code, "" if the file states none that is known. `others` counts other languages."""

    text: str = ""
    language: str = ""
    others: int = 0


def chosen_text(element: Element | None, default_language: str) -> Text:
    """The text of an element in the default language of its activity, else the first one."""
    if element is None:
        return Text()
    language_above = element.get(XML_LANGUAGE) or default_language
    texts = [
        (narrative.get(XML_LANGUAGE) or language_above, text)
        for narrative in element.all("narrative")
        if (text := narrative.text.strip())
    ]
    if not texts:
        return Text(element.text.strip(), read_language(language_above) or "")
    wanted = primary_language(default_language)
    language, text = next((pair for pair in texts if primary_language(pair[0]) == wanted), texts[0])
    return Text(text, read_language(language) or "", len(texts) - 1)


def whole_description(elements: Iterable[Element], default_language: str) -> Text:
    """All descriptions, the general one first, as paragraphs of one text; a repeated one stands once."""
    ordered = sorted(elements, key=lambda element: element.get("type") not in _GENERAL)
    texts = [text for element in ordered if (text := chosen_text(element, default_language)).text]
    paragraphs = "\n\n".join(dict.fromkeys(text.text for text in texts))
    return Text(paragraphs, texts[0].language if texts else "", sum(text.others for text in texts))
