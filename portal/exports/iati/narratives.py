"""Narratives: the texts of IATI, each in a language."""

from __future__ import annotations

from portal.text.xml_text import content


def narrative(text: str, language: str = "") -> str:
    """The element that holds a text; `language` is a code of ISO 639-1, "" for one that is not stated."""
    stated = f' xml:lang="{language}"' if language else ""
    return f"<narrative{stated}>{content(text)}</narrative>"
