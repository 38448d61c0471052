"""The workbook of each member state: `/where-we-work/KEN.xlsx`."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.exports.columns import default_columns
from portal.exports.options import ExportOptions
from portal.exports.registry import FORMATS
from portal.exports.selection import select_all
from portal.exports.tables import state_workbook
from portal.exports.workbook.limits import TooLargeForExcel
from portal.search import Filters
from portal.search.index import current
from portal.search.query.parameters import parse_facet_value
from portal.web.declarations import public
from portal.web.http.request_context import settings
from portal.web.presentation import export_text
from portal.web.public.exports.export_request import ExportRequest
from portal.web.public.exports.refusals import offer_csv

bp = Blueprint("state_files", __name__)


@bp.get("/where-we-work/<code>.xlsx", endpoint="workbook")
@public
def download_workbook(code: str) -> AnyResponse:
    """The workbook of a state by its ISO 3166-1 alpha-3 code; other spellings of the code redirect."""
    try:
        state = current.current_snapshot().terms.get("country", parse_facet_value("country", code))
    except ValueError:
        state = None
    if state is None:
        abort(404)
    address = url_for(".workbook", code=state.code)
    if code != state.code:
        return redirect(address, 301)
    return respond(address, state.code)


@bp.errorhandler(TooLargeForExcel)
def refuse_size(error: TooLargeForExcel) -> Response:
    """413 that offers the projects of the state as CSV."""
    code = str((request.view_args or {})["code"])
    return offer_csv(error, export_text.file_path(_filters(code), "csv"))


def _filters(code: str) -> Filters:
    return Filters(selected=frozenset({("country", code)}))


def respond(address: str, code: str) -> Response:
    filters = _filters(code)
    workbook = replace(FORMATS["xlsx"], write=partial(state_workbook.write, code=code))
    return ExportRequest(
        workbook,
        ExportOptions(default_columns()),
        address,
        lambda: select_all(filters),
        lambda selection: export_text.selection_document(settings(), selection, address),
    ).respond()
