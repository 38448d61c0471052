"""The limit of the API: so many requests a minute from one client, whatever they ask; pages have none."""

from __future__ import annotations

from flask import Flask, Response, current_app, g, request

from portal.locks import shared_folder
from portal.web.http import problems
from portal.web.http.request_context import client_address, settings
from portal.web.presentation.i18n import gettext
from portal.web.security.request_counts import WINDOW_SECONDS, RequestCounts


def count_request() -> Response | None:
    """429 if the client has sent too many requests in this minute."""
    counts: RequestCounts = current_app.extensions["api_requests"]
    if not counts.limit or request.method == "OPTIONS":
        return None
    g.allowance = allowance = counts.hit(client_address())
    if not allowance.is_exceeded:
        return None
    detail = gettext(
        "An address may send %(limit)s requests a minute. Go on in %(seconds)s seconds; a download is one request.",
        limit=allowance.limit,
        seconds=allowance.seconds,
    )
    return problems.problem(429, gettext("Too many requests"), detail, kind="limit", retry_after=allowance.seconds)


def state_allowance(response: Response) -> Response:
    """Add what the client may still send, as draft-ietf-httpapi-ratelimit-headers writes it."""
    if allowance := g.get("allowance"):
        response.headers["RateLimit-Policy"] = f'"client";q={allowance.limit};w={WINDOW_SECONDS}'
        response.headers["RateLimit"] = f'"client";r={allowance.remaining};t={allowance.seconds}'
    return response


def init_app(app: Flask) -> None:
    with app.app_context():
        known = settings()
    app.extensions["api_requests"] = RequestCounts(shared_folder, limit=known.api_limit, secret=known.secret_key)
