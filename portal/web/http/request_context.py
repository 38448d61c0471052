"""The settings and the client's address, for code that runs in a request."""

from __future__ import annotations

from flask import current_app, request

from portal.config import Settings


def settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def totp_issuer() -> str:
    """The name of the portal in an authenticator app."""
    return f"{settings().name_prefix} {settings().name}"


def client_address() -> str:
    """The client's address; behind a trusted proxy, the one that it reports (see http.proxy)."""
    return request.remote_addr or ""
