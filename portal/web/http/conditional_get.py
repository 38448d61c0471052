"""Conditional GET: public pages carry a strong ETag, and a request for an unchanged page is answered 304.

The ETag is computed before the view runs, from everything the page depends on: its canonical URL, the language,
the htmx headers, the day, the build and the catalogue version.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from flask import Response, current_app, make_response, request
from sqlalchemy.exc import SQLAlchemyError

from portal.search.index import current
from portal.search.index.refresh import SnapshotStore
from portal.search.index.snapshot import Snapshot
from portal.web.http.languages.choice import keep_page_url
from portal.web.http.request_context import own_path, settings
from portal.web.http.responses import no_store
from portal.web.presentation import i18n

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

ViewParams = ParamSpec("ViewParams")
# Request headers that change the response of one URL.
VARIANT_HEADERS = ("HTTP_HX_REQUEST", "HTTP_HX_REQUEST_TYPE", "HTTP_HX_HISTORY_RESTORE_REQUEST", "HTTP_HX_SOURCE")
# The key in the WSGI environment by which a response says that it may be cached: (catalogue stamp, canonical URL).
CACHEABLE = "portal.cacheable"
# There the page cache puts a function: whether it has a copy of (catalogue stamp, canonical URL), which it then sends
# instead of the response.
FIND_COPY = "portal.find_copy"
_MAX_ATTEMPTS = 3
_SECONDS_A_DAY = 86_400


def cacheable(
    canonical: Callable[[], str],
    *,
    also_of: Callable[[], str] | None = None,
) -> Callable[[Callable[ViewParams, ResponseReturnValue]], Callable[ViewParams, Response]]:
    """Mark a view whose response depends on its URL and the catalogue alone, never on a person.

    `canonical` returns one URL for all its spellings. A conditional request for an unchanged page is answered
    before the view runs. `also_of` returns the state of something else that the page shows, and that changes while the
    catalogue does not; such a page is not kept in memory. A response that may be of two states is not stored.
    """

    def mark(view: Callable[ViewParams, ResponseReturnValue]) -> Callable[ViewParams, Response]:
        @wraps(view)
        def respond(*args: ViewParams.args, **kwargs: ViewParams.kwargs) -> Response:
            store = current.store()
            if (snapshot := _snapshot(store)) is None:
                # The informational pages need no database; any other view reports the error itself.
                return make_response(view(*args, **kwargs))
            if store.outage:
                # It says as of when it is; that must not be kept for later.
                return no_store(make_response(view(*args, **kwargs)))
            url, stamp = keep_page_url(canonical()), snapshot.catalogue_version.stamp
            key, state = f"{i18n.current_locale()} {url}", f" {also_of()}" if also_of else ""
            known = _unchanged(etag := etag_for(stamp, url + state))
            if known or (also_of is None and _has_copy(stamp, key)):
                return known or Response()
            response, shown = _run_in_one_state(lambda: view(*args, **kwargs), snapshot, store)
            if store.outage:
                return no_store(response)
            if response.status_code == 200 and shown:
                _tag(response, etag if shown == stamp else etag_for(shown, url + state))
                if also_of is None:
                    request.environ[CACHEABLE] = (shown, key)
            return response

        return respond

    return mark


def _has_copy(stamp: str, url: str) -> bool:
    """Whether the page cache answers this request, whose address is another spelling of one that it knows."""
    find: Callable[[str, str], bool] | None = request.environ.get(FIND_COPY)
    return find is not None and find(stamp, url)


def _tag(response: Response, etag: str) -> None:
    response.set_etag(etag)
    allow_stale_copy(response)


def of_one_state(view: Callable[ViewParams, ResponseReturnValue]) -> Callable[ViewParams, Response]:
    """Run a public view again if the catalogue changed while it read, so that rows, counts and totals agree."""

    @wraps(view)
    def respond(*args: ViewParams.args, **kwargs: ViewParams.kwargs) -> Response:
        return _run_in_one_state(lambda: view(*args, **kwargs), current.current_snapshot(), current.store())[0]

    return respond


def _run_in_one_state(
    view: Callable[[], ResponseReturnValue], snapshot: Snapshot, store: SnapshotStore
) -> tuple[Response, str]:
    """The response, and the stamp of the only catalogue version that it shows; "" if there may be two.

    `snapshot` is the current one. The index is at least as new as the version it names, and versions rise: if the
    database shows that version still after everything was read, nothing newer was read. There may be two if a large
    change is being indexed.
    """
    response = make_response(view())
    for attempt in range(_MAX_ATTEMPTS):
        # What the database shows now; of a page that is all of memory, that of the snapshot in memory.
        seen = None if store.outage else current.visible_version() or current.current_snapshot().catalogue_version
        if seen in (None, snapshot.catalogue_version):
            return response, snapshot.catalogue_version.stamp
        newer = current.current_snapshot(at_once=True)
        is_being_indexed = newer is snapshot and seen.version >= snapshot.catalogue_version.version
        if is_being_indexed or attempt == _MAX_ATTEMPTS - 1:
            break
        snapshot, response = newer, make_response(view())
    return response, ""


def _snapshot(store: SnapshotStore) -> Snapshot | None:
    """The current one; None if there is none, as the database does not answer."""
    try:
        return store.fresh_snapshot() or current.current_snapshot()
    except SQLAlchemyError:
        return None


def allow_stale_copy(response: Response) -> None:
    """Let nginx keep a copy for when the portal is down; it is out of date at once (deploy/nginx/portal.conf).

    Without this header nginx keeps nothing, whatever else a response says.
    """
    if settings().proxy_count:
        response.headers["X-Accel-Expires"] = "@1"


def path_key() -> str:
    """The canonical URL of a page that has no query string."""
    return own_path()


def etag_for(stamp: str, url: str) -> str:
    """A strong ETag of everything the page depends on; some pages print the day."""
    environ = request.environ
    variant = [environ.get(name, "") for name in VARIANT_HEADERS]
    parts = (current_app.extensions["build_id"], day_stamp(), stamp, i18n.current_locale(), url, *variant)
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()[:24]


def day_stamp() -> str:
    """The day in UTC, as the number of days since 1970."""
    return str(int(time.time() // _SECONDS_A_DAY))


def _unchanged(etag: str) -> Response | None:
    """304 if If-None-Match names this page; compression appends its name to an ETag."""
    if "HTTP_IF_NONE_MATCH" not in request.environ:
        return None
    known = request.if_none_match.as_set()
    matching = next((other for other in known if other == etag or other.startswith(f"{etag}:")), None)
    if matching is None:
        return None
    response = Response(status=304)
    response.set_etag(matching)
    return response
