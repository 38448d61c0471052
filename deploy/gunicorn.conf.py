"""gunicorn settings for the portal. Operators configure it through the environment.

BIND (127.0.0.1:8000, unix:/run/portal/http.sock) or PORT alone, WEB_CONCURRENCY (processes), PORTAL_THREADS
(of each), PORTAL_ACCESS_LOG=1, PORTAL_LOG_LEVEL, PORTAL_HEALTH_BIND (where the health listener answers).
"""

import importlib
import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from gunicorn.glogging import Logger

_SECRET_LINK = re.compile("(/+(?:sign-in/+(?:link|email)|mail/+stop)/+).+", re.DOTALL)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\xa0]")
_STAFF_PATH = re.compile("/+(sign-in|sign-out|forgotten|staff)(/|$)")

# Without BIND only this machine can connect: its reverse proxy, or a developer's browser.
bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT') or '8000'}"

# With threads, a slow client does not block others. Few run at once, because pages are CPU-bound: a search waits for
# its turn in a thread of its own (PORTAL_SEARCHES), and the others are left for what is ready.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = int(os.environ.get("PORTAL_THREADS") or 24)

# Not by this setting, which would load it before `on_starting` has looked at the settings (see `preload`).
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


LOG_FORMAT = os.environ.get("PORTAL_LOG_FORMAT") or (
    "json" if os.environ.get("PORTAL_ENV") == "production" else "plain"
)


def import_portal(*names):
    """Modules of the portal as they are on the disk; nothing of it stays imported in the master process.

    Workers inherit what is imported there, and after an update would still run the old code.
    """
    modules = [importlib.import_module(name) for name in names]
    for loaded in [loaded for loaded in sys.modules if loaded.partition(".")[0] == "portal"]:
        del sys.modules[loaded]
    return modules


def say(message, level=logging.WARNING):
    """Write a line to standard error in the form of the log; call it before the application is loaded."""
    try:
        (logs,) = import_portal("portal.logs")
        logs.say(message, level)
    except Exception:
        # A version that cannot be imported must still be able to say so.
        print(message, file=sys.stderr, flush=True)


class RedactingLogger(Logger):
    """Omits the query strings of staff pages and the secrets of links in mails from the access log."""

    def atoms(self, resp, req, environ, request_time):
        atoms = super().atoms(resp, req, environ, request_time)
        path = _SECRET_LINK.sub(r"\1-", atoms["U"] or "")
        # Decoded, it may contain line ends.
        path = _UNPRINTABLE.sub(lambda found: f"%{ord(found[0]):02X}", path)
        query = "" if _SECRET_LINK.match(atoms["U"] or "") or _STAFF_PATH.match(path) else atoms["q"]
        line = f"{atoms['m']} {path}{'?' if query else ''}{query} {atoms['H']}"
        return atoms | {"U": path, "q": query, "r": line}

    def setup(self, cfg):
        """Both logs in the form of the portal's own (portal/logs.py)."""
        super().setup(cfg)
        self.is_json = False
        try:
            (logs,) = import_portal("portal.logs")
        except Exception:
            # A version that cannot be imported must still be able to say so.
            return
        self.is_json = LOG_FORMAT == "json"
        for handler in (*self.error_log.handlers, *(self.access_log.handlers if self.is_json else ())):
            handler.setFormatter(logs.formatter(LOG_FORMAT))

    def access(self, resp, req, environ, request_time):
        if not self.is_json or not self.access_log_enabled:
            super().access(resp, req, environ, request_time)
            return
        atoms = self.atoms(resp, req, environ, request_time)
        fields = {
            "method": atoms["m"], "path": atoms["U"], "query": atoms["q"], "status": int(atoms["s"]),
            "bytes": atoms["B"], "seconds": float(atoms["L"]), "address": atoms["h"],
            "agent": atoms["a"], "request_id": atoms.get("{x-request-id}o", ""),
        }  # fmt: skip
        self.access_log.info("%s %s", atoms["m"], atoms["U"], extra={"fields": fields})


logger_class = RedactingLogger
accesslog = "-" if os.environ.get("PORTAL_ACCESS_LOG") == "1" else None
errorlog = "-"
loglevel = os.environ.get("PORTAL_LOG_LEVEL") or "warning"


# Settings.health_bind, which has been checked by on_starting.
HEALTH_BIND = os.environ.get("PORTAL_HEALTH_BIND") or "127.0.0.1:9100"

# Where the workers write what they count (portal/metrics.py). In memory, as nothing of it outlives the server.
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

# Set while the application is imported before the fork (portal/wsgi.py).
PRELOADED = "PORTAL_PRELOADED"

# What the master handed on that this one takes over from; {} if it is the first.
HANDOVER = "PORTAL_HANDOVER"
FORMER = json.loads(os.environ.pop(HANDOVER, "{}"))


def bind_health_socket(server, bind_to):
    """Bind the socket of the process beside the workers that answers /healthz, /readyz and /metrics.

    A port that is taken, by another portal of this machine, is no reason not to serve.
    """
    if former := FORMER.get("health"):
        server.health_socket, server.metrics_folder = socket.socket(fileno=former["socket"]), former["folder"]
        return
    host, _, port = bind_to.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host.strip("[]"), int(port)))
        bound.listen(64)
    except OSError as error:
        bound.close()
        say(
            f"No health listener: {bind_to} cannot be used ({error.strerror}). Set PORTAL_HEALTH_BIND to "
            "another address, or to off."
        )
        return
    server.health_socket = bound
    server.metrics_folder = os.environ[METRICS_FOLDER] = tempfile.mkdtemp(prefix="portal-metrics-", dir=worker_tmp_dir)


