"""The two cookies of staff. Visitors get none: only what signs in or is behind the guard may call this module.

`__Host-portal` names a sign-in session (services.sessions). `__Host-device` binds the forms of someone who is not
signed in, and after a sign-in proves that this device belongs to that account: strangers cannot lock its owner out.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import Response, current_app, g, request

SESSION, DEVICE = "__Host-portal", "__Host-device"
MAX_VALUE_LENGTH = 200
ANONYMOUS_DEVICE_SECONDS = 3_600
KNOWN_DEVICE_SECONDS = 90 * 24 * 3_600


def read(name: str) -> str:
    """The cookie's value, or "" where it is missing, sent twice, too long or no plain text."""
    values = request.cookies.getlist(name)
    if len(values) != 1 or not 0 < len(values[0]) <= MAX_VALUE_LENGTH or not values[0].isascii():
        return ""
    return values[0]


def begin_session(response: Response, token: str) -> None:
    """Hand the session's token to the browser, until it is closed."""
    _set(response, SESSION, token, None)


def end_session(response: Response) -> None:
    response.delete_cookie(SESSION, path="/", secure=True, httponly=True, samesite="Lax")


def device_token() -> str:
    """What the forms of someone not signed in are bound to; made here when it is missing, and set with the answer."""
    if found := read(DEVICE):
        return found
    if "new_device" not in g:
        g.new_device = secrets.token_urlsafe(32)
    made: str = g.new_device
    return made


def known_device(email: str) -> str:
    """The device's name when this account has signed in from it before, else ""."""
    name, _, proof = read(DEVICE).partition(".")
    return name if proof and hmac.compare_digest(proof, _device_signature(name, email)) else ""


def remember_device(response: Response, email: str) -> None:
    """Make this a known device of the account; a name that nobody knew before, against fixation."""
    name = secrets.token_urlsafe(16)
    g.pop("new_device", None)
    _set(response, DEVICE, f"{name}.{_device_signature(name, email)}", KNOWN_DEVICE_SECONDS)


def set_new_device(response: Response) -> Response:
    if fresh := g.pop("new_device", ""):
        _set(response, DEVICE, fresh, ANONYMOUS_DEVICE_SECONDS)
    return response


def _device_signature(name: str, email: str) -> str:
    text = f"device {name} {email}".encode("utf-8", "surrogatepass")
    return hmac.new(str(current_app.secret_key).encode(), text, hashlib.sha256).hexdigest()


def _set(response: Response, name: str, value: str, max_age: int | None) -> None:
    # `Secure` also over http on one's own machine: browsers take it from a loopback address.
    response.set_cookie(name, value, max_age=max_age, path="/", secure=True, httponly=True, samesite="Lax")
