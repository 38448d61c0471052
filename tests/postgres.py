"""A PostgreSQL server for one run of tests, in a folder of its own, reached by a socket in that folder alone.

It ends, and its folder goes, when the run does, however that ends: the keeper obeys the orders in a pipe until
"finish", or until the pipe ends because the run was killed.
"""

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.requirements import lacks

# Whether this run tests the portal on PostgreSQL.
IS_TESTED = os.environ.get("PORTAL_TEST_DATABASE") == "postgresql"
PATIENCE = 30  # seconds for the server to answer for the first time
OWNER = "postgres"
KEEPER = """
start() {
  "$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=on \
    -c full_page_writes=off -c shared_buffers=64MB -c max_connections=200 $3 \
    >>"$2/log" 2>&1 </dev/null &
}
stop() {
  kill -QUIT $!
  wait $!
}
start "$@"
while read -r order && [ "$order" != finish ]; do "$order" "$@"; done
stop
rm -rf "$2"
"""


MISSING = "PostgreSQL is not installed", "apt-get install postgresql"


def programs():
    """The folder of the newest server's programs, or None."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    found = shutil.which("initdb", path=os.pathsep.join([*map(str, reversed(folders)), os.environ["PATH"]]))
    return Path(found).parent if found else None


def who():
    """What makes a child process of root one of the user postgres: the server refuses root."""
    return {"user": OWNER, "group": OWNER, "extra_groups": []} if os.geteuid() == 0 else {}


@contextmanager
def server(settings=""):
    """A running server, as its Cluster; `settings` ("-c name=value ...") go before the usual ones, which are hasty.

    Its language is not C, so that an order which the portal does not decide itself shows.
    """
    bin_folder = programs() or lacks(*MISSING)
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    if who():
        shutil.chown(folder, OWNER, OWNER)
    keeper = None
    try:
        subprocess.run(
            [bin_folder / "initdb", "-D", folder / "data", "-U", OWNER, "--auth=trust", "--no-sync", "--encoding=UTF8",
             "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"],
            cwd="/", check=True, capture_output=True, **who(),
        )  # fmt: skip
        keeper = subprocess.Popen(
            ["sh", "-c", KEEPER, "keeper", bin_folder, folder, settings],
            cwd="/", stdin=subprocess.PIPE, start_new_session=True, **who(),
        )  # fmt: skip
        cluster = Cluster(folder, keeper.stdin)
        cluster.wait()
        yield cluster
    finally:
        if keeper:
            # Not by closing alone: a process that a test forked may hold the pipe open still.
            keeper.stdin.write(b"finish\n")
            keeper.stdin.close()
            keeper.wait(timeout=PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


class Cluster:
    """Where the server is, and new databases in it; `orders` is the keeper's pipe."""

    def __init__(self, folder, orders):
        self._folder, self._orders = folder, orders
        self._count = 0

    def connect(self):
        return psycopg.connect(host=str(self._folder), user=OWNER, dbname="postgres", autocommit=True)

    def stop(self):
        """End the server at once, as `pg_ctl stop -m immediate` does: whoever is connected is cut off."""
        self._order(b"stop\n")
        deadline = time.monotonic() + PATIENCE
        while (self._folder / "data" / "postmaster.pid").exists():
            assert time.monotonic() < deadline, "the server does not end"
            time.sleep(0.05)

    def start(self):
        self._order(b"start\n")
        self.wait()

    def _order(self, line):
        self._orders.write(line)
        self._orders.flush()

    def wait(self):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def database(self):
        """The address of a new, empty database."""
        self._count += 1
        name = f"portal_{self._count}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://{OWNER}@/{name}?host={self._folder}"
