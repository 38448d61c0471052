"""Page or fragment, and everything a template may use."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError

from portal.search import directory
from portal.web import figures, language, markdown, navigation

_VARIES = ("HX-Request", "HX-Request-Type", "HX-History-Restore-Request")


def wants_fragment() -> bool:
    """True for a request by htmx for a part of the page; on Back it asks for the whole."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Request-Type") == "partial"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def render(page: str, fragment: str, **context: Any) -> Response:
    """The page, or its fragment for htmx; both say that the answer depends on who asks."""
    response = make_response(render_template(fragment if wants_fragment() else page, **context))
    response.vary.update(_VARIES)
    return response


def frame() -> dict[str, Any]:
    """What the frame of every page shows; on error pages it must do without the database."""
    settings = current_app.extensions["settings"]
    shared: dict[str, Any] = {
        "site": settings,
        "locale": language.current(),
        "languages": language.LANGUAGES,
        "navigation": navigation.TOP,
        "footer": navigation.FOOTER,
    }
    try:
        kept = directory.current()
        shared |= {"records_changed": kept.changed_at, "sample_count": kept.samples}
    except SQLAlchemyError:
        shared |= {"records_changed": None, "sample_count": 0}
    return shared


def init_app(app: Flask) -> None:
    language.init_app(app)
    app.jinja_env.filters.update(figures.FILTERS | markdown.FILTERS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(frame)
