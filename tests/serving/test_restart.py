"""What an update does: new code is really taken, and nobody is turned away while the server starts again."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager

import pytest

from deploy import rehearsal
from portal.config import ROOT
from tests.serving.test_reload import workers

# systemd hands its socket over as descriptor 3, and says whom it is for by process id.
HAND_OVER = 'exec 3<&"$0"; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@"'

VERSIONED = {
    "portal/__init__.py": "",
    "portal/errors.py": "class ConfigurationError(Exception):\n    pass\n",
    "portal/config.py": """
VERSION, TEMPORARY_KEY = "{version}", "PORTAL_TEMPORARY_KEY"
class Settings:
    secret_key, has_persistent_key = "0123456789abcdef" * 4, False
    @classmethod
    def from_environment(cls, environ): return cls()
""",
    "wsgi.py": """
from portal.config import VERSION
def app(environ, start_response):
    start_response("200 OK", [])
    return [VERSION.encode()]
""",
}


def write(folder, version):
    for name, text in VERSIONED.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text.replace("{version}", version))


def answer(address):
    with urllib.request.urlopen(address, timeout=rehearsal.PATIENCE) as got:  # noqa: S310
        return got.read().decode()


def test_a_reload_takes_new_code_of_every_module(tmp_path):
    write(tmp_path, "before")
    port = rehearsal.free_port()
    address = f"http://127.0.0.1:{port}"
    environ = {**os.environ, "PORT": str(port), "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [rehearsal.program("gunicorn"), "-c", ROOT / "deploy/gunicorn.conf.py", "wsgi:app"]
    with rehearsal.started(command, tmp_path / "log", cwd=tmp_path, env=environ) as server:
        rehearsal.wait_for(address, server, tmp_path / "log")
        assert answer(address) == "before"
        write(tmp_path, "after the update")
        server.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + rehearsal.PATIENCE
        # An old process may answer for a moment after a new one has begun to.
        while (found := answer(address)) == "before" and time.monotonic() < deadline:
            time.sleep(0.1)
        assert found == "after the update"


def test_a_version_that_cannot_start_replaces_nothing(tmp_path):
    write(tmp_path, "before")
    port = rehearsal.free_port()
    address = f"http://127.0.0.1:{port}"
    environ = {**os.environ, "PORT": str(port), "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [rehearsal.program("gunicorn"), "-c", ROOT / "deploy/gunicorn.conf.py", "wsgi:app"]
    with rehearsal.started(command, tmp_path / "log", cwd=tmp_path, env=environ) as server:
        rehearsal.wait_for(address, server, tmp_path / "log")
        (tmp_path / "wsgi.py").write_text("import a_module_that_is_missing")
        server.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + rehearsal.PATIENCE
        while "cannot start" not in (tmp_path / "log").read_text() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert "The version on the disk cannot start, so the running one goes on." in (tmp_path / "log").read_text()
        assert answer(address) == "before"
        assert server.poll() is None


@pytest.fixture
def door():
    """A listening socket, such as systemd holds."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        yield listening


@contextmanager
def activated(door, folder):
    """gunicorn on a socket that somebody else holds."""
    address = f"http://127.0.0.1:{door.getsockname()[1]}"
    environ = rehearsal.settings(folder, "", address)
    subprocess.run([rehearsal.program("portal"), "migrate", "--sample-if-empty"], env=environ, check=True)
    command = [
        "bash",
        "-c",
        HAND_OVER,
        str(door.fileno()),
        rehearsal.program("gunicorn"),
        "-c",
        "deploy/gunicorn.conf.py",
    ]
    with rehearsal.started(
        [*command, "wsgi:app"], folder / "log", cwd=ROOT, env=environ, pass_fds=[door.fileno()]
    ) as server:
        rehearsal.wait_for(address, server, folder / "log")
        yield f"{address}/healthz", server


def test_requests_wait_at_the_door_while_the_portal_is_started_again(door, tmp_path):
    with activated(door, tmp_path) as (address, _):
        assert answer(address) == "ok"
    with socket.create_connection(door.getsockname(), timeout=rehearsal.PATIENCE) as waiting:
        waiting.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        with activated(door, tmp_path):
            assert waiting.recv(100).startswith(b"HTTP/1.1 200 OK")


def test_a_reload_keeps_the_socket_of_systemd_and_the_process_id(door, tmp_path):
    with activated(door, tmp_path) as (address, server):
        before = workers(server.pid)
        server.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + rehearsal.PATIENCE
        while time.monotonic() < deadline and not ((now := workers(server.pid)) and not now & before):
            assert answer(address) == "ok"
        assert not workers(server.pid) & before
        assert answer(address) == "ok"
        assert server.poll() is None
