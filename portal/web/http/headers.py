"""Security headers on every response, and an ID for each request."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request

from portal import logs
from portal.security_headers import HEADERS

View = TypeVar("View", bound=Callable[..., Any])

# A list that other sites put into a frame; it holds neither a form nor a script.
EMBED_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *"
    ),
    "Cross-Origin-Resource-Policy": "cross-origin",
}
REQUEST_ID_HEADER = "X-Request-Id"
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


def embeddable(view: View) -> View:
    """Other sites may show the view in a frame."""
    view.is_embeddable = True  # type: ignore[attr-defined]
    return view


def is_embeddable(view: object) -> bool:
    return bool(getattr(view, "is_embeddable", False))


def request_id(header: str) -> str:
    """The request ID from the proxy if it is valid, otherwise a new one."""
    # It is no secret, so it need not be asked of the kernel.
    return header if _REQUEST_ID.fullmatch(header) else f"{random.getrandbits(48):012x}"


def assign_request_id() -> None:
    g.request_id = request_id(request.headers.get(REQUEST_ID_HEADER, ""))
    # The thread keeps it until its next request, so that what is logged while an answer is sent has it too.
    logs.request_id.set(g.request_id)


def add_headers(response: Response) -> Response:
    # By the view and not by its response: a 304 replaces the headers that a browser has stored.
    view = current_app.view_functions.get(request.endpoint or "")
    headers = HEADERS | EMBED_HEADERS if is_embeddable(view) else HEADERS
    # All at once: Werkzeug looks through all headers for each that is set.
    present = {name.lower() for name, _ in response.headers}
    response.headers.extend((name, value) for name, value in headers.items() if name.lower() not in present)
    response.headers[REQUEST_ID_HEADER] = g.get("request_id", "")
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    # Browsers revalidate each page; an unchanged one is answered 304.
    response.headers.setdefault("Cache-Control", "public, no-cache")
    return response


def init_app(app: Flask) -> None:
    app.before_request(assign_request_id)
    app.after_request(add_headers)
