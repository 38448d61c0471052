"""This build beside an older one: both serve their own database of the same records and are asked in turn."""

import time
from contextlib import ExitStack

from tests.bench import effort
from tests.bench.builds import OWN, Build
from tests.bench.questions import questions
from tests.bench.rounds import pages
from tests.bench.scales import SCALES, Scale, fill, remove
from tests.bench.serving import NO_PAGE_CACHE, gunicorn, wait_until_settled
from tests.bench.throughput import CONNECTIONS, REST, THREADS, WORKERS, middle, write, wrk
from tests.bench.throughput import pages as every_worker_answers

FRAGMENT = {"HX_Request": "true", "HX_Request_Type": "partial", "HX_Target": "results"}
# Of one build after the other, so that both meet the same noise.
IMPORTS = 3
IMPORTED = "107k"
A_CASE = 3


def measure(scale: Scale, older: Build) -> dict:
    builds = {"own": OWN, "older": older}
    with ExitStack() as stack:
        # Gates are for many clients; wrk is one that asks without a pause.
        settings = NO_PAGE_CACHE | {"PORTAL_SEARCHES": "0"}
        servers = {
            name: stack.enter_context(gunicorn(build.database(scale.name), build=build, **settings))
            for name, build in builds.items()
        }
        wait_until_settled(servers["own"])
        found = {
            "pages": pages(scale, servers, {}),
            "fragments": pages(scale, servers, FRAGMENT),
        }
    return found | {"rates": rates(scale, builds), "imports": imports(builds), "older": older.name}


def make(older: Build, scale: Scale) -> None:
    """The older build's database, by its own import, unless it is there."""
    if older.database(scale.name).exists():
        return
    if scale.after:
        make(older, SCALES[scale.after])
    fill(older, scale)


def rates(scale: Scale, builds: dict[str, Build]) -> dict:
    """Requests a second of each build, not cached, and of Flask's hello, in alternating runs."""
    asked = questions(scale.database)
    paths = [question.path for each in asked.cases.values() for question in each[:A_CASE]]
    addresses = write("addresses.txt", paths)
    hello = write("hello.txt", ["/"])
    at = {"workers": WORKERS, "threads": THREADS}
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(
                gunicorn(build.database(scale.name), build=build, **at, **NO_PAGE_CACHE, PORTAL_SEARCHES="0")
            )
            for name, build in builds.items()
        }
        for server in servers.values():
            # Every worker has its index then.
            every_worker_answers(server, paths)
        wait_until_settled(servers["own"])
        servers["hello"] = stack.enter_context(gunicorn(scale.database, app="tests.bench.hello_app:app", **at))
        runs: dict[str, list[dict]] = {name: [] for name in servers}
        for number in range(effort.WRK_RUNS + 1):
            for name, server in servers.items():
                time.sleep(REST)
                run = wrk(server, hello if name == "hello" else addresses, CONNECTIONS[0], effort.WRK_SECONDS)
                if number:
                    runs[name].append(run)
    return {name: middle(its) for name, its in runs.items()}


def imports(builds: dict[str, Build]) -> dict[str, list[dict]]:
    """The import of one file into an empty database, by each build in turn."""
    found: dict[str, list[dict]] = {name: [] for name in builds}
    for _ in range(1 if effort.IS_QUICK else IMPORTS):
        for name, build in builds.items():
            scratch = Build(build.name, build.root, build.programs, build.databases / "scratch")
            scratch.databases.mkdir(exist_ok=True)
            found[name] += fill(scratch, SCALES[IMPORTED])
            remove(scratch.database(IMPORTED))
    return found
