"""What a request knows: the settings and the client's address."""

from __future__ import annotations

from flask import current_app, request

from portal.config import Settings


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def totp_issuer() -> str:
    """The name of the portal in an authenticator app."""
    return f"{settings().name_prefix} {settings().name}"


def client_address() -> str:
    """The client's address, as the trusted proxies tell it (see app.create_app)."""
    return request.remote_addr or ""
