"""Renders pages and htmx fragments, and sets up everything that templates use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from portal.i18n import stored_sentences
from portal.i18n.untranslated import resolve_part
from portal.search.index import current
from portal.search.index.caches import put_bounded
from portal.search.index.snapshot import Snapshot
from portal.search.read_models.project import ProjectView
from portal.vocabulary import audit
from portal.web.presentation import formatting, i18n, languages, markdown, navigation, pieces, urls
from portal.web.presentation.charts import svg
from portal.web.presentation.pieces import Printer
from portal.web.presentation.records import list_row

# Searches share many rows. The view, the language and the path below which the portal stands decide what one is.
_MAX_CACHED_ROWS = 4_096
RowKind = tuple[str, str, str]
RowKey = tuple[ProjectView, RowKind]
# With the one that Flask-Compress would add to every response.
_VARY = "HX-Request, HX-Request-Type, HX-History-Restore-Request, Accept-Encoding"


def wants_fragment() -> bool:
    """True if htmx asks for a part of the page; when it restores history it asks for the whole page."""
    environ = request.environ
    return (
        environ.get("HTTP_HX_REQUEST") == "true"
        and environ.get("HTTP_HX_REQUEST_TYPE") == "partial"
        and environ.get("HTTP_HX_HISTORY_RESTORE_REQUEST") != "true"
    )


def render(page: str, fragment: str, **context: Any) -> Response:
    """The page, or its fragment for htmx; both carry the Vary header that keeps them apart in caches."""
    return varied(make_response(render_template(fragment if wants_fragment() else page, **context)))


def varied(response: Response) -> Response:
    """The response with the Vary header that keeps pages and fragments apart in caches."""
    response.headers["Vary"] = _VARY
    return response


def layout_context() -> dict[str, Any]:
    """The variables of the layout, on every page. Error pages must render without the database."""
    settings = current_app.extensions["settings"]
    return {
        "site": settings,
        "locale": i18n.current_locale(),
        "page_language": i18n.current_language(),
        "languages": [i18n.language_of(code) for code in settings.languages],
        "main_menu": navigation.MAIN_MENU,
        "footer_columns": navigation.FOOTER,
        **layout_shape(),
    }


def layout_shape() -> dict[str, Any]:
    """Those of its variables that change; they belong to the shape of every page that is a piece."""
    try:
        return shape_at(current.current_snapshot())
    except SQLAlchemyError:
        return {"records_changed": None, "sample_count": 0, "record_count": 0, "outage": None}


def shape_at(snapshot: Snapshot) -> dict[str, Any]:
    """The same for a page of this snapshot."""
    return {
        "records_changed": snapshot.changed_at,
        "sample_count": snapshot.sample_count,
        "record_count": len(snapshot.index.all_rows),
        "outage": current.outage(),
    }


def result_row(project: ProjectView) -> Markup:
    """One project in a list of results; it does not depend on the search, so it is kept."""
    return Markup(print_rows(pieces.printer(), "list", [project]).decode())  # noqa: S704 # Jinja escapes


def print_rows(printer: Printer, view: str, projects: Sequence[ProjectView]) -> bytes:
    """The projects as rows of a list or of a table, as the bytes that are sent."""
    cached: dict[RowKey, bytes] = current_app.extensions["rows"] if printer.is_caching else {}
    kind = view, printer.locale, printer.script_name
    rows = {project: row for project in projects if (row := cached.get((project, kind)))}
    if len(rows) == len(projects):
        return b"".join(rows.values())
    missing = [project for project in projects if project not in rows]
    for project, printed in zip(missing, _print_new(printer, view, missing), strict=True):
        rows[project] = put_bounded(cached, (project, kind), resolve_part(printed).encode(), _MAX_CACHED_ROWS)
    return b"".join([rows[project] for project in projects])


def _print_new(printer: Printer, view: str, projects: Sequence[ProjectView]) -> list[Markup]:
    if view == "list":
        return list_row.print_rows(printer, projects)
    template = current_app.jinja_env.get_template("public/_table_row.html")
    return [Markup(template.render(p=project, locale=printer.locale) + "\n") for project in projects]  # noqa: S704 # Jinja escapes


def init_app(app: Flask) -> None:
    i18n.init_app(app)
    urls.init_app(app)
    pieces.init_app(app)
    app.extensions["row_parts"] = list_row.Parts(app)
    app.extensions["rows"] = {}
    app.jinja_env.globals["result_row"] = result_row
    of_others = {"verb_name": audit.verb_name, "kind_name": audit.kind_name, "actor_name": audit.actor_name}
    spoken: dict[str, Callable[..., Any]] = {
        **formatting.FILTERS, **languages.FILTERS, **of_others, "stored": stored_sentences.say
    }  # fmt: skip
    app.jinja_env.filters.update({name: i18n.in_page_language(function) for name, function in spoken.items()})
    app.jinja_env.filters.update(column_marks=svg.column_marks, list_row=list_row.list_row)
    app.jinja_env.filters.update(markdown.FILTERS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(layout_context)
