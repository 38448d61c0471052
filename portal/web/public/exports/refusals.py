"""Files that cannot be made: what the answer says, and which views give it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from portal.exports.columns import UnknownColumn
from portal.exports.options import InvalidOption
from portal.exports.workbook.limits import TooLargeForExcel
from portal.web.http import error_pages
from portal.web.http.request_context import own_path
from portal.web.presentation.i18n import gettext


def refuse_option(error: UnknownColumn | InvalidOption) -> Response:
    """400 that lists what is known."""
    return error_pages.render_error(400, gettext("This file cannot be made"), str(error))


def refuse_size(error: TooLargeForExcel) -> Response:
    """413 that offers the same list as CSV."""
    path, query = own_path().removesuffix(".xlsx") + ".csv", request.query_string.decode("ascii", "replace")
    return offer_csv(error, f"{path}?{query}" if query else path)


def offer_csv(error: TooLargeForExcel, address: str) -> Response:
    """413 with the address of the same list as CSV."""
    action = (gettext("Download as CSV"), address)
    return error_pages.render_error(413, gettext("Excel cannot hold this list"), str(error), action=action)


def handle_refusals(blueprint: Blueprint) -> None:
    """Answer the errors of files in the views of a blueprint."""
    for error in (UnknownColumn, InvalidOption):
        blueprint.register_error_handler(error, refuse_option)
    blueprint.register_error_handler(TooLargeForExcel, refuse_size)
