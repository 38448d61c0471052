"""Reads the client's address and scheme from the headers of the reverse proxy, if it is trusted."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.config import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class BehindProxy:
    """Takes the client's address and scheme from the last hop of X-Forwarded-For and X-Forwarded-Proto.

    Only for connections from a Unix socket or a trusted address, because any client can send these headers.
    X-Forwarded-Host is ignored: the proxy passes the original Host on.
    """

    def __init__(self, app: WSGIApplication, settings: Settings) -> None:
        self.direct = app
        self.behind_proxy = ProxyFix(app, x_for=settings.proxy_count, x_proto=settings.proxy_count)
        self.trusted_networks = settings.trusted_proxies

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        app = self.behind_proxy if self.is_proxy(environ.get("REMOTE_ADDR", "")) else self.direct
        return app(environ, start_response)

    def is_proxy(self, address: str) -> bool:
        if not address:
            # A Unix socket has no address; its file permissions decide who may connect.
            return True
        try:
            peer = ip_address(address)
        except ValueError:
            return False
        return any(peer in network for network in self.trusted_networks)


def init_app(app: Flask, settings: Settings) -> None:
    """Trust the proxy if one is configured."""
    if settings.proxy_count:
        app.wsgi_app = BehindProxy(app.wsgi_app, settings)  # type: ignore[method-assign]
