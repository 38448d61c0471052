"""The portal on PostgreSQL, a server of its own for the run, filled by `portal import`, and on SQLite, in turn."""

import subprocess
import time

import psycopg

from tests import postgres
from tests.bench import rounds
from tests.bench.scales import DATA, PORTAL, SCALES, Scale, environment, rows_in
from tests.bench.serving import NO_PAGE_CACHE, gunicorn, wait_until_settled
from tests.bench.store import CACHE

# As a server that keeps its data, with a quarter of a small machine's memory; all else is Debian's.
SETTINGS = "-c fsync=on -c full_page_writes=on -c shared_buffers=512MB"


def measure(scale: Scale) -> dict | None:
    """None where PostgreSQL is not installed."""
    if not postgres.programs():
        return None
    with postgres.server(SETTINGS) as cluster:
        address = cluster.database()
        environ = environment(scale.database, DATABASE_URL=address)
        subprocess.run([PORTAL, "migrate"], env=environ, check=True, stdout=subprocess.DEVNULL)
        files = [imported(environ, name, prefix) for name, prefix in files_of(scale)]
        with cluster.connect() as connection:
            version = connection.execute("SHOW server_version").fetchone()[0]
        with psycopg.connect(address, autocommit=True) as connection:
            # As autovacuum does within minutes, which would otherwise run beside the requests.
            connection.execute("VACUUM (ANALYZE)")
        return {"version": version.split()[0], "files": files} | asked_in_turn(scale, address)


def asked_in_turn(scale: Scale, address: str) -> dict:
    """Times by database and case, and the numbers of projects by database and question."""
    with (
        gunicorn(scale.database, **NO_PAGE_CACHE) as sqlite,
        gunicorn(scale.database, **NO_PAGE_CACHE, DATABASE_URL=address) as postgresql,
    ):
        servers = {"sqlite": sqlite, "postgresql": postgresql}
        for server in servers.values():
            wait_until_settled(server)
        return rounds.pages(scale, servers, {})


def files_of(scale: Scale) -> list[tuple[str, str]]:
    """All files of a database, those of the scales it goes on from first."""
    before = files_of(SCALES[scale.after]) if scale.after else []
    return [*before, *scale.files]


def imported(environ: dict[str, str], name: str, prefix: str) -> dict[str, object]:
    options = ["--id-prefix", prefix] if prefix else []
    begun = time.perf_counter()
    with (CACHE / "import.log").open("w") as log:
        code = subprocess.run(
            [PORTAL, "import", DATA / name, "--new-terms", "add", *options], env=environ, stdout=log, stderr=log
        ).returncode
    # 1 means that some rows were refused, as the data has it.
    if code not in (0, 1):
        raise SystemExit(f"The import of {name} failed:\n{(CACHE / 'import.log').read_text()[-2000:]}")
    return {"file": name, "rows": rows_in(name), "seconds": time.perf_counter() - begun}
