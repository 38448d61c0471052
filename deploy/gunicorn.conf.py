"""How gunicorn serves the portal. Everything an operator changes comes from the environment.

BIND (127.0.0.1:8000, unix:/run/portal/http.sock) or PORT alone, WEB_CONCURRENCY (processes), PORTAL_THREADS
(of each), PORTAL_ACCESS_LOG=1, PORTAL_LOG_LEVEL.
"""

import os
import re
import sys
from pathlib import Path

from gunicorn.glogging import Logger

_OPENS = re.compile("(/+sign-in/+(?:link|email)/+).+")
_PRIVATE = re.compile("/+(sign-in|sign-out|forgotten|staff)(/|$)")

# Without BIND only this machine may speak to us: its reverse proxy, or a developer's browser.
bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT') or '8000'}"

# Threads, so that a visitor with a slow line does not stop the others; eight, because pages are work for the
# processor and more of them only wait for each other. Where the database is another machine, take 16.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = int(os.environ.get("PORTAL_THREADS") or 8)

# Nothing is loaded before the fork: a reload takes the new code, and no connection to the database is ever
# shared between processes.
preload_app = False

# A reload or stop lets requests end that are being answered; systemd waits a little longer than this.
timeout = 30
graceful_timeout = 30

# Longer than the proxy keeps an idle connection (10 s), so that it is never the proxy who finds it closed.
keepalive = 15

# A process that leaks is replaced in the end, and not all of them at once; not often, since each makes its index first.
max_requests = 2_000_000
max_requests_jitter = 500_000

# Settings of the portal say which proxy is trusted (PORTAL_PROXY_COUNT, portal/web/http/proxy.py); gunicorn itself
# trusts no header.
forwarded_allow_ips = ""
secure_scheme_headers = {}
forwarder_headers = ""

# The heartbeat file must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 # gunicorn makes the file unguessable

# Two servers of one user would claim the same default socket; nothing here uses it.
control_socket_disable = True


class Discreet(Logger):
    """Writes down neither the query strings of staff nor what opens a one-time link."""

    def atoms(self, resp, req, environ, request_time):
        atoms = super().atoms(resp, req, environ, request_time)
        path = _OPENS.sub(r"\1-", atoms["U"] or "")
        query = "" if path != atoms["U"] or _PRIVATE.match(path) else atoms["q"]
        line = f"{atoms['m']} {path}{'?' if query else ''}{query} {atoms['H']}"
        return atoms | {"U": path, "q": query, "r": line}


logger_class = Discreet
accesslog = "-" if os.environ.get("PORTAL_ACCESS_LOG") == "1" else None
errorlog = "-"
loglevel = os.environ.get("PORTAL_LOG_LEVEL") or "warning"


def when_ready(server):
    """Say where the portal is, with the port that was really taken."""
    at = server.LISTENERS[0].sock.getsockname()
    where = f"at the socket {at}" if isinstance(at, str) else f"at http://{at[0]}:{at[1]}/"
    print(f"The portal is {where}", flush=True)


def on_starting(server):
    """Check the settings before any worker starts, so that a wrong one is reported once, in one line.

    Without a SECRET_KEY, in development, generate one that all workers share: a form may be posted to any of them.
    """
    from portal.config import TEMPORARY_KEY, Settings
    from portal.errors import ConfigurationError

    try:
        settings = Settings.from_environment(os.environ)
    except ConfigurationError as error:
        raise SystemExit(f"The portal does not start: {error}") from None
    if not settings.has_persistent_key:
        os.environ[TEMPORARY_KEY] = settings.secret_key
    # Workers inherit the modules imported here, and after an update would still run the old ones.
    for name in [name for name in sys.modules if name.partition(".")[0] == "portal"]:
        del sys.modules[name]
