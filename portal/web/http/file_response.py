"""Streams a file that is being made: conditional requests, limits, and a client that goes away."""

from __future__ import annotations

import hashlib
import select
import socket
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, current_app, request

from portal import metrics
from portal.database.public_reader import release_session
from portal.errors import Busy
from portal.exports.licence import licence_named
from portal.exports.pace import page_load
from portal.exports.slots import Slot, take_slot
from portal.exports.spooled_export import ExportInterrupted, SpooledExport
from portal.gates import Gate
from portal.text.ip_addresses import client_network
from portal.text.web_addresses import as_uri
from portal.web.http import error_pages
from portal.web.http.request_context import client_address, settings
from portal.web.presentation import i18n
from portal.web.presentation.i18n import gettext

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# How long a request waits for a slot, and how long a refused one is asked to wait.
MAX_WAIT_SECONDS, RETRY_AFTER_SECONDS = 10.0, 30
_MAX_WAITING = 4
# Others may read the files from their own pages; search engines list the page of a list, not its files.
OPEN_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Robots-Tag": "noindex",
}


class Deliveries:
    """The files that this process hands out: at most half of its threads, so that pages always find one.

    Of these and of the requests that wait for a file, one client has half; what is more raises Busy at once.
    """

    def __init__(self, threads: int) -> None:
        self._handing_out = Gate(max_running=max(1, threads // 2), max_waiting=0, seconds=0)
        self._waiting = Gate(max_running=_MAX_WAITING, max_waiting=0, seconds=0)

    def handing_out(self) -> AbstractContextManager[None]:
        """The client of this request is being sent a file inside the block."""
        return self._handing_out.turn(_client())

    def waiting(self) -> AbstractContextManager[None]:
        """The client of this request waits for a file inside the block."""
        return self._waiting.turn(_client())


def _client() -> str:
    return client_network(client_address())


def state_etag(stamp: str, *parts: str) -> str:
    """A strong ETag of a file: of the build, the state of the catalogue, and everything that was asked for."""
    known = (current_app.extensions["build_id"], stamp, i18n.current_locale(), *parts)
    return hashlib.sha256("\n".join(known).encode(errors="replace")).hexdigest()[:24]


def unchanged(etag: str) -> Response | None:
    """304 if the client has this file already, in whatever packing."""
    known = request.if_none_match
    matching = next((tag for tag in known.as_set() if tag == etag or tag.startswith(f"{etag}:")), None)
    if matching is None and not known.star_tag:
        return None
    response = Response(status=304)
    response.set_etag(matching or etag)
    response.headers.update(OPEN_HEADERS)
    return response


def _licence_link() -> dict[str, str]:
    """The licence of a file, also of one whose format or columns have no place for it."""
    address = as_uri(licence_named(settings().licence, settings().licence_url).url)
    return {"Link": f'<{address}>; rel="license"'} if address else {}


@dataclass(frozen=True)
class FileHead:
    """What a file says before its first byte; an empty `etag` means that nobody may store it."""

    media_type: str
    disposition: str
    etag: str

    def answer(self, make: Callable[[], bytes]) -> Response:
        """The response with a file that is made in one piece, for GET alone."""
        return self.response() if request.method == "HEAD" else self.response([make()])

    def response(self, body: Iterable[bytes] | None = None) -> Response:
        """The response with this body; None for HEAD, which does not state the length of a file that is not made."""
        response = Response(iter(()) if body is None else body, content_type=self.media_type)
        response.headers.update(OPEN_HEADERS | {"Content-Disposition": self.disposition} | _licence_link())
        if self.etag:
            response.set_etag(self.etag)
        else:
            response.headers["Cache-Control"] = "no-store"
        return response


OpenFile = Callable[[ExitStack], tuple[FileHead, Callable[[], Iterable[bytes]]]]


def stream(open_file: OpenFile) -> Response:
    """The response that streams a file; 503 if too many are made or handed out already.

    `open_file` is called once the file may be made: it opens what it needs in the stack, which is closed when the
    last piece is made, and returns the head and the function that makes the pieces; it may raise ExportInterrupted.
    """
    deliveries: Deliveries = current_app.extensions["deliveries"]
    with ExitStack() as until_delivered:
        try:
            until_delivered.enter_context(deliveries.handing_out())
        except Busy:
            return busy()
        is_wanted = client_check(request.environ)
        if (slot := wait_for_slot(deliveries, is_wanted)) is None:
            return busy()
        with ExitStack() as while_making:
            while_making.callback(slot.release)
            try:
                head, pieces = open_file(while_making)
            except ExportInterrupted:
                # The client has gone; nobody reads the answer.
                return busy()
            # The connection of this request is needed no more, however long the client takes.
            release_session()
            export = SpooledExport(pieces, on_end=while_making.pop_all().close, is_wanted=is_wanted)
        until_delivered.callback(export.close)
        response = head.response(iter(export))
        response.call_on_close(until_delivered.pop_all().close)
    return response


def wait_for_slot(deliveries: Deliveries, is_wanted: Callable[[], bool]) -> Slot | None:
    """A slot of the machine; None if there is none in time, or if enough requests wait already."""
    try:
        with deliveries.waiting():
            return take_slot(MAX_WAIT_SECONDS, client=_client(), is_wanted=is_wanted)
    except Busy:
        return None


def busy() -> Response:
    metrics.REFUSALS.labels("file").inc()
    return error_pages.render_error(
        503,
        gettext("Too many downloads at once"),
        gettext("This file can be made as soon as others are done. Try again in half a minute."),
        retry_after=RETRY_AFTER_SECONDS,
    )


def client_check(environ: dict[str, Any]) -> Callable[[], bool]:
    """A function that says whether the client is still there, as far as its connection shows."""
    connection: socket.socket | None = environ.get("gunicorn.socket")

    def is_there() -> bool:
        if connection is None:
            return True
        with suppress(OSError, ValueError):
            if not select.select([connection], [], [], 0)[0]:
                return True
            # Readable without data: the client has closed its end.
            return bool(connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        return False

    return is_there


class CountedPages:
    """A WSGI middleware that counts the page requests in progress, to which the makers of files give way."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with page_load.request():
            return self.app(environ, start_response)


def init_app(app: Flask) -> None:
    with app.app_context():
        app.extensions["deliveries"] = Deliveries(settings().threads)
    app.wsgi_app = CountedPages(app.wsgi_app)  # type: ignore[method-assign]
