"""The addresses of a page in other languages: the switch above every page, and the links that search engines read."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, g, request

from portal.web.declarations import has_languages
from portal.web.http.request_context import own_path, settings
from portal.web.presentation import i18n
from portal.web.presentation.urls import in_language

# The parameter by which the pages before the guard keep a language: they have no prefix, and visitors no cookie.
PARAMETER = "language"


@dataclass(frozen=True)
class Choice:
    """A page in one language."""

    language: i18n.Language
    url: str
    is_current: bool


def keep_page_url(url: str) -> str:
    """Note the one URL of the page for all its spellings: a page that is kept shows nothing else of its request."""
    g.page_url = url.partition(" ")[0]
    return url


def choices() -> list[Choice]:
    """This page in each language, with its filters; empty where there is no choice."""
    view = current_app.view_functions.get(request.endpoint or "")
    languages = [i18n.language_of(code) for code in settings().languages]
    if request.endpoint is None or has_languages(view):
        url = g.get("page_url") or own_path()
        urls = [in_language(language.code, url) for language in languages]
    else:
        return []
    current = i18n.current_language()
    return [Choice(language, url, language == current) for language, url in zip(languages, urls, strict=True)]


def public_languages() -> list[i18n.Language]:
    """The languages of this portal that have readers, the source first."""
    return [language for code in settings().languages if (language := i18n.language_of(code)).is_public]


def alternates(url: str) -> list[tuple[str, str]]:
    """The value of `hreflang` and the URL of a page that has languages, in each; "x-default" is the source."""
    languages = public_languages()
    if len(languages) == 1:
        return []
    found = [(language.tag, in_language(language.code, url)) for language in languages]
    return [*found, ("x-default", in_language(i18n.SOURCE.code, url))]


def page_alternates(url: str) -> list[tuple[str, str]]:
    """Those of the page of this request; none for a page that has one address alone."""
    view = current_app.view_functions.get(request.endpoint or "")
    return alternates(url) if has_languages(view) else []


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(language_choices=choices, page_alternates=page_alternates)
