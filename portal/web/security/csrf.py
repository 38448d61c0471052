"""CSRF protection: a token in every POST, and the origin that the browser reports."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from flask import current_app, g, request
from markupsafe import Markup

from portal.services.accounts import sessions
from portal.web.security import cookies

FIELD, HEADER = "csrf_token", "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def csrf_token() -> str:
    """The token for forms of the current page: derived from the session or, without one, from the device cookie."""
    return sessions.csrf_token(str(current_app.secret_key), g.get("session_token", "") or cookies.device_token())


def csrf_input() -> Markup:
    """The token as a hidden field, which every form with method="post" needs."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token())


def is_valid() -> bool:
    """Whether the request carries the token of its session or, without an active one, of one of its cookies."""
    token = request.headers.get(HEADER) or request.form.get(FIELD, "")
    cookies_sent = (cookies.read(cookies.SESSION), cookies.read(cookies.DEVICE))
    keys = [g.session_token] if g.get("session_token") else [key for key in cookies_sent if key]
    secret = str(current_app.secret_key)
    return token.isascii() and any(hmac.compare_digest(token, sessions.csrf_token(secret, key)) for key in keys)


def is_same_origin() -> bool:
    """Whether the browser reports one of our pages as the origin; a request without any of these headers is refused."""
    site = request.headers.get("Sec-Fetch-Site", "")
    if site not in ("", "none", "same-origin"):
        return False
    source = request.headers.get("Origin") or request.headers.get("Referer", "")
    if not source:
        return site == "same-origin"
    return _origin(source) in _own_origins()


def _own_origins() -> set[str]:
    # A proxy may use http to us and https to the browser, so the configured URL counts as well.
    return {_origin(current_app.extensions["settings"].public_url), _origin(request.host_url)}


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port}" if parts.hostname else ""
