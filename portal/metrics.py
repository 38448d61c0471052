"""What the portal counts and times, for Prometheus.

Under gunicorn each process writes its numbers into files of the folder PROMETHEUS_MULTIPROC_DIR, which
deploy/gunicorn.conf.py makes; the health listener adds them up (portal.health.scrape). Without that folder, in commands
and tests, they stay in memory. Nothing of a visitor or of a query becomes a label.
"""

from __future__ import annotations

from functools import cache

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Counter("portal_requests", "Requests by route and class of their status.", ("route", "status"))
REQUEST_SECONDS = Histogram(
    "portal_request_seconds",
    "Time from the first line of a request until its answer begins, by part of the site.",
    ("area",),
    buckets=_SECONDS,
)
THREADS = Gauge("portal_threads", "Threads that answer requests.", multiprocess_mode="livesum")
THREADS_BUSY = Gauge("portal_threads_busy", "Requests being answered.", multiprocess_mode="livesum")
QUEUE = Gauge("portal_requests_waiting", "Requests that wait for a thread.", multiprocess_mode="livesum")
GATE_RUNNING = Gauge(
    "portal_gate_running",
    "Costly work being done, by gate: pages, texts or forms.",
    ("gate",),
    multiprocess_mode="livesum",
)
GATE_WAITING = Gauge(
    "portal_gate_waiting", "Requests that wait at a gate for their turn.", ("gate",), multiprocess_mode="livesum"
)
REFUSALS = Counter(
    "portal_busy_refusals", "Requests that got no turn, so 503, by what they asked for: page, form or file.", ("kind",)
)
PROCESS_SAMPLED = Gauge(
    "portal_process_sampled_timestamp_seconds",
    "When a process last wrote down its state.",
    multiprocess_mode="livemax",
)
CACHED_PAGES = Gauge("portal_pages_kept", "Pages in memory, of all processes.", multiprocess_mode="livesum")
CACHED_BYTES = Gauge("portal_pages_kept_bytes", "Their size.", multiprocess_mode="livesum")

INDEX_PROJECTS = Gauge(
    "portal_index_projects", "Projects in the index of the process with fewest.", multiprocess_mode="livemin"
)
INDEX_VERSION = Gauge(
    "portal_index_version", "Catalogue version of the process that is furthest behind.", multiprocess_mode="livemin"
)
INDEX_CHECKED = Gauge(
    "portal_index_checked_timestamp_seconds",
    "When the process that did so longest ago last compared its index with the database.",
    multiprocess_mode="livemin",
)
SNAPSHOTS = Counter("portal_snapshots", "Snapshots of the index: built, mapped, patched or failed.", ("how",))
SNAPSHOT_SECONDS = Histogram(
    "portal_snapshot_build_seconds",
    "Time to build the index anew.",
    buckets=(0.05, 0.25, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)

STATEMENT_SECONDS = Histogram(
    "portal_statement_seconds",
    "Time until the database answers a statement, by who asks: public or staff.",
    ("engine",),
    buckets=_SECONDS,
)
STATEMENT_ERRORS = Counter("portal_statement_errors", "Statements that failed, by who asks.", ("engine",))
DATABASE_AWAY = Gauge(
    "portal_database_away", "Processes that go on without the database, from memory.", multiprocess_mode="livesum"
)
CONNECTIONS_BUSY = Gauge(
    "portal_database_connections_busy", "Connections to the database in use.", multiprocess_mode="livesum"
)

SIGN_IN_REFUSALS = Counter(
    "portal_sign_in_refusals", "Refused passwords and codes, and tries beyond a limit, by reason.", ("reason",)
)
# They begin at 0, so that the first one counts as an increase.
for _kind in ("sign-in", "code", "step-up"):
    SIGN_IN_REFUSALS.labels(f"{_kind} refused")
for _kind in ("sign in", "code", "reset", "e-mail", "link"):
    SIGN_IN_REFUSALS.labels(f"{_kind} limited")
for _kind in ("page", "form", "file"):
    REFUSALS.labels(_kind)
for _how in ("built", "mapped", "patched", "failed"):
    SNAPSHOTS.labels(_how)


@cache
def requests_of(route: str, status: str) -> Counter:
    """The counter of a route and a class of status, such as "2xx"; cached, because labels take longer than counting."""
    return REQUESTS.labels(route, status)


@cache
def seconds_of(area: str) -> Histogram:
    return REQUEST_SECONDS.labels(area)
