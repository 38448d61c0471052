"""What the health listener knows and adds up, without a server."""

import os
import subprocess
import sys
import time

import pytest

from portal.health.knowledge import OK, Knowledge
from portal.health.probes import Probe
from portal.health.scrape import WorkerFiles

WORKER = """
from portal import metrics
metrics.requests_of("projects.directory", "2xx").inc(3)
metrics.THREADS.set(8)
"""


def test_counts_of_ended_workers_stay_and_their_gauges_go(tmp_path):
    environ = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(3):
        subprocess.run([sys.executable, "-c", WORKER], env=environ, check=True)
    files = WorkerFiles(str(tmp_path))
    for _ in range(2):
        values = {
            sample.name: sample.value
            for metric in files.collect()
            for sample in metric.samples
            if sample.name in ("portal_requests_total", "portal_threads")
        }
        assert values == {"portal_requests_total": 9}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["counter_0.db", "histogram_0.db"]


def test_a_probe_keeps_what_it_found_while_it_finds_nothing():
    answers = iter(["first", None])
    probe = Probe("test", 1.0, lambda: next(answers))
    assert probe.age() is None
    assert probe.look()
    assert not probe.look()
    assert (probe.found, probe.waiting()) == ("first", 0.0)
    # The third call raises, which says nothing either.
    assert not probe.look()
    assert probe.found == "first"


@pytest.fixture
def knowledge():
    """A portal of which everything is known, and all is well."""
    known = Knowledge({}, "")
    known.database.found, known.database.found_at = {"database": OK, "migrations": OK}, time.monotonic()
    known.writing.found, known.writing.found_at = OK, time.monotonic()
    return known


def test_a_database_that_does_not_answer_is_said_with_its_time(knowledge):
    knowledge.database.began_at = knowledge.database.found_at = time.monotonic() - 42
    is_ready, states = knowledge.readiness()
    assert not is_ready
    assert states["database"] == "The database has not answered for 42 s."


@pytest.mark.parametrize(("seconds", "is_well"), [(60, True), (90, False)])
def test_a_lock_held_for_a_minute_is_no_failure_and_for_longer_is_one(knowledge, seconds, is_well):
    knowledge.writing.found_at = time.monotonic() - seconds
    assert (knowledge.readiness()[1]["database"] == OK) is is_well


def test_before_any_process_has_shown_itself_the_portal_is_starting(knowledge):
    assert knowledge.liveness_problem() == "The portal is starting."
