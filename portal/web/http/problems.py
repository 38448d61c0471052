"""Problem details (RFC 9457): how the API says that it refuses something. Everything else answers with pages."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, g, request

from portal.web.http.request_context import settings
from portal.web.http.responses import no_store
from portal.web.presentation.i18n import gettext

MEDIA_TYPE = "application/problem+json"
API_ROOT = "/api/"


def is_api_request() -> bool:
    """Whether a program asks: under this path every error is a problem document."""
    return request.path.startswith(API_ROOT)


def problem(status: int, title: str, detail: str, *, kind: str = "", retry_after: int = 0, **members: Any) -> Response:
    """A problem document; `kind` is the anchor of its explanation on the page of the API, "" for none."""
    document = {
        "type": f"{settings().public_url}{API_ROOT}#{kind}" if kind else "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        **members,
    }
    response = no_store(Response(orjson.dumps(document), status, content_type=MEDIA_TYPE))
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def for_status(status: int, heading: str, *advice: str, retry_after: int = 0) -> Response:
    """The problem of an error that has no words of its own for programs."""
    if status == 404:
        page = settings().public_url + API_ROOT
        return problem(404, gettext("Not found"), gettext("%(page)s lists all addresses.", page=page))
    if status == 405:
        return problem(405, gettext("Method not allowed"), gettext("This interface only reads: use GET or HEAD."))
    members = {"request_id": g.get("request_id", "")} if status >= 500 else {}
    return problem(status, heading, " ".join(advice), retry_after=retry_after, **members)
