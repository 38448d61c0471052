"""gunicorn settings for the portal. Operators configure it through the environment.

BIND (127.0.0.1:8000, unix:/run/portal/http.sock) or PORT alone, WEB_CONCURRENCY (processes), PORTAL_THREADS
(of each), PORTAL_ACCESS_LOG=1, PORTAL_LOG_LEVEL.
"""

import os
import re
import sys
from pathlib import Path

from gunicorn.glogging import Logger

_SECRET_LINK = re.compile("(/+(?:sign-in/+(?:link|email)|mail/+stop)/+).+")
_STAFF_PATH = re.compile("/+(sign-in|sign-out|forgotten|staff)(/|$)")

# Without BIND only this machine can connect: its reverse proxy, or a developer's browser.
bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT') or '8000'}"

# With threads, a slow client does not block others. Few run at once, because pages are CPU-bound: a search waits for
# its turn in a thread of its own (PORTAL_SEARCHES), and the others are left for what is ready.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = int(os.environ.get("PORTAL_THREADS") or 24)

# Nothing is loaded before the fork: a reload runs the new code, and processes never share a database connection.
preload_app = False

# A reload or stop waits for requests in progress; systemd waits a little longer than this.
timeout = 30
graceful_timeout = 30

# Longer than the proxy's idle timeout (10 s), so that the proxy never uses a connection that is already closed.
keepalive = 15

# Replaces processes eventually, in case they leak memory, but not all at once, and rarely: each first builds its index.
max_requests = 2_000_000
max_requests_jitter = 500_000

# The portal decides which proxy to trust (PORTAL_PROXY_COUNT, portal/web/http/proxy.py); gunicorn trusts no header.
forwarded_allow_ips = ""
secure_scheme_headers = {}
forwarder_headers = ""

# In memory, because the heartbeat must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 # gunicorn creates an unpredictable name

# Unused, and two servers of one user would need the same default socket.
control_socket_disable = True


class RedactingLogger(Logger):
    """Omits the query strings of staff pages and the secrets of links in mails from the access log."""

    def atoms(self, resp, req, environ, request_time):
        atoms = super().atoms(resp, req, environ, request_time)
        path = _SECRET_LINK.sub(r"\1-", atoms["U"] or "")
        query = "" if path != atoms["U"] or _STAFF_PATH.match(path) else atoms["q"]
        line = f"{atoms['m']} {path}{'?' if query else ''}{query} {atoms['H']}"
        return atoms | {"U": path, "q": query, "r": line}


logger_class = RedactingLogger
accesslog = "-" if os.environ.get("PORTAL_ACCESS_LOG") == "1" else None
errorlog = "-"
loglevel = os.environ.get("PORTAL_LOG_LEVEL") or "warning"


def when_ready(server):
    """Print the address of the portal, with the actual port."""
    address = server.LISTENERS[0].sock.getsockname()
    location = f"the socket {address}" if isinstance(address, str) else f"http://{address[0]}:{address[1]}/"
    print(f"The portal is at {location}", flush=True)


def on_starting(server):
    """Check the settings before any worker starts, so that a wrong one is reported once, in one line.

    Without a SECRET_KEY, in development, the key is kept in instance/. If that folder cannot be written, all workers
    share a temporary one, because a form may be posted to any of them.
    """
    from portal.config import TEMPORARY_KEY, Settings
    from portal.errors import ConfigurationError

    try:
        settings = Settings.from_environment(os.environ)
    except ConfigurationError as error:
        raise SystemExit(f"The portal does not start: {error}") from None
    if not settings.has_persistent_key:
        os.environ[TEMPORARY_KEY] = settings.secret_key
        print(
            "No key can be kept in instance/: after a restart open forms ask for confirmation, and second factors are "
            "stored unencrypted. Make the folder writable, or set SECRET_KEY.",
            file=sys.stderr,
            flush=True,
        )
    # Workers inherit the modules imported here, and after an update would still run the old ones.
    for name in [name for name in sys.modules if name.partition(".")[0] == "portal"]:
        del sys.modules[name]
