"""`url_for` with a cache, because every page repeats dozens of the same links; the address of the page after a POST."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import flask
from flask import Flask, current_app, request
from flask.globals import request_ctx

from portal.web.presentation import i18n

_CACHE_SIZE = 20_000
# Nothing in it is encoded.
_PLAIN_SLUG = re.compile(r"[A-Za-z0-9._~-]+")
# URLs with a host name depend on the request.
_UNCACHED_VALUES = ("_external", "_scheme")


def url_for(endpoint: str, **values: Any) -> str:
    """Like flask.url_for. URLs with hashable values are cached; lists are built each time."""
    if endpoint.startswith(".") or not values.keys().isdisjoint(_UNCACHED_VALUES):
        return flask.url_for(endpoint, **values)
    try:
        # Looked up once: a page asks for dozens.
        context = request_ctx._get_current_object()  # type: ignore[attr-defined]  # a LocalProxy has it
        script_root = context.request.environ.get("SCRIPT_NAME", "")
        url: str = context.app.extensions["url_cache"](
            script_root, i18n.current_locale(), endpoint, tuple(values.items())
        )
    except TypeError:  # an unhashable value
        return flask.url_for(endpoint, **values)
    return url


def project_urls(slugs: Iterable[str]) -> list[str]:
    """The URLs of the pages of projects. Each is asked for once or twice, so none is kept."""
    base = url_for("projects.project", slug="-").removesuffix("-")
    return [base + slug if _PLAIN_SLUG.fullmatch(slug) else url_for("projects.project", slug=slug) for slug in slugs]


def in_language(code: str, url: str) -> str:
    """The URL of a page, path or whole, as it is in another language."""
    return in_languages([code], url)[0]


def in_languages(codes: Iterable[str], url: str) -> list[str]:
    """The URL of a page, path or whole, as it is in each language."""
    here = i18n.current_language().prefix
    root = request.script_root.removesuffix(here)
    start = url.index("/", url.index("//") + 2) if "//" in url else 0
    head, path = url[:start] + root, url[start:].removeprefix(root + here)
    return [head + i18n.language_of(code).prefix + path for code in codes]


def shown_url() -> str:
    """The URL that shows the page of a refused form again: that of the POST or the next one above it with a page.

    "" for a GET. The browser puts it into its history, so that Back and reload do not ask to send the form again.
    """
    if request.method != "POST" or request.endpoint is None:
        return ""
    adapter = current_app.create_url_adapter(request)
    path = request.path
    while adapter is not None and path.count("/") > 1:
        if adapter.test(path, "GET"):
            return request.script_root + path
        path = path.rpartition("/")[0]
    return ""


def init_app(app: Flask) -> None:
    """Make this `url_for` available to templates; each application has its own cache."""

    @lru_cache(maxsize=_CACHE_SIZE, typed=True)
    def cached_url(_script_name: str, _locale: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return flask.url_for(endpoint, **dict(values))

    app.extensions["url_cache"] = cached_url
    app.jinja_env.globals.update(url_for=url_for, shown_url=shown_url, in_language=in_language)
