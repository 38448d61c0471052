"""The language of the interface: gettext for Python and templates. English is the only one so far."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations
from flask import Flask

LANGUAGES = ("en",)
_FOLDER = Path(__file__).parents[2] / "translations"


@cache
def catalogue(locale: str) -> NullTranslations:
    return Translations.load(str(_FOLDER), [locale])


def current_locale() -> str:
    """The language of the page being made."""
    return LANGUAGES[0]


def gettext(message: str, /, **values: object) -> str:
    """The message in the page's language, with %(name)s filled in."""
    text: str = catalogue(current_locale()).ugettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """The same for a number of things; %(num)s is the number."""
    text: str = catalogue(current_locale()).ungettext(one, many, number)
    return text % {"num": number, **values}


def init_app(app: Flask) -> None:
    """Give templates `trans` and `_`; Jinja fills in the values itself, escaped."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        lambda message: catalogue(current_locale()).ugettext(message),
        lambda one, many, number: catalogue(current_locale()).ungettext(one, many, number),
        newstyle=True,
    )


def N_(text: str) -> str:
    """Mark a text for translation without translating it; Babel's extractor looks for this name."""
    return text
