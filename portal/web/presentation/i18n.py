"""Interface translation for pages: what portal.i18n offers, and `trans` and `_` for templates."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from flask import Flask, Response
from jinja2 import pass_context

from portal.i18n import untranslated
from portal.i18n.catalogues import N_, NC_, catalogue, gettext, name_in, ngettext, pgettext
from portal.i18n.current import choose, current_language, current_locale, using
from portal.i18n.languages import SOURCE, Language, language_of

__all__ = [
    "NC_",
    "N_",
    "SOURCE",
    "Language",
    "apart",
    "catalogue",
    "choose",
    "current_language",
    "current_locale",
    "gettext",
    "language_of",
    "name_in",
    "ngettext",
    "pgettext",
    "using",
]


def apart(text: str) -> str:
    """A value in a text without markup, such as a citation: its direction is its own where pages are mirrored."""
    return f"\u2068{text}\u2069" if current_language().direction == "rtl" else text


def _gettext(message: str) -> str:
    return _in_template(catalogue(current_locale()).ugettext(message))


def _ngettext(one: str, many: str, number: int) -> str:
    return _in_template(catalogue(current_locale()).ungettext(one, many, number))


def _pgettext(context: str, message: str) -> str:
    return _in_template(catalogue(current_locale()).upgettext(context, message))


def _in_template(text: str) -> str:
    # Messages of templates may hold markup, which those of Python never do.
    return untranslated.marked(text) if isinstance(text, untranslated.Untranslated) else text


def mark_untranslated(response: Response) -> Response:
    """Say `lang="en"` around every message of a page that its catalogue lacks."""
    if response.mimetype == "text/html" and not response.is_streamed:
        body = response.get_data()
        if (resolved := untranslated.resolve(body)) is not body:
            response.set_data(resolved)
    return response


def in_page_language(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter of templates that speaks the language of the page.

    Of a constant, such as `1500 | number`, Jinja would compute it once, in the language in which the template is
    compiled, unless the filter takes the context.
    """

    @pass_context
    @wraps(function)
    def apply(_: object, *values: object, **options: object) -> Any:
        return function(*values, **options)

    return apply


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
        _gettext, _ngettext, newstyle=True, pgettext=_pgettext
    )
