"""`running=now` leads to the search of today: the address of every page says which day it shows, and can be cited."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from portal.search.query.filters import encode_pairs
from portal.web.http.request_context import own_path
from portal.web.security import csrf

PARAMETER, NOW = "running", "now"


def lead_to_today() -> Response | None:
    """A redirect to the same address with today (UTC) as its day, for requests that name no day but now.

    Not in the API, which takes the day alone and refuses what it does not know.
    """
    if (
        request.args.get(PARAMETER) != NOW
        or request.method not in csrf.SAFE_METHODS
        or request.path.startswith("/api/")
    ):
        return None
    others = [(name, value) for name, value in request.args.items(multi=True) if name not in (PARAMETER, "on")]
    day = datetime.now(UTC).date().isoformat()
    response = redirect(f"{own_path()}?{encode_pairs([*others, ('on', day)])}", 302)
    response.headers["Cache-Control"] = "no-store"
    return response


def init_app(app: Flask) -> None:
    app.before_request(lead_to_today)
