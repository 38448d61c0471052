"""Addresses: `url_for` with a memory, since every page has dozens of the same links."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import flask
from flask import Flask, current_app, request

_CACHE_SIZE = 20_000
# Addresses with the name of the host depend on who asks.
_UNCACHED_VALUES = ("_external", "_scheme")


def url_for(endpoint: str, **values: Any) -> str:
    """As flask.url_for. Plain values are worked out once; lists each time."""
    if endpoint.startswith(".") or not values.keys().isdisjoint(_UNCACHED_VALUES):
        return flask.url_for(endpoint, **values)
    try:
        made: str = current_app.extensions["url_cache"](
            request.environ.get("SCRIPT_NAME", ""), endpoint, tuple(values.items())
        )
    except TypeError:
        return flask.url_for(endpoint, **values)
    return made


def init_app(app: Flask) -> None:
    """Give templates this `url_for`, and the application a memory of its own."""

    @lru_cache(maxsize=_CACHE_SIZE, typed=True)
    def made(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return flask.url_for(endpoint, **dict(values))

    app.extensions["url_cache"] = made
    app.jinja_env.globals["url_for"] = url_for
