"""Security headers on every response, and an ID for each request."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, g, request

from portal import logs
from portal.security_headers import HEADERS
from portal.web.http.request_metrics import ROUTE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

View = TypeVar("View", bound=Callable[..., Any])

# A list that other sites put into a frame; it holds neither a form nor a script.
EMBED_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *"
    ),
    "Cross-Origin-Resource-Policy": "cross-origin",
}
REQUEST_ID_HEADER, _REQUEST_ID_VARIABLE = "X-Request-Id", "HTTP_X_REQUEST_ID"
_HTTPS_ALONE = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
# Browsers revalidate each page; an unchanged one is answered 304.
_DEFAULTS = {"Cache-Control": "public, no-cache"}
# With their names in lower case, as they are compared.
_OF_OTHERS = [(name.lower(), (name, value)) for name, value in (HEADERS | _DEFAULTS).items()]
_OF_EMBEDDABLE = [(name.lower(), (name, value)) for name, value in (HEADERS | EMBED_HEADERS | _DEFAULTS).items()]
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
    g.request_id = name = request_id(request.environ.get(_REQUEST_ID_VARIABLE, ""))
    # The thread keeps it until its next request, so that what is logged while an answer is sent has it too.
    logs.request_id.set(name)


class FixedHeaders:
    """A WSGI middleware that adds the headers of every answer, unless a view has set its own.

    Below the cache of pages, which keeps them. Werkzeug takes longer for each header than this for all of them.
    """

    def __init__(self, app: WSGIApplication, views: Mapping[str, object]) -> None:
        self.app, self.views = app, views

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            # By the view and not by its response: a 304 replaces the headers that a browser has stored.
            fixed = _OF_EMBEDDABLE if is_embeddable(self.views.get(environ.get(ROUTE, ""))) else _OF_OTHERS
            present = {name.lower() for name, _ in headers}
            added = [header for name, header in fixed if name not in present]
            added.append((REQUEST_ID_HEADER, logs.request_id.get()))
            if environ["wsgi.url_scheme"] == "https":
                added.append(_HTTPS_ALONE)
            return start_response(status, headers + added, exc_info)

        return self.app(environ, start)


def init_app(app: Flask) -> None:
    app.before_request(assign_request_id)
    app.wsgi_app = FixedHeaders(app.wsgi_app, app.view_functions)  # type: ignore[method-assign]
