"""How gunicorn serves the portal. Everything an operator changes comes from the environment.

PORT, WEB_CONCURRENCY (processes), PORTAL_THREADS (per process), PORTAL_ACCESS_LOG=1, PORTAL_LOG_LEVEL.
"""

import os
from pathlib import Path

from portal.config import Settings
from portal.errors import Misconfigured

# Only a reverse proxy on this machine may speak to us; `--bind` on the command line overrides it.
bind = f"127.0.0.1:{os.environ.get('PORT') or '8000'}"

# Threads, so that a visitor with a slow line does not stop the others. Nothing is loaded before the fork:
# a reload takes the new code, and no database connection is ever shared between processes.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = int(os.environ.get("PORTAL_THREADS") or 8)
preload_app = False

timeout = 30
graceful_timeout = 30
keepalive = 15

# A process that leaks is replaced in the end, and not all of them at once; not often, since each makes its index first.
max_requests = 2_000_000
max_requests_jitter = 500_000

# The heartbeat file must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108

# Two servers of one user would claim the same default socket; nothing here uses it.
control_socket_disable = True

accesslog = "-" if os.environ.get("PORTAL_ACCESS_LOG") == "1" else None
errorlog = "-"
loglevel = os.environ.get("PORTAL_LOG_LEVEL") or "warning"


def when_ready(server):
    """Say where the portal is, with the port that was really taken."""
    host, port = server.LISTENERS[0].sock.getsockname()[:2]
    print(f"The portal is at http://{host}:{port}/", flush=True)


def on_starting(server):
    """Refuse a start without its settings here, in one line, before any worker fails over it."""
    try:
        Settings.from_environment(os.environ)
    except Misconfigured as why:
        raise SystemExit(f"The portal does not start: {why}") from None


def post_worker_init(worker):
    """Make the index before this process takes its first visitor, and keep it current."""
    # Imported here, in the worker: what the master has loaded a reload does not renew.
    from portal.app import stay_current

    stay_current(worker.app.callable)
