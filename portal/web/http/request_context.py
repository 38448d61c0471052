"""The settings and the client's address, for code that runs in a request."""

from __future__ import annotations

from urllib.parse import quote

from flask import current_app, request

from portal.config import Settings

# Source: RFC 3986, section 3.3.
_PATH_CHARACTERS = "/-._~!$&'()*+,;=:@"


def settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def own_path() -> str:
    """The path of the request as links write it, with the prefix of its language."""
    return quote(request.script_root + request.path, safe=_PATH_CHARACTERS)


def totp_issuer() -> str:
    """The name of the portal in an authenticator app."""
    return settings().full_name


def client_address() -> str:
    """The client's address; behind a trusted proxy, the one that it reports (see http.proxy)."""
    return request.remote_addr or ""
