"""The two cookies of staff. Visitors get none: only sign-in pages and views with `@require_role` may call this module.

`__Host-portal` holds the session token (services.accounts.sessions). `__Host-device` holds the CSRF key of people who
are not signed in. After a sign-in it proves that the device is known to the account, so that rate limits caused by
strangers do not lock out the owner.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import Flask, Request, Response, current_app, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

SESSION, DEVICE = "__Host-portal", "__Host-device"
MAX_VALUE_LENGTH = 200
ANONYMOUS_DEVICE_SECONDS = 3_600
KNOWN_DEVICE_SECONDS = 90 * 24 * 3_600


class FlashCookie(SecureCookieSessionInterface):
    """The cookie of the flash message, which nearly no request has or gets: nothing is made ready for the others."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session.accessed or session.modified:
            super().save_session(app, session, response)


def read(name: str) -> str:
    """The value of the cookie; "" if it is missing, sent twice, too long or not ASCII."""
    values = request.cookies.getlist(name)
    if len(values) != 1 or not 0 < len(values[0]) <= MAX_VALUE_LENGTH or not values[0].isascii():
        return ""
    return values[0]


def begin_session(response: Response, token: str) -> None:
    """Set the session cookie, which expires when the browser is closed."""
    _set(response, SESSION, token, None)


def end_session(response: Response) -> None:
    response.delete_cookie(SESSION, path="/", secure=True, httponly=True, samesite="Lax")


def device_token() -> str:
    """The CSRF key of someone who is not signed in; a missing one is generated here and set with the response."""
    if token := read(DEVICE):
        return token
    if "new_device" not in g:
        g.new_device = secrets.token_urlsafe(32)
    new_token: str = g.new_device
    return new_token


def known_device(email: str) -> str:
    """The name of the device if this account has signed in from it before, otherwise ""."""
    name, _, proof = read(DEVICE).partition(".")
    return name if proof and hmac.compare_digest(proof, _device_signature(name, email)) else ""


def remember_device(response: Response, email: str) -> None:
    """Make this a known device of the account, under a new name, which prevents fixation."""
    name = secrets.token_urlsafe(16)
    g.pop("new_device", None)
    _set(response, DEVICE, f"{name}.{_device_signature(name, email)}", KNOWN_DEVICE_SECONDS)


def set_new_device(response: Response) -> Response:
    if token := g.pop("new_device", ""):
        _set(response, DEVICE, token, ANONYMOUS_DEVICE_SECONDS)
    return response


def _device_signature(name: str, email: str) -> str:
    text = f"device {name} {email}".encode("utf-8", "surrogatepass")
    return hmac.new(str(current_app.secret_key).encode(), text, hashlib.sha256).hexdigest()


def _set(response: Response, name: str, value: str, max_age: int | None) -> None:
    # Browsers accept `Secure` cookies over http from loopback addresses, so development needs no exception.
    response.set_cookie(name, value, max_age=max_age, path="/", secure=True, httponly=True, samesite="Lax")
