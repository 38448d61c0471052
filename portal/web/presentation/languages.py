"""The texts of a record in the language of the page: which one is shown, its `lang` attribute, and its mark.

A language that is not stated has neither attribute nor mark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from babel import Locale

from portal.search.read_models.project import ProjectView
from portal.text.languages import primary_language
from portal.vocabulary.translations import SOURCE_LANGUAGES
from portal.web.presentation.i18n import current_locale, gettext


class ShownText(NamedTuple):
    """A text of a record as a page shows it: `language` is its code, "" if nobody stated one.

    `source_language` is that of the source of a translation, "" of the source itself or of one that nobody stated.
    """

    text: str
    language: str
    is_translation: bool = False
    source_language: str = ""
    is_machine: bool = False
    is_outdated: bool = False

    @property
    def lang(self) -> str:
        """For the `lang` attribute: the code of a language other than that of the page, else ""."""
        return foreign_language(self.language)

    @property
    def mark(self) -> str:
        """What stands beside the text in a list: "in French", "machine translation", or ""."""
        if self.is_machine:
            return gettext("machine translation")
        return gettext("translation older than its source") if self.is_outdated else language_mark(self.language)

    @property
    def titled(self) -> str:
        """The text where no element can stand beside it, as in the title of a page: a translation with its mark."""
        return f"{self.text} ({self.mark})" if self.is_machine or self.is_outdated else self.text

    @property
    def note(self) -> str:
        """A sentence about a translation, "" for a source."""
        if not self.is_translation:
            return ""
        is_known = bool(primary_language(self.source_language))
        origin = self._origin(language_name(self.source_language)) if is_known else self._unknown_origin()
        return f"{origin} {gettext('The source has changed since.')}" if self.is_outdated else origin

    def _origin(self, language: str) -> str:
        if self.is_machine:
            return gettext("Machine translation from %(language)s.", language=language)
        return gettext("Translated from %(language)s.", language=language)

    def _unknown_origin(self) -> str:
        return gettext("Machine translation.") if self.is_machine else gettext("Translated.")


def shown_title(project: ProjectView) -> ShownText:
    """The title in the language of the page where the record has it, else its source."""
    return shown_text(project, "title")


def shown_summary(project: ProjectView) -> ShownText:
    """The summary in the language of the page where the record has it, else its source."""
    return shown_text(project, "summary")


def shown_text(project: ProjectView, field: str) -> ShownText:
    """The source if it is in the language of the page, else its translation, else the source all the same."""
    text, source_language = source_of(project, field)
    if not project.translations:
        return ShownText(text, source_language)
    locale = current_locale()
    translation = project.translations.get(f"{field}_{locale}")
    if translation is None or primary_language(source_language) == locale:
        return ShownText(text, source_language)
    is_machine, is_outdated = translation.is_machine, translation.is_outdated
    return ShownText(translation.text, locale, True, source_language, is_machine, is_outdated)


def cited_title(project: ProjectView) -> ShownText:
    """The title to cite: the source, unless the page's language has a translation by people that fits it."""
    return cited_text(project, "title")


def cited_summary(project: ProjectView) -> ShownText:
    """The summary that others may quote, as search engines do."""
    return cited_text(project, "summary")


def cited_text(project: ProjectView, field: str) -> ShownText:
    """The text that is shown, but never one by a machine or older than its source."""
    shown = shown_text(project, field)
    if shown.is_machine or shown.is_outdated:
        return ShownText(*source_of(project, field))
    return shown


def source_of(project: ProjectView, field: str) -> tuple[str, str]:
    """The source of a field, "title" or "summary", and its language."""
    return getattr(project, field), getattr(project, SOURCE_LANGUAGES[field])


def texts_by_language(project: ProjectView, field: str) -> Mapping[str, str]:
    """The source and its translations by people that fit it, by language; "" is that of a source that states none."""
    source, language = source_of(project, field)
    texts = {language if primary_language(language) else "": source}
    for name, translation in project.translations.items():
        if name.startswith(f"{field}_") and not (translation.is_machine or translation.is_outdated):
            texts.setdefault(name.removeprefix(f"{field}_"), translation.text)
    return texts


def foreign_language(code: str) -> str:
    """The code if it is stated and not the language of the page, otherwise ""."""
    language = primary_language(code)
    return code if language and language != current_locale() else ""


def language_name(code: str) -> str:
    """The name of a language in that of the page; the code if it has none."""
    name: str = Locale(current_locale()).languages.get(primary_language(code)) or code
    return name


def language_mark(code: str) -> str:
    """The mark of a text in a language other than that of the page, for example "in French"; otherwise ""."""
    return gettext("in %(language)s", language=language_name(code)) if foreign_language(code) else ""


FILTERS: dict[str, Callable[..., Any]] = {
    "foreign_language": foreign_language,
    "language_mark": language_mark,
    "language_name": language_name,
    "shown_title": shown_title,
    "shown_summary": shown_summary,
    "cited_title": cited_title,
    "cited_summary": cited_summary,
}
