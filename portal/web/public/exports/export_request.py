"""A file that somebody asks for: of any selection, or of one project."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass

from flask import Response, request

from portal.errors import NotFound
from portal.exports.document import Document
from portal.exports.options import ExportOptions
from portal.exports.registry import Format, split_suffix
from portal.exports.selection import Selection, reading, select_project
from portal.search import projects
from portal.search.index.current import current_snapshot
from portal.search.index.snapshot import Snapshot
from portal.web.http.file_response import FileHead, client_check, state_etag, stream, unchanged
from portal.web.http.request_context import settings
from portal.web.presentation import export_text
from portal.web.security.search_gate import bounded_search

# How often a selection is made anew because the catalogue changed in between.
_ATTEMPTS = 3


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
