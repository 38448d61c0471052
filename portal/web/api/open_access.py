"""Open access: pages of any origin may read the API (CORS), without credentials and without writing."""

from __future__ import annotations

from flask import Response, request

from portal.web.http import problems
from portal.web.http.file_response import OPEN_HEADERS

_READABLE_HEADERS = "ETag, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id"
_PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


def open_to_other_sites(response: Response) -> Response:
    """Add the headers to an answer of the API, errors too; the page of the API is for people."""
    if problems.is_api_request() and request.path != problems.API_ROOT:
        response.headers.update(OPEN_HEADERS)
        response.headers["Access-Control-Expose-Headers"] = _READABLE_HEADERS
        if request.method == "OPTIONS":
            response.headers.update(_PREFLIGHT_HEADERS)
    return response
