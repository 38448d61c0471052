"""The language of a text, for its `lang` attribute and its mark; a language that is not stated has neither."""

from __future__ import annotations

from babel import Locale

from portal.text.languages import primary_language
from portal.web.presentation.i18n import current_locale, gettext


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


FILTERS = {"foreign_language": foreign_language, "language_mark": language_mark, "language_name": language_name}
