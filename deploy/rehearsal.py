"""Starts the portal as an operator would, gunicorn behind nginx, in a temporary folder and on loopback only.

    .venv/bin/python deploy/rehearsal.py    two nodes behind nginx, on PostgreSQL with a replica, to try by hand

Needs only Python's standard library and an environment with the portal (`make run` creates one). The nginx site is the
shipped file; only ports, paths and the certificate are replaced, and a replacement that matches nothing fails.
"""

import os
import re
import secrets
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "deploy" / "nginx" / "portal.conf"
PATIENCE = 60  # seconds for a server to respond for the first time, or to stop
# Below those that Linux gives to outgoing connections (net.ipv4.ip_local_port_range), each once, in another order in
# each process: `random` may begin with the same seed in all of a test run.
_ports = iter(secrets.SystemRandom().sample(range(10_240, 32_768), 32_768 - 10_240))

# The relevant parts of Debian's nginx.conf.
AROUND = """
{user}
daemon off;
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 768; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/portal.conf;
}}
"""


class Lacking(Exception):
    """A program is not installed; the message says how to get it."""


@dataclass(frozen=True)
class Rehearsed:
    """A running portal: `address` is that of nginx (https on request), `insecure` its plain port, `server` gunicorn,
    `health` the address of its health listener."""

    folder: Path
    address: str
    insecure: str
    server: subprocess.Popen
    health: str = ""

    @property
    def port(self):
        return int(self.address.rpartition(":")[2])

    def log(self):
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


@dataclass(frozen=True)
class TwoNodes:
    """A running portal of two nodes: `address` is that of nginx, `database` that of the primary, whichever it is."""

    folder: Path
    address: str
    nodes: tuple[Rehearsed, Rehearsed]
    database: str


def free_port():
    """A port that nobody has, and that no outgoing connection takes before it is bound: those get higher numbers."""
    for port in _ports:
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port
    raise Lacking("there is no free port: end what holds so many")


def program(name):
    """The path of a program in the current environment or in .venv."""
    for folder in (Path(sys.executable).parent, ROOT / ".venv" / "bin"):
        if (folder / name).exists():
            return folder / name
    raise Lacking(f"there is no {name} in .venv: make run creates the environment")


def nginx_program():
    for path in (shutil.which("nginx"), "/usr/sbin/nginx"):
        if path and Path(path).exists():
            return path
    raise Lacking("nginx is not installed: apt-get install nginx")


def site(folder, port, plain_port, health_port, is_secure, nodes=()):
    """The shipped site with this folder and these ports; without TLS, the same server uses plain HTTP.

    `nodes` are the upstream servers, in place of the one socket.
    """
    text = SITE.read_text(encoding="utf-8")
    listen = f"listen 127.0.0.1:{port} ssl http2;" if is_secure else f"listen 127.0.0.1:{port};"
    upstream = " ".join(f"server {node};" for node in nodes or [f"unix:{folder}/http.sock"])
    replacements = [
        (r"server unix:/run/portal/http\.sock;", upstream),
        (r"/var/cache/portal-static", f"{folder}/static"),
        (r"/var/cache/portal-pages", f"{folder}/pages"),
        (r"127\.0\.0\.1:9100", f"127.0.0.1:{health_port}"),
        (r"/var/log/nginx/", f"{folder}/"),
        (r"listen 80;", f"listen 127.0.0.1:{plain_port};"),
        (r"listen 443 ssl http2;", listen),
        (r"listen \[::\].*;", ""),
        (r"server_name projects\.example\.org;", "server_name localhost;"),
        (r"/etc/ssl/portal/", f"{folder}/"),
    ]
    if not is_secure:
        replacements.append((r"\n\s+ssl_.*;", ""))
    for pattern, replacement in replacements:
        text, count = re.subn(pattern, replacement, text)
        if not count:
            raise ValueError(f"{SITE.name} no longer contains {pattern}")
    return text


def certify(folder):
    """Create a self-signed certificate for localhost, valid for one day."""
    if not shutil.which("openssl"):
        raise Lacking("openssl is not installed: apt-get install openssl")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", "privkey.pem", "-out", "fullchain.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip


