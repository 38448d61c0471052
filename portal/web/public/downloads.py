"""Files of any selection: `/projects.csv` with the query string of the page."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from portal.exports.options import ExportOptions
from portal.exports.registry import offered_format
from portal.exports.selection import select_all
from portal.web.declarations import public
from portal.web.http.request_context import settings
from portal.web.presentation import export_text
from portal.web.public.exports.export_request import ExportRequest
from portal.web.public.exports.refusals import handle_refusals
from portal.web.public.results import asked_filters

bp = Blueprint("downloads", __name__)
handle_refusals(bp)


@bp.get("/projects.<suffix>", endpoint="selection")
@public
def download_selection(suffix: str) -> Response:
    export_format = offered_format(suffix, settings()) or abort(404)
    filters, options = asked_filters(), ExportOptions.parse(request.args)
    address = export_text.file_path(filters, suffix, options)
    return ExportRequest(
        export_format,
        options,
        address,
        lambda: select_all(filters),
        lambda selection: export_text.selection_document(settings(), selection, address),
    ).respond()
