"""A PostgreSQL primary with a streaming replica, in a temporary folder and on loopback only, for a rehearsal.

The replica confirms each commit (synchronous_standby_names), so that promoting it loses nothing.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.rehearsal import PATIENCE, ROOT, Lacking, free_port

OWNER = "postgres"
# Faster than an operator's: after a crash of this machine nobody wants the data.
SETTINGS = {
    "listen_addresses": "127.0.0.1", "max_connections": "100", "shared_buffers": "64MB", "fsync": "off",
    "hot_standby_feedback": "on", "synchronous_standby_names": "", "wal_retrieve_retry_interval": "200ms",
}  # fmt: skip


class Server:
    """A server on its data; `process` is None while it does not run."""

    def __init__(self, programs, data, port):
        self.programs, self.data, self.port, self.process = programs, data, port, None

    def start(self):
        options = [part for name, value in SETTINGS.items() if value for part in ("-c", f"{name}={value}")]
        place = ("-D", self.data, "-p", str(self.port), "-k", self.data.parent)
        with (self.data.parent / f"{self.data.name}.log").open("a") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", *place, *options],
                cwd="/", stdout=log, stderr=log, start_new_session=True, **_owner(),
            )  # fmt: skip
        _wait_until(lambda: _is_ready(self.programs, self.port))

    def stop(self):
        """End it at once, as a machine that fails; it need not wait for those who are connected."""
        if self.process:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(PATIENCE)
            self.process = None


@dataclass(frozen=True)
class Pair:
    """Two running servers; `ports` are those of primary and replica."""

    programs: Path
    folder: Path
    ports: tuple[int, int]
    primary: Server

    def address(self, role, *, first=0):
        """The URL of the database, with both servers; a connection is tried with this one first."""
        one, other = self.ports[first], self.ports[1 - first]
        return f"postgresql://{role}@/portal?host=127.0.0.1:{one}&host=127.0.0.1:{other}"

    def run(self, server, statement):
        """What a statement answers as its superuser; `server` is 0 or 1."""
        return _run(self.programs / "psql", *_psql(self.ports[server]), "-d", "portal", "-c", statement)

    def confirm_commits(self):
        """From now on a commit waits until the replica has stored it."""
        self.run(0, "ALTER SYSTEM SET synchronous_standby_names = 'replica'")
        self.run(0, "SELECT pg_reload_conf()")
        self.wait_until_in_step()

    def wait_until_in_step(self):
        """Wait until the replica follows, and shows all that the primary has."""
        followed = "FROM pg_stat_replication WHERE sync_state = 'sync' AND replay_lsn = pg_current_wal_flush_lsn()"
        _wait_until(lambda: self.run(0, f"SELECT count(*) {followed}") == "1")

    def restrict_reader(self):
        """Give the role of public requests its rights, as the shipped file does."""
        script = (ROOT / "deploy" / "postgresql-reader.sql").read_text(encoding="utf-8")
        _run(self.programs / "psql", *_psql(self.ports[0]), "-d", "portal", "-f", "-", input=script)

    def stop_primary(self):
        """End it at once, as a machine that fails."""
        self.primary.stop()

    def start_primary(self):
        """Start it again, with the replica in step."""
        self.primary.start()
        self.wait_until_in_step()

    def promote(self):
        """Make the replica the primary, alone."""
        self.run(1, "SELECT pg_promote()")
        self.run(1, "ALTER SYSTEM RESET synchronous_standby_names")
        self.run(1, "SELECT pg_reload_conf()")


@contextmanager
def streaming_pair():
    """Both servers with an empty database `portal`, its owner `portal` and the role `portal_reader`; yields Pair."""
    programs, ports = _programs(), (free_port(), free_port())
    folder = Path(tempfile.mkdtemp(prefix="portal-pair-"))
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER, OWNER)
    try:
        with ExitStack() as servers:
            _run(programs / "initdb", "-D", folder / "primary", "-U", OWNER, "--auth=trust", "--no-sync",
                 "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en")  # fmt: skip
            primary, replica = (
                Server(programs, folder / name, port) for name, port in zip(("primary", "replica"), ports, strict=True)
            )
            servers.callback(primary.stop)
            primary.start()
            for statement in ("CREATE ROLE portal LOGIN", "CREATE ROLE portal_reader LOGIN",
                              "CREATE DATABASE portal OWNER portal"):  # fmt: skip
                _run(programs / "psql", *_psql(ports[0]), "-d", "postgres", "-c", statement)
            source = f"host=127.0.0.1 port={ports[0]} user={OWNER} application_name=replica"
            _run(programs / "pg_basebackup", "-d", source, "-D", folder / "replica", "-R", "--checkpoint=fast",
                 "--no-sync")  # fmt: skip
            servers.callback(replica.stop)
            replica.start()
            yield Pair(programs, folder, ports, primary)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_ready(programs, port):
    return subprocess.run([programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]).returncode == 0


def _wait_until(is_true):
    deadline = time.monotonic() + PATIENCE
    while not is_true():
        if time.monotonic() > deadline:
            raise RuntimeError("PostgreSQL does not answer")
        time.sleep(0.05)


def _psql(port):
    return "-h", "127.0.0.1", "-p", str(port), "-U", OWNER, "-v", "ON_ERROR_STOP=1", "-X", "-A", "-t", "-q"


def _run(*command, input=None):
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, input=input, timeout=PATIENCE, **_owner())
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stderr}")
    return done.stdout.strip()


def _owner():
    """PostgreSQL refuses to run as root."""
    return {"user": OWNER, "group": OWNER, "extra_groups": []} if os.geteuid() == 0 else {}


def _programs():
    """The folder of the newest server's programs; Debian keeps them off the PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    found = shutil.which("initdb", path=os.pathsep.join([*map(str, reversed(folders)), os.environ["PATH"]]))
    if not found:
        raise Lacking("PostgreSQL is not installed: apt-get install postgresql")
    return Path(found).parent
