"""Pages that are the same for everybody: a strong ETag for each, and rendered answers kept while they are true.

An answer is kept only if its view is marked `shared`, and only under everything it depends on: the address
in its canonical form, the language, whether htmx wants a part, the packing, and the state of the catalogue.
So no answer is older than the snapshot of its process, and no answer is made for one person.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, ParamSpec

from flask import Flask, Response, current_app, make_response, request
from sqlalchemy.exc import SQLAlchemyError

from portal.database.orm import db
from portal.models import CATALOGUE_TOUCHED
from portal.search.index import current, refresh
from portal.web.http.headers import REQUEST_ID_HEADER, request_id
from portal.web.presentation import i18n

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask.typing import ResponseReturnValue

ViewParams = ParamSpec("ViewParams")
# Request headers that make another answer of the same address.
_VARIANT_HEADERS = ("HTTP_HX_REQUEST", "HTTP_HX_REQUEST_TYPE", "HTTP_HX_HISTORY_RESTORE_REQUEST", "HTTP_HX_SOURCE")
_CACHEABLE = "portal.cacheable"
_MAX_URL_LENGTH = 2_000
_MAX_ALIASES = 10_000


def cacheable(
    canonical: Callable[[], str],
) -> Callable[[Callable[ViewParams, ResponseReturnValue]], Callable[ViewParams, Response]]:
    """Mark a view whose answer depends on its address and the catalogue alone.

    `canonical` gives the address in the one form that stands for all its spellings. A conditional request for
    what has not changed is answered before the view runs.
    """

    def mark(view: Callable[ViewParams, ResponseReturnValue]) -> Callable[ViewParams, Response]:
        @wraps(view)
        def answer(*args: ViewParams.args, **kwargs: ViewParams.kwargs) -> Response:
            try:
                stamp = current.current_snapshot().catalogue_version.stamp
            except SQLAlchemyError:
                # A page of prose needs no database; any other says for itself what is wrong.
                return make_response(view(*args, **kwargs))
            address = canonical()
            tag = etag_for(stamp, address)
            for known in request.if_none_match.as_set():
                # Packing adds its name to the tag.
                if known == tag or known.startswith(f"{tag}:"):
                    response = Response(status=304)
                    response.set_etag(known)
                    return response
            response = make_response(view(*args, **kwargs))
            if response.status_code == 200:
                response.set_etag(tag)
                request.environ[_CACHEABLE] = (stamp, address)
            return response

        return answer

    return mark


def path_key() -> str:
    """The address of a page that has no query string."""
    return request.path


def etag_for(stamp: str, url: str) -> str:
    """Strong: of everything the answer is made from, the day (which some pages print) and the code included."""
    asked = [request.environ.get(name, "") for name in _VARIANT_HEADERS]
    parts = (current_app.extensions["build_id"], day_stamp(), stamp, i18n.current_locale(), url, *asked)
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """A rendered answer, its ETag, and the stamp of the catalogue it shows."""

    stamp: str
    day: str
    etag: str
    headers: list[tuple[str, str]]
    body: bytes


Variant = tuple[str, ...]


@dataclass
class ResponseCache:
    """A WSGI application that answers from memory what it has answered before, up to `most` bytes.

    `stamp` tells the present state of the catalogue.
    """

    app: WSGIApplication
    stamp: Callable[[], str]
    max_bytes: int
    size: int = 0
    entries_stamp: str = ""
    entries: OrderedDict[Variant, CachedResponse] = field(default_factory=OrderedDict, repr=False)
    # Spellings of an address, by what was asked for.
    aliases: dict[Variant, Variant] = field(default_factory=dict, repr=False)
    lock: Lock = field(default_factory=Lock, repr=False)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked = variant_of(environ) if environ["REQUEST_METHOD"] in ("GET", "HEAD") else None
        if asked is None:
            return self.app(environ, start_response)
        known = self.entries.get(self.aliases.get(asked, asked))
        if known and known.day == day_stamp() and known.stamp == self.stamp():
            return serve_cached(known, environ, start_response)
        if environ["REQUEST_METHOD"] == "HEAD":
            return self.app(environ, start_response)
        return self.render_and_store(asked, environ, start_response)

    def render_and_store(
        self, asked: Variant, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        seen: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], object]:
            seen.append((status, headers))
            return start_response(status, headers, exc_info)  # type: ignore[arg-type]  # handed on as it came

        body = self.app(environ, start)
        if _CACHEABLE not in environ or not seen or not seen[0][0].startswith("200"):
            return body
        stamp, address = environ[_CACHEABLE]
        try:
            whole = b"".join(body)
        finally:
            if close := getattr(body, "close", None):
                close()
        headers = [(name, value) for name, value in seen[0][1] if name != REQUEST_ID_HEADER]
        names = {name.lower(): value for name, value in headers}
        if "set-cookie" not in names and "etag" in names:
            canonical = (address, *asked[1:])
            self.store(asked, canonical, CachedResponse(stamp, day_stamp(), names["etag"], headers, whole))
        return [whole]

    def store(self, asked: Variant, canonical: Variant, answer: CachedResponse) -> None:
        with self.lock:
            if answer.stamp != self.entries_stamp:
                # What was true of another state of the catalogue is of no use any more.
                self.entries.clear()
                self.aliases.clear()
                self.size, self.entries_stamp = 0, answer.stamp
            if old := self.entries.pop(canonical, None):
                self.size -= len(old.body)
            self.entries[canonical] = answer
            self.size += len(answer.body)
            while self.size > self.max_bytes:
                _, dropped = self.entries.popitem(last=False)
                self.size -= len(dropped.body)
            if len(self.aliases) >= _MAX_ALIASES:
                self.aliases.clear()
            self.aliases[asked] = canonical


def variant_of(environ: WSGIEnvironment) -> Variant | None:
    """Everything an answer may depend on, as it was asked for; None for what is not worth keeping."""
    get = environ.get
    address = f"{get('SCRIPT_NAME', '')}{environ['PATH_INFO']}?{get('QUERY_STRING', '')}"
    packing = get("HTTP_ACCEPT_ENCODING", "")
    if len(address) > _MAX_URL_LENGTH or len(packing) > 100 or "HTTP_RANGE" in environ:
        return None
    scheme_and_host = f"{environ['wsgi.url_scheme']}://{get('HTTP_HOST', '')}"
    return (address, scheme_and_host, packing, *(get(name, "") for name in _VARIANT_HEADERS))


def serve_cached(cached: CachedResponse, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    headers = [*cached.headers, (REQUEST_ID_HEADER, request_id(environ.get("HTTP_X_REQUEST_ID", "")))]
    given = environ.get("HTTP_IF_NONE_MATCH", "")
    if given and (cached.etag in given or given.strip() == "*"):
        start_response(
            "304 NOT MODIFIED",
            [header for header in headers if header[0] not in ("Content-Length", "Content-Type", "Content-Encoding")],
        )
        return []
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [cached.body]


def day_stamp() -> str:
    return f"{datetime.now(UTC):%j%y}"


def compute_build_id(app: Flask, *folders: Path) -> str:
    """A digest of the program, its templates and what its operator set: pages of another edition are other pages."""
    settings = app.extensions["settings"]
    digest = hashlib.sha256(repr((settings.public_url, settings.operator, settings.contact)).encode())
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".html", ".csv", ".css", ".js", ".svg", ".mo"):
                digest.update(path.read_bytes())
    return digest.hexdigest()


def wait_for_propagation(response: Response) -> Response:
    """Let the answer to a change leave only when no process believes the state before it any more.

    So whoever published something sees it in their next request, whichever process takes it.
    """
    if db.session.info.pop(CATALOGUE_TOUCHED, False):
        time.sleep(current_app.extensions["settings"].max_staleness)
    return response


def init_app(app: Flask, root: Path, max_bytes: int) -> None:
    """Keep up to `most` bytes of answers in memory; 0 keeps none."""
    app.after_request(wait_for_propagation)
    app.extensions["build_id"] = compute_build_id(app, Path(app.root_path), root / "templates", root / "static")
    with app.app_context():
        held = refresh.store_for(db.engine)

    def stamp() -> str:
        if fresh := held.fresh_snapshot():
            return fresh.catalogue_version.stamp
        with app.app_context():
            return current.current_snapshot().catalogue_version.stamp

    if max_bytes:
        app.wsgi_app = ResponseCache(app.wsgi_app, stamp, max_bytes)  # type: ignore[method-assign]