def run_health_listener(server):
    """Start a listener, which ends those before it once it knows as much; reloads may follow each other quickly."""
    descriptor, before = server.health_socket.fileno(), running_listeners(server)
    command = [sys.executable, "-m", "portal.health", str(descriptor), *map(str, before)]
    started = subprocess.Popen(command, pass_fds=[descriptor], stdin=subprocess.DEVNULL)
    server.health_listeners = [*before, started.pid]


def running_listeners(server):
    """The process ids of the listeners; each is a child of this process, so no other process can have its id."""
    return [pid for pid in getattr(server, "health_listeners", FORMER.get("listeners", [])) if is_running_child(pid)]


def is_running_child(pid):
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False


def on_reload(server):
    """In development, where the master stays as it is, the listener is replaced like the workers."""
    if getattr(server, "health_socket", None):
        run_health_listener(server)


def on_exit(server):
    if getattr(server, "health_socket", None):
        for pid in running_listeners(server):
            os.kill(pid, signal.SIGTERM)
        shutil.rmtree(server.metrics_folder, ignore_errors=True)


def preload(server):
    """Import the application before the fork, so that all workers share the memory of its code.

    Connections and threads start after the fork, in each worker (see post_worker_init).
    """
    os.environ[PRELOADED] = "1"
    application = server.app.wsgi()
    if is_portal(application):
        from portal import preloading

        preloading.prepare(application)
    # The master answers nothing: its zeros would be the least of all workers.
    for counted in Path(os.environ.get(METRICS_FOLDER) or os.devnull).glob(f"*_{os.getpid()}.db"):
        counted.unlink()


def replace_master(server):
    """On HUP: become a master of the code on the disk, under the same process id and with the same sockets.

    The workers serve until those of the new code take their places. A version that cannot start replaces nothing.
    """
    command, folder = server.START_CTX["args"], server.START_CTX["cwd"]
    plain = {name: value for name, value in os.environ.items() if name not in (PRELOADED, METRICS_FOLDER)}
    if subprocess.run([*command, "--check-config"], cwd=folder, env=plain, check=False).returncode:
        server.log.error("The version on the disk cannot start, so the running one goes on.")
        return
    listeners = [listener.sock.fileno() for listener in server.LISTENERS]
    handed = {"workers": list(server.WORKERS), "is_systemd": server.systemd, "listeners": running_listeners(server)}
    if getattr(server, "health_socket", None):
        handed["health"] = {"socket": server.health_socket.fileno(), "folder": server.metrics_folder}
        os.set_inheritable(server.health_socket.fileno(), True)
    for listener in listeners:
        os.set_inheritable(listener, True)
    # What arrives while there is nobody to take it waits for the new master.
    signal.pthread_sigmask(signal.SIG_BLOCK, server.SIGNALS)
    # With the second two, gunicorn takes over sockets of a parent; as that is not its parent, it promotes itself.
    names = {
        HANDOVER: json.dumps(handed),
        "GUNICORN_FD": ",".join(map(str, listeners)),
        "GUNICORN_PID": str(os.getpid()),
    }
    os.chdir(folder)
    os.execvpe(server.START_CTX[0], command, os.environ | names)  # noqa: S606 # what this very process was started with


def is_portal(application):
    """Whether this is the portal, and not a development worker that could not be imported."""
    return "settings" in getattr(application, "extensions", {})


def end_former_workers(worker):
    """A worker that is ready ends those of the former code whose place it takes."""
    for pid in FORMER.get("workers", [])[(worker.age - 1) % workers :: workers]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def post_worker_init(worker):
    """Start what a worker needs, and end one of the former code."""
    if is_portal(worker.wsgi):
        from portal.app import start_serving
        from portal.web.http import request_metrics

        if PRELOADED in os.environ:
            start_serving(worker.wsgi)
        request_metrics.start_sampling(worker.wsgi, getattr(worker, "tpool", None))
    end_former_workers(worker)


def when_ready(server):
    """Print the address of the portal, with the actual port, and start the health listener."""
    if FORMER:
        server.systemd = FORMER["is_systemd"]
        signal.pthread_sigmask(signal.SIG_UNBLOCK, server.SIGNALS)
    else:
        address = server.LISTENERS[0].sock.getsockname()
        location = f"the socket {address}" if isinstance(address, str) else f"http://{address[0]}:{address[1]}/"
        if LOG_FORMAT == "json":
            say(f"The portal is at {location}", logging.INFO)
        else:
            print(f"The portal is at {location}", flush=True)
    if getattr(server, "health_socket", None):
        run_health_listener(server)
    # A development worker imports the files that changed.
    if not server.cfg.reload:
        server.handle_hup = lambda: replace_master(server)
        preload(server)


def on_starting(server):
    """Check the settings before any worker starts, so that a wrong one is reported once, in one line.

    Without a SECRET_KEY, in development, the key is kept in instance/. If that folder cannot be written, all workers
    share a temporary one, because a form may be posted to any of them.
    """
    errors, config = import_portal("portal.errors", "portal.config")
    try:
        settings = config.Settings.from_environment(os.environ)
    except errors.ConfigurationError as error:
        say(f"The portal does not start: {error}", logging.ERROR)
        raise SystemExit(1) from None
    if not settings.has_persistent_key:
        os.environ[config.TEMPORARY_KEY] = settings.secret_key
        say(
            "No key can be kept in instance/: after a restart open forms ask for confirmation, and second factors are "
            "stored unencrypted. Make the folder writable, or set SECRET_KEY."
        )
    if HEALTH_BIND != "off":
        bind_health_socket(server, HEALTH_BIND)
