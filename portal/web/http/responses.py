"""What a view returns, and headers that several views set."""

from __future__ import annotations

from flask import Response
from werkzeug.wrappers import Response as WSGIResponse

ViewResponse = Response | WSGIResponse | str


def no_store(response: Response) -> Response:
    """Let no cache store the response."""
    response.headers["Cache-Control"] = "no-store"
    return response
