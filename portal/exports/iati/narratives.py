"""Narratives: the texts of IATI, each in a language."""

from __future__ import annotations

from collections.abc import Iterator

from portal.exports.iati.omissions import Omit, Reason
from portal.exports.record import Record
from portal.text.xml_text import content, has_forbidden_characters
from portal.vocabulary.translations import TRANSLATIONS


def narrative(text: str, language: str = "") -> str:
    """The element that holds a text; `language` is a code of ISO 639-1, "" for one that is not stated."""
    stated = f' xml:lang="{language}"' if language else ""
    return f"<narrative{stated}>{content(text)}</narrative>"


def translated_narratives(record: Record, field: str, omit: Omit) -> str:
    """The translations of a title or summary by people. IATI cannot say that a machine made one: those are left out."""
    elements = ""
    for name, language, text in _of_field(record, field):
        if record.translations[name].is_machine:
            omit(name, Reason.MACHINE)
            continue
        if has_forbidden_characters(text):
            omit(name, Reason.CHARACTERS)
        elements += narrative(text, language)
    return elements


def machine_translations(record: Record) -> str:
    """The translations by machines, for whoever reads our files back."""
    return "".join(
        f'<portal:translation of="{field}" xml:lang="{language}" machine="true">{content(text)}</portal:translation>'
        for field in ("title", "summary")
        for name, language, text in _of_field(record, field)
        if record.translations[name].is_machine
    )


def outdated_translations(record: Record) -> list[str]:
    """The names of the translations that are older than their source."""
    return [name for name in TRANSLATIONS if name in record.translations and record.translations[name].is_outdated]


def _of_field(record: Record, field: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, language and text of the translations of a field."""
    for name, (of, language) in TRANSLATIONS.items():
        if of == field and name in record.translations:
            yield name, language, record.translations[name].text
