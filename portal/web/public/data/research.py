"""Data and Research: the page of charts of any search, and the files of each chart."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, abort, render_template, request

from portal.exports.options import parse_dialect
from portal.search.figures import Figures, figures_of
from portal.search.index import current
from portal.web.declarations import public
from portal.web.http.conditional_get import cacheable, path_key
from portal.web.http.file_response import FileHead, state_etag, unchanged
from portal.web.presentation.charts import urls as chart_urls
from portal.web.public.data import eligible_states, files
from portal.web.public.data import page as data_page
from portal.web.public.data.figure import Figure
from portal.web.public.exports.refusals import handle_refusals
from portal.web.public.results import asked_filters
from portal.web.security.search_gate import bounded_search

bp = Blueprint("data", __name__)
handle_refusals(bp)

_PATH = "/data-and-research/"


def cache_key() -> str:
    filters = asked_filters()
    return f"{chart_urls.page_path(filters)} {filters.invalid_parameters}"


@bp.get(_PATH, endpoint="page")
@public
@cacheable(cache_key)
@bounded_search
def show_page() -> str:
    page = data_page.build_page(figures_of(asked_filters()))
    return render_template("public/data_and_research.html", page=page)


@bp.get(f"{_PATH}eligible-states/", endpoint="eligible_states")
@public
@cacheable(path_key)
@bounded_search
def show_eligible_states() -> str:
    return render_template("public/eligible_states.html", page=eligible_states.build_page())


@bp.get(f"{_PATH}eligible-states.csv", endpoint="eligible_states_file")
@public
@bounded_search
def download_eligible_states() -> Response:
    dialect = parse_dialect(request.args)
    etag = state_etag(current.current_snapshot().catalogue_version.stamp, request.path, dialect.name)
    if response := unchanged(etag):
        return response
    disposition = files.disposition("eligible-states", "csv", current.current_snapshot())
    head = FileHead(files.MEDIA_TYPE, disposition, etag)
    return head.answer(lambda: files.write_csv(eligible_states.build_page().csv_table, dialect))


@bp.get(f"{_PATH}<chart>.csv", endpoint="csv_file")
@public
def download_csv(chart: str) -> Response:
    dialect = parse_dialect(request.args)

    def prepare(counted: Figures) -> Callable[[], bytes]:
        is_chart = chart != data_page.KEY_FIGURES
        table = _chart(counted, chart).table if is_chart else data_page.key_figures(counted)
        return lambda: files.write_csv(table, dialect)

    return _respond(chart, "csv", files.MEDIA_TYPE, prepare, dialect.name)


@bp.get(f"{_PATH}<chart>.svg", endpoint="svg_file")
@public
def download_svg(chart: str) -> Response:
    def prepare(counted: Figures) -> Callable[[], bytes]:
        figure = _chart(counted, chart)
        return lambda: files.write_svg(counted, figure)

    return _respond(chart, "svg", "image/svg+xml", prepare)


def _chart(counted: Figures, key: str) -> Figure:
    found = next((figure for figure in data_page.charts(counted) if figure.key == key), None)
    return found or abort(404)


@bounded_search
def _respond(
    chart: str, suffix: str, media_type: str, prepare: Callable[[Figures], Callable[[], bytes]], dialect: str = ""
) -> Response:
    """The file of a chart; 304 if the client has it, 404 if the search has no such chart.

    `prepare` finds the chart, and returns what makes its file.
    """
    filters = asked_filters()
    asked = chart_urls.file_path(filters, chart, suffix), dialect
    etag = state_etag(current.current_snapshot().catalogue_version.stamp, *asked)
    if response := unchanged(etag):
        return response
    counted = figures_of(filters)
    make = prepare(counted)
    etag = state_etag(counted.snapshot.catalogue_version.stamp, *asked)
    return FileHead(media_type, files.disposition(chart, suffix, counted.snapshot), etag).answer(make)
