"""One cached response, the variant it is stored under, and how it is served."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import brotli

from portal.web.http.conditional_get import VARIANT_HEADERS
from portal.web.http.headers import REQUEST_ID_HEADER, request_id

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Variant = tuple[str, ...]
_MAX_URL_LENGTH = 2_000
_MAX_ENCODING_LENGTH = 100
# Headers that describe a body, which a 304 does not have.
_BODY_HEADERS = ("Content-Length", "Content-Type", "Content-Encoding")
_HEADERS_OF_A_CACHED_BODY = ("Content-Length", "Content-Encoding", "ETag", "Cache-Control")
# What templates/base.html begins the content of a page with.
_CONTENT = b'<main id="main"'
_UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstd.decompress,
}


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """A rendered response, its ETag, the stamp of the catalogue version it shows, and the route that made it."""

    stamp: str
    day: str
    etag: str
    headers: list[tuple[str, str]]
    body: bytes
    route: str

    @property
    def is_html(self) -> bool:
        return any(name == "Content-Type" and value.startswith("text/html") for name, value in self.headers)

    @property
    def encoding(self) -> str:
        return next((value for name, value in self.headers if name == "Content-Encoding"), "")


def variant_of(environ: WSGIEnvironment) -> Variant | None:
    """Everything the response may depend on; None for a request that is not worth caching."""
    get = environ.get
    url = f"{get('SCRIPT_NAME', '')}{environ['PATH_INFO']}?{get('QUERY_STRING', '')}"
    encodings = get("HTTP_ACCEPT_ENCODING", "")
    if len(url) > _MAX_URL_LENGTH or len(encodings) > _MAX_ENCODING_LENGTH or "HTTP_RANGE" in environ:
        return None
    scheme_and_host = f"{environ['wsgi.url_scheme']}://{get('HTTP_HOST', '')}"
    return (url, scheme_and_host, encodings, *(get(name, "") for name in VARIANT_HEADERS))


def marked(cached: CachedResponse, note: bytes) -> CachedResponse | None:
    """The page with a note above its content, not to be stored by anybody; None for what is not a whole page."""
    before, start, after = _UNPACK[cached.encoding](cached.body).partition(_CONTENT) if cached.is_html else (b"",) * 3
    if not start:
        return None
    headers = [(name, value) for name, value in cached.headers if name not in _HEADERS_OF_A_CACHED_BODY]
    body = before + note + start + after
    headers += [("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    return replace(cached, headers=headers, body=body, etag="")


def serve_cached(cached: CachedResponse, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    headers = [*cached.headers, (REQUEST_ID_HEADER, request_id(environ.get("HTTP_X_REQUEST_ID", "")))]
    if_none_match = environ.get("HTTP_IF_NONE_MATCH", "")
    if cached.etag and if_none_match and (cached.etag in if_none_match or if_none_match.strip() == "*"):
        start_response("304 NOT MODIFIED", [header for header in headers if header[0] not in _BODY_HEADERS])
        return []
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [cached.body]
