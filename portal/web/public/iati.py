"""IATI: the whole directory as one file that is kept, the report on it, and the lists of our own codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import IO

from flask import Blueprint, Response, abort, current_app, request, url_for

from portal.errors import Busy
from portal.exports.file_cache import Claim, FileCache, file_cache
from portal.exports.iati.code_lists import code_list
from portal.exports.registry import offered_format
from portal.search.index import current
from portal.web.declarations import one_address, public
from portal.web.http.conditional_get import cacheable, path_key
from portal.web.http.file_response import (
    MAX_WAIT_SECONDS,
    OPEN_HEADERS,
    Deliveries,
    FileHead,
    busy,
    client_check,
    stream,
    unchanged,
)
from portal.web.http.request_context import settings
from portal.web.public.exports.export_request import ExportRequest
from portal.web.public.exports.whole_directory import ADDRESS, whole_directory
from portal.web.security.search_gate import bounded_search

bp = Blueprint("iati", __name__)

_READ_BYTES = 64 * 1024


@bp.get(ADDRESS)
@public
@one_address
def activities() -> Response:
    """The whole directory: written once something was published (portal.iati_file), or for who asks before."""
    wanted = whole_directory()
    if response := unchanged(wanted.etag(current.current_snapshot())):
        return response
    head = _head(wanted)
    if request.method == "HEAD":
        return head.response()
    cache = file_cache(settings().database_url, settings().public_url)
    return _hand_out(head, cache) or _make(wanted, head, cache)


@bp.get("/iati/report.csv")
@public
@one_address
def report() -> Response:
    """What the whole file leaves out."""
    if not offered_format("iati-report.csv", settings()):
        abort(404)
    return Response(status=301, headers={"Location": url_for("downloads.selection", suffix="iati-report.csv")})


@bp.get("/iati/codelists/type.xml", defaults={"facet": "type"})
@bp.get("/iati/codelists/region.xml", defaults={"facet": "region"})
@bp.get("/iati/codelists/gcm.xml", defaults={"facet": "gcm"})
@public
@one_address
@cacheable(path_key)
def codes(facet: str) -> Response:
    """A list of our own codes, as IATI writes lists."""
    response = Response(code_list(facet, current.current_snapshot().terms), content_type="application/xml")
    response.headers.update(OPEN_HEADERS)
    return response


@bounded_search
def _head(wanted: ExportRequest) -> FileHead:
    selection = wanted.select()
    return wanted.head(selection, wanted.describe(selection), wanted.etag(selection.snapshot))


def _hand_out(head: FileHead, cache: FileCache) -> Response | None:
    """The file if it is kept; None if it has to be made."""
    if (file := cache.open(head.etag)) is None:
        return None
    deliveries: Deliveries = current_app.extensions["deliveries"]
    with ExitStack() as until_delivered:
        until_delivered.callback(file.close)
        try:
            until_delivered.enter_context(deliveries.handing_out())
        except Busy:
            return busy()
        response = head.response(_read(file))
        response.call_on_close(until_delivered.pop_all().close)
        return response


def _read(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_READ_BYTES):
        yield piece


def _make(wanted: ExportRequest, head: FileHead, cache: FileCache) -> Response:
    """Make the file and keep it, unless another worker is doing so: then wait for it, but not long."""
    if (claim := _wait_for_claim(cache)) is None:
        return busy()
    with ExitStack() as until_made:
        until_made.callback(claim.release)
        if response := _hand_out(head, cache):
            return response
        return stream(lambda stack: _open(wanted, claim, stack, until_made))


def _wait_for_claim(cache: FileCache) -> Claim | None:
    deliveries: Deliveries = current_app.extensions["deliveries"]
    try:
        with deliveries.waiting():
            return cache.claim(MAX_WAIT_SECONDS, is_wanted=client_check(request.environ))
    except Busy:
        return None


def _open(
    wanted: ExportRequest, claim: Claim, stack: ExitStack, until_made: ExitStack
) -> tuple[FileHead, Callable[[], Iterable[bytes]]]:
    stack.push(until_made.pop_all())
    head, pieces = wanted.open(stack)
    # A file that shows no certain state has no ETag, and is not kept.
    return head, (lambda: claim.keep(head.etag, pieces())) if head.etag else pieces
