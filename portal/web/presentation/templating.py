"""Renders pages and htmx fragments, and sets up everything that templates use."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from jinja2.environment import TemplateModule
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from portal.search.index import current
from portal.search.read_models.project import ProjectView
from portal.web.presentation import formatting, i18n, languages, markdown, navigation, urls
from portal.web.presentation.charts import svg

_ROW_CACHE_SIZE = 4_096
_VARY_HEADERS = ("HX-Request", "HX-Request-Type", "HX-History-Restore-Request")


def wants_fragment() -> bool:
    """True if htmx asks for a part of the page; when it restores history it asks for the whole page."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Request-Type") == "partial"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def render(page: str, fragment: str, **context: Any) -> Response:
    """The page, or its fragment for htmx; both carry the Vary header that keeps them apart in caches."""
    response = make_response(render_template(fragment if wants_fragment() else page, **context))
    response.vary.update(_VARY_HEADERS)
    return response


def layout_context() -> dict[str, Any]:
    """The variables of the layout, on every page. Error pages must render without the database."""
    settings = current_app.extensions["settings"]
    shared: dict[str, Any] = {
        "site": settings,
        "locale": i18n.current_locale(),
        "page_language": i18n.current_language(),
        "languages": [i18n.language_of(code) for code in settings.languages],
        "main_menu": navigation.MAIN_MENU,
        "footer_columns": navigation.FOOTER,
    }
    try:
        snapshot = current.current_snapshot()
        shared |= {"records_changed": snapshot.changed_at, "sample_count": snapshot.sample_count}
        shared |= {"record_count": len(snapshot.index.all_rows), "outage": current.outage()}
    except SQLAlchemyError:
        shared |= {"records_changed": None, "sample_count": 0, "record_count": 0, "outage": None}
    return shared


def result_row(project: ProjectView) -> Markup:
    """One project in a list of results; it does not depend on the search, so it can be cached."""
    row: Markup = current_app.extensions["row_renderer"](
        project, i18n.current_locale(), request.environ.get("SCRIPT_NAME", "")
    )
    return row


def cached_row_renderer(app: Flask) -> Callable[[ProjectView, str, str], Markup]:
    """A row renderer with a cache: rows take half the rendering time, and searches share many of them."""

    @cache
    def macros(locale: str) -> TemplateModule:
        return app.jinja_env.get_template("macros/ui.html").make_module({"locale": locale})

    @lru_cache(maxsize=_ROW_CACHE_SIZE)
    def render_row(project: ProjectView, locale: str, _script_name: str) -> Markup:
        return Markup(macros(locale).result(project))  # type: ignore[attr-defined]  # noqa: S704  # the macro escapes its values

    return render_row


def init_app(app: Flask) -> None:
    i18n.init_app(app)
    urls.init_app(app)
    app.extensions["row_renderer"] = cached_row_renderer(app)
    app.jinja_env.globals["result_row"] = result_row
    app.jinja_env.filters["column_marks"] = svg.column_marks
    app.jinja_env.filters.update(formatting.FILTERS | languages.FILTERS | markdown.FILTERS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(layout_context)
