"""A WSGI middleware that caches rendered pages in memory, per catalogue version.

It caches only responses of views marked `cacheable` (http.conditional_get), under everything they depend on: the
canonical URL, the language, the htmx headers, the compression and the catalogue version.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from cachetools import FIFOCache
from flask import Flask, Response, current_app, render_template

from portal.database.orm import db
from portal.models import CATALOGUE_TOUCHED
from portal.search.index import current, refresh
from portal.web.http import cached_response
from portal.web.http.cached_response import CachedResponse, Variant
from portal.web.http.conditional_get import CACHEABLE, FIND_COPY, day_stamp
from portal.web.http.headers import REQUEST_ID_HEADER
from portal.web.http.languages.prefix import language_of_path
from portal.web.http.request_metrics import ROUTE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_MAX_ALIASES = 10_000
_MAX_REPLICA_WAIT_SECONDS = 2.0


@dataclass
class ResponseCache:
    """Serves cached responses, up to `max_bytes` of them; `stamp` returns the current catalogue version.

    `note` returns what to say above the content of the page at a path while the database does not answer, else None.
    """

    app: WSGIApplication
    stamp: Callable[[], str]
    note: Callable[[str], bytes | None]
    max_bytes: int
    entries_stamp: str = ""
    # Reading a FIFO cache changes nothing, so only writers need the lock.
    entries: FIFOCache[Variant, CachedResponse] = field(init=False, repr=False)
    # The canonical variant for each spelling of a URL.
    aliases: FIFOCache[Variant, Variant] = field(default_factory=lambda: FIFOCache(_MAX_ALIASES), repr=False)
    lock: Lock = field(default_factory=Lock, repr=False)

    def __post_init__(self) -> None:
        self.entries = FIFOCache(self.max_bytes, getsizeof=lambda response: len(response.body))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_read = environ["REQUEST_METHOD"] in ("GET", "HEAD")
        variant = cached_response.variant_of(environ) if is_read else None
        if variant is None:
            return self.app(environ, start_response)
        cached = self.find(variant)
        if cached and cached.stamp == self.stamp():
            if (note := self.note(environ["PATH_INFO"])) is not None:
                cached = cached_response.marked(cached, note)
            elif cached.day != day_stamp():
                cached = None
            if cached:
                environ[ROUTE] = cached.route
                return cached_response.serve_cached(cached, environ, start_response)
        return self.ask(variant, environ, start_response)

    def find(self, variant: Variant) -> CachedResponse | None:
        try:
            return self.entries[self.aliases.get(variant, variant)]
        except KeyError:
            return None

    def ask(self, variant: Variant, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Ask the application, which may find that the page is kept under another spelling of its address."""
        copies: list[CachedResponse] = []

        def find_copy(stamp: str, url: str) -> bool:
            canonical = (url, *variant[1:])
            cached = self.entries.get(canonical)
            if cached is None or (cached.stamp, cached.day) != (stamp, day_stamp()):
                return False
            with self.lock:
                self.aliases[variant] = canonical
            copies.append(cached)
            return True

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            return (lambda _: None) if copies else start_response(status, headers, exc_info)

        environ[FIND_COPY] = find_copy
        chunks = self.render_and_store(variant, environ, start)
        if not copies:
            return chunks
        _close(chunks)
        return cached_response.serve_cached(copies[0], environ, start_response)

    def render_and_store(
        self, variant: Variant, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            started.append((status, headers))
            return start_response(status, headers, exc_info)

        chunks = self.app(environ, start)
        is_whole = environ["REQUEST_METHOD"] == "GET" and started and started[0][0].startswith("200")
        if CACHEABLE not in environ or not is_whole:
            return chunks
        stamp, url = environ[CACHEABLE]
        try:
            body = b"".join(chunks)
        finally:
            _close(chunks)
        headers = [(name, value) for name, value in started[0][1] if name != REQUEST_ID_HEADER]
        by_name = {name.lower(): value for name, value in headers}
        if "set-cookie" not in by_name and "etag" in by_name:
            response = CachedResponse(stamp, day_stamp(), by_name["etag"], headers, body, environ.get(ROUTE, ""))
            self.store(variant, (url, *variant[1:]), response)
        return [body]

    def store(self, variant: Variant, canonical: Variant, response: CachedResponse) -> None:
        with self.lock:
            if response.stamp != self.entries_stamp:
                # Entries for an older catalogue version are stale.
                self.entries.clear()
                self.aliases.clear()
                self.entries_stamp = response.stamp
            if len(response.body) <= self.max_bytes:
                self.entries[canonical] = response
                self.aliases[variant] = canonical


def _close(chunks: Iterable[bytes]) -> None:
    if close := getattr(chunks, "close", None):
        close()


def wait_for_propagation(response: Response) -> Response:
    """Delay the response to a change until every process has dropped the catalogue version before it.

    If this node reads a replica, wait until that has the change too, within limits.
    Therefore the next request of the person who published shows the change, in whichever process it runs.
    """
    # A request without a session has changed nothing.
    if db.session.registry.has() and db.session.info.pop(CATALOGUE_TOUCHED, False):
        settings = current_app.extensions["settings"]
        if settings.reader_url:
            current.wait_until_readable(_MAX_REPLICA_WAIT_SECONDS)
        time.sleep(settings.max_staleness)
    return response


def init_app(app: Flask, max_bytes: int) -> None:
    """Cache up to `max_bytes` of responses in memory; 0 turns the cache off."""
    app.after_request(wait_for_propagation)
    with app.app_context():
        store = refresh.store_for(db.engine)

    def stamp() -> str:
        if snapshot := store.fresh_snapshot():
            return snapshot.catalogue_version.stamp
        with app.app_context():
            return current.current_snapshot().catalogue_version.stamp

    def note(path: str) -> bytes | None:
        if not store.failure or store.state_at is None:
            return None
        language = language_of_path(path, app.extensions["settings"].languages)
        with app.test_request_context(f"{language.prefix}/"):
            return f'<div class="page">{render_template("_outage.html", outage=store.state_at)}</div>\n'.encode()

    if max_bytes:
        cache = app.extensions["response_cache"] = ResponseCache(app.wsgi_app, stamp, note, max_bytes)
        app.wsgi_app = cache  # type: ignore[method-assign]
