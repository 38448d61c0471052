"""This build beside an older one: both serve their own database of the same records and are asked in turn."""

import statistics
import time
from collections import defaultdict
from contextlib import ExitStack

from tests.bench import effort
from tests.bench.builds import OWN, Build
from tests.bench.latency import check, total_in
from tests.bench.questions import Question, questions
from tests.bench.scales import SCALES, Scale, fill, remove
from tests.bench.serving import NO_PAGE_CACHE, Server, gunicorn, wait_until_settled
from tests.bench.throughput import CONNECTIONS, REST, THREADS, WORKERS, middle, write, wrk
from tests.bench.throughput import pages as every_worker_answers
from tests.bench.visitor import Visitor, summary

FRAGMENT = {"HX_Request": "true", "HX_Request_Type": "partial", "HX_Target": "results"}
# Of one build after the other, so that both meet the same noise.
IMPORTS = 3
IMPORTED = "107k"
A_CASE = 3
# New questions that one build is asked before it is the other's turn.
A_ROUND = 10


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


def pages(scale: Scale, servers: dict[str, Server], headers: dict[str, str]) -> dict:
    """Milliseconds and bytes by build and case, and to how many questions both gave the same number of projects."""
    asked = questions(scale.database)
    visitors = {name: Visitor(server.port) for name, server in servers.items()}
    times: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in servers}
    sizes: dict[str, list[int]] = {name: [] for name in servers}
    totals: dict[str, dict[str, int]] = {name: {} for name in servers}

    def ask_round(asked_now: list[Question], number: int, *, is_timed: bool = True) -> None:
        """All of them of one build, then of the other; each time another question comes first.

        The first one finds the processor's caches full of the other build.
        """
        first = number % len(asked_now)
        for name in list(visitors) if number % 2 else reversed(visitors):
            for question in asked_now[first:] + asked_now[:first]:
                answer = visitors[name].ask(question.path, **headers)
                check(question.path, answer.status)
                if is_timed:
                    times[name][question.case].append(answer.seconds)
                else:
                    sizes[name].append(len(answer.body))
                    totals[name][question.path] = total_in(answer.body)

    for number, each in enumerate(asked.cases.values()):
        ask_round(each, number, is_timed=False)
    for number in range(effort.ROUNDS):
        ask_round(asked.each(number), number)
    # A fragment of what a page was asked for is no first time.
    for once in () if headers else asked.fresh.values():
        for number, begun in enumerate(range(0, len(once), A_ROUND)):
            ask_round(once[begun : begun + A_ROUND], number)
    for visitor in visitors.values():
        visitor.close()
    return {
        "cases": {name: {case: summary(taken) for case, taken in its.items()} for name, its in times.items()},
        "kilobytes": {name: statistics.mean(its) / 1000 for name, its in sizes.items()},
        "totals": totals,
    }


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
