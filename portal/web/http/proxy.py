"""Who asks, and over what: read from the reverse proxy's headers, and from nobody else's."""

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
    """Takes the visitor's address and scheme from the last hop of X-Forwarded-For and X-Forwarded-Proto.

    Only when the connection comes from a Unix socket or from an address the settings name: anyone else could
    write what he likes. Host is not taken over: the proxy hands on the one that the visitor asked for.
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
            # A Unix socket has no address; its file decides who may connect.
            return True
        try:
            peer = ip_address(address)
        except ValueError:
            return False
        return any(peer in network for network in self.trusted_networks)


def init_app(app: Flask, settings: Settings) -> None:
    """Trust the proxy if there is one."""
    if settings.proxy_count:
        app.wsgi_app = BehindProxy(app.wsgi_app, settings)  # type: ignore[method-assign]
