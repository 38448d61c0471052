"""Data and Research: the page of charts of any search, and the files of each chart."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, abort, render_template, request

from portal.exports.options import parse_dialect
from portal.search import Filters
from portal.search.figures import Figures, figures_of
from portal.search.index import current
from portal.web.declarations import public
from portal.web.http.conditional_get import cacheable, path_key
from portal.web.http.file_response import FileHead, state_etag, unchanged
from portal.web.presentation.charts import urls as chart_urls
from portal.web.public import downloads
from portal.web.public.data import eligible_states, files
from portal.web.public.data import page as data_page
from portal.web.public.data.figure import Figure
from portal.web.security.search_gate import bounded_search

bp = Blueprint("data", __name__)

_PATH = "/data-and-research/"


def cache_key() -> str:
    filters = Filters.parse(request.args)
    return f"{chart_urls.page_path(filters)} {filters.invalid_parameters}"


@bp.get(_PATH, endpoint="page")
@public
@cacheable(cache_key)
@bounded_search
def show_page() -> str:
    page = data_page.build_page(figures_of(Filters.parse(request.args)))
    return render_template("public/data_and_research.html", page=page)


@bp.get(f"{_PATH}eligible-states/", endpoint="eligible_states")
@public
@cacheable(path_key)
def show_eligible_states() -> str:
    return render_template("public/eligible_states.html", page=eligible_states.build_page())


@bp.get(f"{_PATH}eligible-states.csv", endpoint="eligible_states_file")
@public
def download_eligible_states() -> Response:
    dialect = parse_dialect(request.args)
    etag = state_etag(current.current_snapshot().catalogue_version.stamp, request.path, dialect.name)
    if response := unchanged(etag):
        return response
    body = files.write_csv(eligible_states.build_page().csv_table, dialect)
    return FileHead(files.MEDIA_TYPE, 'attachment; filename="eligible-states.csv"', etag).response([body])


@bp.get(f"{_PATH}<chart>.csv", endpoint="csv_file")
@public
def download_csv(chart: str) -> Response:
    dialect = parse_dialect(request.args)

    def write(counted: Figures) -> bytes:
        if chart == data_page.KEY_FIGURES:
            return files.write_csv(data_page.key_figures(counted), dialect)
        return files.write_csv(_chart(counted, chart).table, dialect)

    return _respond(chart, "csv", files.MEDIA_TYPE, write, dialect.name)


@bp.get(f"{_PATH}<chart>.svg", endpoint="svg_file")
@public
def download_svg(chart: str) -> Response:
    return _respond(chart, "svg", "image/svg+xml", lambda counted: files.write_svg(counted, _chart(counted, chart)))


def _chart(counted: Figures, key: str) -> Figure:
    found = next((figure for figure in data_page.charts(counted) if figure.key == key), None)
    return found or abort(404)


@bounded_search
def _respond(
    chart: str, suffix: str, media_type: str, write: Callable[[Figures], bytes], dialect: str = ""
) -> Response:
    """The file of a chart; 304 if the client has it, 404 if the search has no such chart."""
    filters = Filters.parse(request.args)
    asked = chart_urls.file_path(filters, chart, suffix), dialect
    etag = state_etag(current.current_snapshot().catalogue_version.stamp, *asked)
    if response := unchanged(etag):
        return response
    counted = figures_of(filters)
    body = write(counted)
    etag = state_etag(counted.snapshot.catalogue_version.stamp, *asked)
    disposition = "attachment" if suffix == "csv" else "inline"
    return FileHead(media_type, f'{disposition}; filename="{chart}.{suffix}"', etag).response([body])


downloads.handle_refusals(bp)
