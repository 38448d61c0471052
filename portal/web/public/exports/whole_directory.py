"""The file of all IATI activities, which is written aside after each change and handed out to who asks."""

from __future__ import annotations

from flask import abort
from werkzeug.datastructures import MultiDict

from portal.exports.options import ExportOptions
from portal.exports.registry import offered_format
from portal.exports.selection import select_all
from portal.search import Filters
from portal.web.http.request_context import settings
from portal.web.presentation import export_text
from portal.web.public.exports.export_request import ExportRequest

ADDRESS = "/iati/activities.xml"


def whole_directory() -> ExportRequest:
    """The file of all activities; 404 on a portal that publishes no IATI."""
    return ExportRequest(
        offered_format("xml", settings()) or abort(404),
        ExportOptions.parse(MultiDict()),
        ADDRESS,
        lambda: select_all(Filters()),
        lambda selection: export_text.selection_document(settings(), selection, ADDRESS),
    )