def settings(folder, bind, address, database="", health_port=0):
    """The environment of a production portal in this folder, on an SQLite file there unless `database` is set."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")},
        "PORTAL_ENV": "production",
        "SECRET_KEY": secrets.token_hex(32),
        "DATABASE_URL": database or f"sqlite:///{folder}/portal.db",
        "PORTAL_URL": address,
        "PORTAL_PROXY_COUNT": "1",
        "PORTAL_LOG_LEVEL": "info",
        "PORTAL_ACCESS_LOG": "1",
        "BIND": bind,
        "PORTAL_HEALTH_BIND": f"127.0.0.1:{health_port or free_port()}",
    }


@contextmanager
def started(command, log, **options):
    """Run a program until the end of the block."""
    with log.open("a") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def wait_for(address, process, log, context=None):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=PATIENCE, context=context):  # noqa: S310 # our own server
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise RuntimeError(f"{address} does not answer:\n{log.read_text()}")


@contextmanager
def behind_nginx(*, is_secure=False, database=""):
    """gunicorn on a Unix socket with the sample records, or on `database`, behind nginx; yields Rehearsed."""
    with temporary_folder() as folder:
        port, plain_port, health_port = free_port(), free_port(), free_port()
        address = f"{'https' if is_secure else 'http'}://localhost:{port}"
        if is_secure:
            certify(folder)
        with (
            gunicorn(folder, f"unix:{folder}/http.sock", address, database, health_port) as server,
            nginx(folder, site(folder, port, plain_port, health_port, is_secure)) as proxy,
        ):
            trust = ssl.create_default_context(cafile=folder / "fullchain.pem") if is_secure else None
            wait_for(address, proxy, folder / "nginx.log", trust)
            insecure, health = f"http://localhost:{plain_port}", f"http://127.0.0.1:{health_port}"
            yield Rehearsed(folder, address, insecure, server, health)


@contextmanager
def two_nodes(pair):
    """Two nodes of gunicorn behind nginx, on a streaming_pair.Pair with the sample records; yields TwoNodes.

    The first reads from the primary, the second from the replica, and each from the other where its own is away.
    """
    with temporary_folder() as folder, ExitStack() as running:
        ports, (port, plain_port) = (free_port(), free_port()), (free_port(), free_port())
        address, database = f"http://localhost:{port}", pair.address("portal")
        environ = settings(folder, "", address, database) | {"PORTAL_API_LIMIT": "0", "WEB_CONCURRENCY": "1"}
        migrate(environ)
        pair.restrict_reader()
        pair.confirm_commits()
        readers = ({"PORTAL_READER_URL": pair.address("portal_reader", first=number)} for number in range(2))
        nodes = []
        for own, reader in zip(ports, readers, strict=True):
            bind, log = f"127.0.0.1:{own}", folder / f"node-{own}.log"
            health = f"127.0.0.1:{free_port()}"
            more = reader | {"BIND": bind, "PORTAL_HEALTH_BIND": health}
            server = running.enter_context(serving(environ | more, log))
            nodes.append(Rehearsed(folder, f"http://{bind}", f"http://{bind}", server, f"http://{health}"))
        health_port = int(nodes[0].health.rpartition(":")[2])
        text = site(folder, port, plain_port, health_port, False, [f"127.0.0.1:{own}" for own in ports])
        proxy = running.enter_context(nginx(folder, text))
        for own, node in zip(ports, nodes, strict=True):
            wait_for(node.address, node.server, folder / f"node-{own}.log")
        wait_for(address, proxy, folder / "nginx.log")
        yield TwoNodes(folder, address, tuple(nodes), database)


@contextmanager
def nginx(folder, text):
    """nginx with this site, in a folder of its own."""
    (folder / "portal.conf").write_text(text, encoding="utf-8")
    # As root, nginx would switch to another user, who has no access to this folder.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user), encoding="utf-8")
    command = [nginx_program(), "-e", folder / "nginx.log", "-c", folder / "nginx.conf"]
    with started(command, folder / "nginx.log") as proxy:
        yield proxy


@contextmanager
def bare(database="", more=None):
    """gunicorn alone on a loopback port, with the sample records and `more` settings; yields Rehearsed."""
    with temporary_folder() as folder:
        address, health_port = f"http://127.0.0.1:{free_port()}", free_port()
        with gunicorn(folder, address.removeprefix("http://"), address, database, health_port, more) as server:
            wait_for(address, server, folder / "gunicorn.log")
            yield Rehearsed(folder, address, address, server, f"http://127.0.0.1:{health_port}")


@contextmanager
def gunicorn(folder, bind, address, database="", health_port=0, more=None):
    environ = settings(folder, bind, address, database, health_port) | (more or {})
    migrate(environ)
    with serving(environ, folder / "gunicorn.log") as server:
        yield server


@contextmanager
def serving(environ, log):
    command = [program("gunicorn"), "-c", "deploy/gunicorn.conf.py", "wsgi:app"]
    with started(command, log, cwd=ROOT, env=environ) as server:
        yield server


def migrate(environ):
    subprocess.run(
        [program("portal"), "migrate", "--sample-if-empty"], cwd=ROOT, env=environ, check=True, capture_output=True
    )


@contextmanager
def temporary_folder():
    # Not nested any deeper, because the path of a Unix socket is limited to 107 characters.
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        yield Path(folder)


def main():
    """Hold the rehearsal of two nodes until Enter is pressed."""
    sys.path.insert(0, str(ROOT))
    from deploy.streaming_pair import streaming_pair

    with streaming_pair() as pair, two_nodes(pair) as portal:
        print(f"The portal is at {portal.address}, its nodes at {', '.join(node.address for node in portal.nodes)}.")
        print(f"PostgreSQL listens on the ports {pair.ports[0]} (primary) and {pair.ports[1]} (replica) of 127.0.0.1.")
        with suppress(KeyboardInterrupt, EOFError):
            input("Enter stops all of it. ")


if __name__ == "__main__":
    main()
