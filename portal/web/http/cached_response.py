"""One cached response, the variant it is stored under, and how it is served."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.web.http.conditional_get import VARIANT_HEADERS
from portal.web.http.headers import REQUEST_ID_HEADER, request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Variant = tuple[str, ...]
_MAX_URL_LENGTH = 2_000
_MAX_ENCODING_LENGTH = 100
# Headers that describe a body, which a 304 does not have.
_BODY_HEADERS = ("Content-Length", "Content-Type", "Content-Encoding")


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """A rendered response, its ETag, and the stamp of the catalogue version it shows."""

    stamp: str
    day: str
    etag: str
    headers: list[tuple[str, str]]
    body: bytes


def variant_of(environ: WSGIEnvironment) -> Variant | None:
    """Everything the response may depend on; None for a request that is not worth caching."""
    get = environ.get
    url = f"{get('SCRIPT_NAME', '')}{environ['PATH_INFO']}?{get('QUERY_STRING', '')}"
    encodings = get("HTTP_ACCEPT_ENCODING", "")
    if len(url) > _MAX_URL_LENGTH or len(encodings) > _MAX_ENCODING_LENGTH or "HTTP_RANGE" in environ:
        return None
    scheme_and_host = f"{environ['wsgi.url_scheme']}://{get('HTTP_HOST', '')}"
    return (url, scheme_and_host, encodings, *(get(name, "") for name in VARIANT_HEADERS))


def serve_cached(cached: CachedResponse, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    headers = [*cached.headers, (REQUEST_ID_HEADER, request_id(environ.get("HTTP_X_REQUEST_ID", "")))]
    if_none_match = environ.get("HTTP_IF_NONE_MATCH", "")
    if if_none_match and (cached.etag in if_none_match or if_none_match.strip() == "*"):
        start_response("304 NOT MODIFIED", [header for header in headers if header[0] not in _BODY_HEADERS])
        return []
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [cached.body]
