"""Tables of any search: a page, and the same as CSV, Excel and JSON."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, render_template, request

from portal.exports.options import InvalidOption, parse_dialect
from portal.exports.registry import FORMATS
from portal.exports.tables import table_file
from portal.exports.tables.table_file import TableFile
from portal.search import pivot
from portal.search.index import current
from portal.web.declarations import public
from portal.web.http.conditional_get import cacheable
from portal.web.http.file_response import FileHead, state_etag, unchanged
from portal.web.http.request_context import settings
from portal.web.presentation import export_text, filter_text, table_text, table_urls
from portal.web.presentation.i18n import current_locale
from portal.web.public.exports.refusals import handle_refusals
from portal.web.public.results import asked_filters, asked_table_options
from portal.web.public.tables import page as table_page
from portal.web.security.search_gate import bounded_search

bp = Blueprint("tables", __name__)
handle_refusals(bp)

_PATH = "/projects/table"

# A page with more would be too large to read; the files hold everything.
MAX_ROWS, MAX_COLUMNS = 400, 30


def cache_key() -> str:
    filters, options = asked_filters(), asked_table_options()
    return f"{table_urls.table_path(filters, options)} {filters.invalid_parameters} {options.invalid_parameters}"


@bp.get(_PATH, endpoint="page")
@public
@cacheable(cache_key)
@bounded_search
def show_table() -> str:
    options, limits = asked_table_options(), (MAX_ROWS, MAX_COLUMNS)
    counted = pivot.table(asked_filters(), options, limits=limits, language=current_locale())
    return render_template("public/table.html", page=table_page.build_page(counted, options))


@bp.get(f"{_PATH}.csv", endpoint="csv_file")
@public
def download_csv() -> Response:
    dialect = parse_dialect(request.args)
    return respond("csv", lambda file: table_file.write_csv(file, dialect), dialect.name)


@bp.get(f"{_PATH}.xlsx", endpoint="xlsx_file")
@public
def download_xlsx() -> Response:
    return respond("xlsx", table_file.write_xlsx)


@bp.get(f"{_PATH}.json", endpoint="json_file")
@public
def download_json() -> Response:
    return respond("json", table_file.write_json)


@bounded_search
def respond(suffix: str, write: Callable[[TableFile], bytes], dialect: str = "") -> Response:
    """The file of a table with all its rows and columns; 304 if the client has it."""
    filters, options = asked_filters(), asked_table_options()
    if invalid := options.invalid_parameters:
        raise InvalidOption(f"{filter_text.invalid_parameter(invalid[0])}.")
    address = table_urls.table_file_path(filters, options, suffix)
    if response := unchanged(state_etag(current.current_snapshot().catalogue_version.stamp, address, dialect)):
        return response
    counted = pivot.table(filters, options, language=current_locale())
    file = table_text.table_file(counted, export_text.table_document(settings(), counted, address))
    export_format = FORMATS[suffix]
    disposition = "attachment" if export_format.is_attachment else "inline"
    name = export_text.file_name(file.document, export_format)
    etag = state_etag(counted.snapshot.catalogue_version.stamp, address, dialect)
    return FileHead(export_format.media_type, f'{disposition}; filename="{name}"', etag).answer(lambda: write(file))
