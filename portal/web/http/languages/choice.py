"""The addresses of a page in other languages: the switch above every page, and the links that search engines read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Flask, current_app, g, request

from portal.web.declarations import declared_access, has_languages
from portal.web.http.request_context import own_path, settings
from portal.web.presentation import i18n
from portal.web.presentation.urls import in_languages, shown_url, url_for

# The parameter by which the pages before the guard keep a language: they have no prefix, and visitors no cookie.
PARAMETER = "language"


class Choice(NamedTuple):
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
    if request.endpoint is None or has_languages(view):
        return _choices(_page_url())
    # A secret in an address is not repeated in the page, where others may read it.
    if _keeps_language(view) and not request.view_args:
        others = [(name, value) for name, value in request.args.items(multi=True) if name != PARAMETER]
        path = shown_url() or own_path()
        return [_choice(code, f"{path}?{urlencode([*others, (PARAMETER, code)])}") for code in settings().languages]
    return []


def start_choices() -> list[Choice]:
    """The start page in each language, for error pages: what an address that is none of ours says is not repeated."""
    if request.endpoint is not None and not has_languages(current_app.view_functions.get(request.endpoint)):
        return []
    return _choices(url_for("overview.home"))


def follows_search() -> bool:
    """Whether the choices lead to the same search: a script keeps them so while the list changes in place."""
    return "page_url" in g


def _page_url() -> str:
    url: str = g.get("page_url") or own_path()
    return url


def _choices(url: str) -> list[Choice]:
    codes = settings().languages
    return [_choice(code, shown) for code, shown in zip(codes, in_languages(codes, url), strict=True)]


def _choice(code: str, url: str) -> Choice:
    language = i18n.language_of(code)
    return Choice(language, url, language is i18n.current_language())


def speak(account_language: str) -> None:
    """Speak the language of an account; before the guard, the one that the address names if it names any.

    Until somebody is known there, a page is in the language of the one that led to it.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    asked = request.args.get(PARAMETER, "") if _keeps_language(view) else ""
    i18n.choose(asked if asked in settings().languages else account_language)


def _keeps_language(view: object) -> bool:
    return declared_access(view) == "sign-in page"


def add_language(endpoint: str, values: dict[str, Any]) -> None:
    """Let links to the pages before the guard name the language of the page that they are on."""
    if _keeps_language(current_app.view_functions.get(endpoint)) and i18n.current_language() != i18n.SOURCE:
        values.setdefault(PARAMETER, i18n.current_language().code)


def public_languages() -> list[i18n.Language]:
    """The languages of this portal that have readers, the source first."""
    return [language for code in settings().languages if (language := i18n.language_of(code)).is_public]


def alternates(url: str) -> list[tuple[str, str]]:
    """The value of `hreflang` and the URL of a page that has languages, in each; "x-default" is the source.

    None where there is one language alone.
    """
    languages = public_languages()
    if len(languages) < 2:
        return []
    tags = [*(language.tag for language in languages), "x-default"]
    urls = in_languages([*(language.code for language in languages), i18n.SOURCE.code], url)
    return list(zip(tags, urls, strict=True))


def page_alternates(url: str) -> list[tuple[str, str]]:
    """Those of the page of this request; none for a page that has one address alone."""
    view = current_app.view_functions.get(request.endpoint or "")
    return alternates(url) if has_languages(view) else []


@dataclass(frozen=True)
class PieceLinks:
    """What this page calls for its links to other languages, where it is a piece (presentation.pieces).

    `values` are by name the paths that all of them end in, without what stands before the page in any language.
    """

    values: dict[str, str]
    _canonical_url: str

    @classmethod
    def from_canonical_path(cls, path: str) -> PieceLinks:
        """`path` is the path of the URL that the page states as its own; the page has languages."""
        here = request.environ.get("SCRIPT_NAME", "")
        values = {"page_path": _page_url().removeprefix(here), "canonical_path": path.removeprefix(here)}
        return cls(values, settings().public_url + path)

    def functions(self, place: Callable[..., Any]) -> dict[str, Any]:
        """Those of the templates, with a place for each path; asked for once, when the page becomes a piece."""

        def placed(name: str, url: str) -> Any:
            return place(name, before=url.removesuffix(self.values[name]))

        switch = [choice._replace(url=placed("page_path", choice.url)) for choice in choices()]
        others = page_alternates(self._canonical_url)
        links = [(tag, placed("canonical_path", url)) for tag, url in others]
        return {"language_choices": lambda: switch, "page_alternates": lambda _url: links}


def init_app(app: Flask) -> None:
    app.url_defaults(add_language)
    app.jinja_env.globals.update(
        language_choices=choices, follows_search=follows_search, page_alternates=page_alternates
    )
