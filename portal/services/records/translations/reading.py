"""Reads the translations of a form or of a row: texts in other languages than that of the source."""

from __future__ import annotations

from babel import Locale

from portal.i18n.catalogues import N_, gettext
from portal.i18n.current import current_locale
from portal.i18n.quoting import quoted
from portal.services.records.field_values import FieldValidation
from portal.services.records.values import Translation
from portal.text.languages import primary_language, read_language
from portal.vocabulary.translations import RECORD_LANGUAGES, SOURCE_LANGUAGES, TRANSLATIONS

MACHINE, OUTDATED = "machine_translations", "outdated_translations"


_CORRECT = {
    "title": N_("Correct the title, empty this text, or correct the language of the source."),
    "summary": N_("Correct the summary, empty this text, or correct the language of the source."),
}
_EMPTY = {
    "title": (
        N_("The title is empty, so this translates nothing."),
        N_("Enter the source in title, and its language."),
    ),
    "summary": (
        N_("The summary is empty, so this translates nothing."),
        N_("Enter the source in summary, and its language."),
    ),
}


def read_translations(project: FieldValidation, title: str, summary: str) -> tuple[Translation, ...]:
    """The translations of these sources, sorted by name; one that has no source, or repeats its language, is refused.

    Each counts as made from the present source, unless a file says that it is older.
    """
    stated = [name for name in sorted(TRANSLATIONS) if project.raw(name).strip()]
    if not stated:
        return ()
    machine, outdated = set(read_names(project, MACHINE)), set(read_names(project, OUTDATED))
    sources, found = {"title": title, "summary": summary}, []
    for name in stated:
        field, _ = TRANSLATIONS[name]
        text = _text(project, name)
        if text and _is_translation(project, name, text, sources[field]):
            source = None if name in outdated else sources[field]
            found.append(Translation(name, text, name in machine, source))
    return tuple(found)


def source_from_translations(project: FieldValidation, field: str) -> str:
    """The text in the language of the source, where a file has it in the column of that language alone; "" if not."""
    language = primary_language(read_language(project.raw(SOURCE_LANGUAGES[field]).strip()) or "")
    name = f"{field}_{language}"
    return _text(project, name) if language in RECORD_LANGUAGES and project.raw(name).strip() else ""


def read_names(project: FieldValidation, field: str) -> list[str]:
    """The names of translations in a field ("title_fr; summary_es"), in any case."""
    names = []
    for text in project.parts(field):
        if (name := text.casefold()) in TRANSLATIONS:
            names.append(name)
        else:
            known = ", ".join(TRANSLATIONS)
            reason = gettext("%(text)s is no translation.", text=quoted(text))
            project.refuse(field, reason, gettext("Use the names of their columns: %(known)s.", known=known))
    return names


def _text(project: FieldValidation, name: str) -> str:
    return project.text(name) if TRANSLATIONS[name][0] == "title" else project.paragraphs(name)


def _is_translation(project: FieldValidation, name: str, text: str, source: str) -> bool:
    """Whether the text is one; what is none is refused, unless it repeats the source."""
    field, language = TRANSLATIONS[name]
    source_language = SOURCE_LANGUAGES[field]
    if primary_language(read_language(project.raw(source_language).strip()) or "") == language:
        spoken = Locale(current_locale()).languages[language]
        if text != source:
            project.refuse(
                name,
                gettext("The source is in %(language)s already, and this is another text.", language=spoken),
                gettext(_CORRECT[field]),
            )
        return False
    if not source:
        reason, advice = _EMPTY[field]
        project.refuse(name, gettext(reason), gettext(advice))
        return False
    return True
