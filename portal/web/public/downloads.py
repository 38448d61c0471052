"""Files of any selection, and of one project: `/projects.csv` with the query string of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass

from flask import Blueprint, Response, abort, request

from portal.errors import NotFound
from portal.exports.columns import UnknownColumn
from portal.exports.document import Document
from portal.exports.options import ExportOptions, InvalidOption
from portal.exports.registry import Format, offered_format, split_suffix
from portal.exports.selection import Selection, reading, select_all, select_project
from portal.exports.workbook.limits import TooLargeForExcel
from portal.search import Filters, projects
from portal.search.index.current import current_snapshot
from portal.search.index.snapshot import Snapshot
from portal.web.declarations import public
from portal.web.http import error_pages
from portal.web.http.file_response import FileHead, client_check, state_etag, stream, unchanged
from portal.web.http.request_context import own_path, settings
from portal.web.presentation import export_text
from portal.web.presentation.i18n import gettext
from portal.web.security.search_gate import bounded_search

bp = Blueprint("downloads", __name__)

# How often a selection is made anew because the catalogue changed in between.
_ATTEMPTS = 3


@bp.get("/projects.<suffix>", endpoint="selection")
@public
def download_selection(suffix: str) -> Response:
    export_format = offered_format(suffix, settings()) or abort(404)
    filters, options = Filters.parse(request.args), ExportOptions.parse(request.args)
    address = export_text.file_path(filters, suffix, options)
    return ExportRequest(
        export_format,
        options,
        address,
        lambda: select_all(filters),
        lambda selection: export_text.selection_document(settings(), selection, address),
    ).respond()


def project_file(name: str) -> Response | None:
    """The file of a project, if a name is its slug with a known ending; None for any other name.

    Raises NotFound if there is no such project.
    """
    if not (parts := split_suffix(name)) or not parts[1].is_offered(settings()):
        return None
    try:
        projects.locate(name)
    except NotFound:
        location, export_format = projects.locate(parts[0]), parts[1]
    else:
        # The whole name is a slug, ending included.
        return None
    options = ExportOptions.parse(request.args)
    address = export_text.project_file_path(location.slug, export_format.suffix, options)
    if not location.is_current:
        return Response(status=301, headers={"Location": address})
    project = projects.get_project(location.project_id)
    return ExportRequest(
        export_format,
        options,
        address,
        lambda: select_project(location.project_id),
        lambda selection: export_text.project_document(settings(), selection, project, address),
    ).respond()


@dataclass(frozen=True)
class ExportRequest:
    """A file that somebody asks for; `address` is its canonical path and query string."""

    export_format: Format
    options: ExportOptions
    address: str
    select: Callable[[], Selection]
    describe: Callable[[Selection], Document]

    def respond(self) -> Response:
        """304 if the client has the file, else its head at once and the rest as it is made."""
        if response := unchanged(self.etag(current_snapshot())):
            return response
        if request.method == "HEAD":
            return self.respond_to_head()
        # Nothing is looked for before the file may be made.
        return stream(self.open)

    @bounded_search
    def respond_to_head(self) -> Response:
        selection = self.select()
        return self.head(selection, self.describe(selection), self.etag(selection.snapshot)).response()

    def etag(self, snapshot: Snapshot) -> str:
        return state_etag(snapshot.catalogue_version.stamp, self.address)

    def head(self, selection: Selection, document: Document, etag: str) -> FileHead:
        disposition = "attachment" if self.export_format.is_attachment else "inline"
        name = export_text.file_name(document, self.export_format)
        return FileHead(self.export_format.media_type, f'{disposition}; filename="{name}"', etag)

    def open(self, stack: ExitStack) -> tuple[FileHead, Callable[[], Iterable[bytes]]]:
        """Select the projects and begin to read them in one state of the catalogue.

        While an import changes it all the time the index is behind; the file then has no ETag.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            with ExitStack() as opened:
                connection = opened.enter_context(reading())
                selection = self.select()
                if (is_same_state := selection.is_of_state(connection)) or attempt == _ATTEMPTS:
                    stack.push(opened.pop_all())
                    break
        document = self.describe(selection)
        if self.export_format.check:
            is_wanted = client_check(request.environ)
            self.export_format.check(selection, document, connection, self.options, is_wanted)
        head = self.head(selection, document, self.etag(selection.snapshot) if is_same_state else "")
        return head, lambda: self.export_format.write(document, selection.batches(connection), self.options)


@bp.errorhandler(UnknownColumn)
@bp.errorhandler(InvalidOption)
def refuse_option(error: UnknownColumn | InvalidOption) -> Response:
    """400 that lists what is known."""
    return error_pages.render_error(400, gettext("This file cannot be made"), str(error))


@bp.errorhandler(TooLargeForExcel)
def refuse_size(error: TooLargeForExcel) -> Response:
    """413 that offers the same list as CSV."""
    path, query = own_path().removesuffix(".xlsx") + ".csv", request.query_string.decode("ascii", "replace")
    return offer_csv(error, f"{path}?{query}" if query else path)


def offer_csv(error: TooLargeForExcel, address: str) -> Response:
    """413 with the address of the same list as CSV."""
    action = (gettext("Download as CSV"), address)
    return error_pages.render_error(413, gettext("Excel cannot hold this list"), str(error), action=action)


def handle_refusals(blueprint: Blueprint) -> None:
    """Answer the errors of files in the views of another blueprint too."""
    for error in (UnknownColumn, InvalidOption):
        blueprint.register_error_handler(error, refuse_option)
    blueprint.register_error_handler(TooLargeForExcel, refuse_size)
