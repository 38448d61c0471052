"""The words of each language: gettext over the catalogues in portal/translations, which Babel compiles."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations

from portal.i18n.current import current_language, current_locale
from portal.i18n.every_message import EveryMessage
from portal.i18n.isolation import IsolatingTranslations
from portal.i18n.languages import LANGUAGES, SOURCE
from portal.i18n.pseudo import PseudoTranslations, lengthened
from portal.i18n.untranslated import Untranslated

FOLDER = Path(__file__).parents[1] / "translations"
_PSEUDO_LOCALES = {language.locale for language in LANGUAGES.values() if not language.is_public}
_MIRRORED_LOCALES = {language.locale for language in LANGUAGES.values() if language.direction == "rtl"}


class _Missing(EveryMessage):
    """What a catalogue falls back on: the English message, as one that is not translated."""

    def gettext(self, message: str) -> str:
        return Untranslated(message)


@cache
def catalogue(locale: str) -> NullTranslations:
    """The catalogue of a language; a message that it lacks comes out as `Untranslated`."""
    messages = _read(locale)
    return IsolatingTranslations(messages) if locale in _MIRRORED_LOCALES else messages


def _read(locale: str) -> NullTranslations:
    if locale == SOURCE.locale:
        return NullTranslations()
    if locale in _PSEUDO_LOCALES:
        return PseudoTranslations()
    found = Translations.load(str(FOLDER), [locale])
    if not isinstance(found, Translations):
        return _Missing()
    found.add_fallback(_Missing())
    return found


class TranslatedMessage(str):
    """A translated message that knows its English, for what is stored: see english_of."""

    english: str


def gettext(message: str, /, **values: object) -> str:
    """Translate the message and fill in its %(name)s placeholders."""
    text = _filled(catalogue(current_locale()).ugettext(message), values)
    if current_language() is SOURCE:
        return text
    if isinstance(text, Untranslated):
        return text
    translation = TranslatedMessage(text)
    translation.english = _filled(message, {name: english_of(value) for name, value in values.items()})
    return translation


def english_of(text: object) -> object:
    """The English of a text that `gettext` gave; any other value is returned unchanged."""
    return text.english if isinstance(text, TranslatedMessage) else text


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """Translate a message with a plural form; %(num)s is the number."""
    return _filled(catalogue(current_locale()).ungettext(one, many, number), {"num": number, **values})


def pgettext(context: str, message: str, /, **values: object) -> str:
    """Translate a message that other languages say in several ways; the context says which one is meant."""
    return _filled(catalogue(current_locale()).upgettext(context, message), values)


def name_in(names: Mapping[str, str], locale: str, english: str = "") -> str:
    """The name of a term in this language, else the English one as `Untranslated`; `english` is that of a term without
    names.
    """
    if name := names.get(locale):
        return name
    name = as_english(english or names[SOURCE.code], locale)
    return name if locale == SOURCE.locale or locale in _PSEUDO_LOCALES else Untranslated(name)


def as_english(text: str, locale: str) -> str:
    """English words that are no message, such as the name of a term; the pseudo-language changes them as well."""
    return lengthened(text) if locale in _PSEUDO_LOCALES else text


def N_(text: str) -> str:
    """Mark a text for translation without translating it. Babel's extractor searches for this name."""
    return text


def NC_(context: str, text: str) -> str:
    """Mark a text for translation in a context, for `pgettext`."""
    return text


def _filled(text: str, values: dict[str, object]) -> str:
    if not values:
        return text
    return type(text)(text % values)
