"""A WSGI middleware that counts and times requests, and a thread that writes down the state of its process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from flask import Flask, request

from portal import logs, metrics
from portal.database.orm import db
from portal.search.index import refresh

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# The key in the WSGI environment under which a request says which route answered it: an endpoint of Flask.
ROUTE = "portal.route"
_UNKNOWN_ROUTE = "none"
_SAMPLE_SECONDS = 1.0


class Measured:
    """Counts the requests of a process, and how many of them are being answered."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app
        self.lock = Lock()
        self.in_progress = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began, status = time.perf_counter(), "5xx"

        def start(line: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            nonlocal status
            status = f"{line[0]}xx"
            return start_response(line, headers, exc_info)

        # That of the request which this thread answered before.
        logs.request_id.set("")
        with self.lock:
            self.in_progress += 1
        try:
            return self.app(environ, start)
        finally:
            with self.lock:
                self.in_progress -= 1
            route = environ.get(ROUTE, _UNKNOWN_ROUTE)
            metrics.requests_of(route, status).inc()
            metrics.seconds_of(route.partition(".")[0]).observe(time.perf_counter() - began)


def note_route(endpoint: str | None, _values: object) -> None:
    request.environ[ROUTE] = endpoint or _UNKNOWN_ROUTE


def sample(app: Flask, pool: ThreadPoolExecutor | None) -> None:
    """Write down the state of this process."""
    measured: Measured = app.extensions["measured"]
    metrics.THREADS_BUSY.set(measured.in_progress)
    if pool is not None:
        metrics.THREADS.set(pool._max_workers)
        metrics.QUEUE.set(pool._work_queue.qsize())
    writing = app.extensions["write_gates"]
    gates = {"forms": writing.forms, "sign-ins": writing.sign_ins}
    if searches := app.extensions["search_gates"]:
        gates |= {"pages": searches.pages, "texts": searches.texts}
    for name, gate in gates.items():
        running, waiting = gate.queue
        metrics.GATE_RUNNING.labels(name).set(running)
        metrics.GATE_WAITING.labels(name).set(waiting)
    if cache := app.extensions.get("response_cache"):
        metrics.CACHED_PAGES.set(len(cache.entries))
        metrics.CACHED_BYTES.set(cache.entries.currsize)
    with app.app_context():
        engines = list(db.engines.values())
        store = refresh.store_for(db.engine.engine)
    metrics.CONNECTIONS_BUSY.set(sum(engine.pool.checkedout() for engine in engines))  # type: ignore[attr-defined]  # of a QueuePool
    metrics.DATABASE_AWAY.set(bool(store.failure))
    if snapshot := store.snapshot:
        metrics.INDEX_PROJECTS.set(len(snapshot.index.all_rows))
        metrics.INDEX_VERSION.set(snapshot.catalogue_version.version)
        metrics.INDEX_CHECKED.set(time.time() - (time.monotonic() - store.verified_at))
    metrics.PROCESS_SAMPLED.set_to_current_time()


def start_sampling(app: Flask, pool: ThreadPoolExecutor | None) -> None:
    """Sample once a second until the process ends; `pool` are the threads that answer requests."""

    def run() -> None:
        while True:
            with suppress(Exception):
                sample(app, pool)
            time.sleep(_SAMPLE_SECONDS)

    Thread(target=run, name="metrics", daemon=True).start()


def init_app(app: Flask) -> None:
    """Measure all requests; call it last, so that nothing is left out of the time."""
    app.url_value_preprocessor(note_route)
    measured = Measured(app.wsgi_app)
    app.extensions["measured"] = measured
    app.wsgi_app = measured  # type: ignore[method-assign]
