"""The certificate that visitors see: whether browsers believe it, and for how long."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from portal.environment import is_local
from portal.services.operations.checks.finding import Finding, Surroundings, ok, problem, warning

TIMEOUT_SECONDS = 5
_SOON, _VERY_SOON = timedelta(days=21), timedelta(days=7)
_RENEW = "Run certbot renew, then systemctl reload nginx; look at systemctl list-timers certbot.timer."


def check(surroundings: Surroundings) -> Iterator[Finding]:
    address = urlsplit(surroundings.settings.public_url)
    host = address.hostname or ""
    if address.scheme != "https" or is_local(host):
        yield ok(f"{surroundings.settings.public_url} is an address of this machine or has none: no certificate.")
        return
    try:
        expires_at = _expiry(host, address.port or 443)
    except ssl.SSLCertVerificationError as error:
        yield problem(f"Browsers refuse the certificate of {host}: {error.verify_message}.", _RENEW)
        return
    except OSError as error:
        yield warning(
            f"{host} does not answer over TLS from here: {error}.",
            "Look whether nginx runs (systemctl status nginx, nginx -t) and its port is open. Some networks hide "
            "their own public address from inside.",
        )
        return
    left = expires_at - surroundings.moment
    text = f"The certificate of {host} is valid until {expires_at:%Y-%m-%d}, {left.days} days."
    if left < _SOON:
        yield (problem if left < _VERY_SOON else warning)(text, _RENEW)
    else:
        yield ok(text)


def _expiry(host: str, port: int) -> datetime:
    """When the certificate expires; verifies it as a browser does."""
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), timeout=TIMEOUT_SECONDS) as connection,
        context.wrap_socket(connection, server_hostname=host) as secure,
    ):
        certificate = secure.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
