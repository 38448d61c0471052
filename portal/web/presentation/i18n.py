"""Interface translation: gettext for Python and templates. English is the only language so far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path

from babel.support import NullTranslations, Translations
from flask import Flask

LANGUAGES = ("en",)
_FOLDER = Path(__file__).parents[2] / "translations"
_locale: ContextVar[str] = ContextVar("locale", default=LANGUAGES[0])


@cache
def catalogue(locale: str) -> NullTranslations:
    return Translations.load(str(_FOLDER), [locale])


def current_locale() -> str:
    """The language of the page that is rendered."""
    return _locale.get()


@contextmanager
def using(locale: str) -> Iterator[None]:
    """Render what is inside in another language."""
    token = _locale.set(locale)
    try:
        yield
    finally:
        _locale.reset(token)


def gettext(message: str, /, **values: object) -> str:
    """Translate the message and fill in its %(name)s placeholders."""
    text: str = catalogue(current_locale()).ugettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """Translate a message with a plural form; %(num)s is the number."""
    text: str = catalogue(current_locale()).ungettext(one, many, number)
    return text % {"num": number, **values}


def plural_example(number: int) -> int:
    """0 for 0, else the smallest number from 1 on that takes the same plural form in the language of the page."""
    return _plural_example(number, current_locale()) if number else 0


@lru_cache(maxsize=4_096)
def _plural_example(number: int, locale: str) -> int:
    plural = getattr(catalogue(locale), "plural", _english_plural)
    form = plural(number)
    # Some languages have a form of their own for millions.
    return next((example for example in range(1, min(number, 1_000) + 1) if plural(example) == form), number)


def _english_plural(number: int) -> int:
    return int(number != 1)


def init_app(app: Flask) -> None:
    """Add `trans` and `_` to templates. Jinja fills in the values itself, escaped."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        lambda message: catalogue(current_locale()).ugettext(message),
        lambda one, many, number: catalogue(current_locale()).ungettext(one, many, number),
        newstyle=True,
    )


def N_(text: str) -> str:
    """Mark a text for translation without translating it. Babel's extractor searches for this name."""
    return text
