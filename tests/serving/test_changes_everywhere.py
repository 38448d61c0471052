"""A change under load: four processes show it within a second, and nobody waits for it meanwhile."""

import subprocess

import pytest

from portal.config import ROOT
from tests.bench.publishing import WORKERS, publish
from tests.bench.questions import questions
from tests.bench.scales import PORTAL, environment
from tests.bench.serving import gunicorn
from tests.bench.store import CACHE

RECORDS = ROOT.parent / "shared" / "data" / "mapped" / "global_107k.csv.xz"
SEEN_WITHIN, ANSWERED_WITHIN = 1.0, 0.25  # seconds


@pytest.mark.alone
@pytest.mark.skipif(not RECORDS.exists(), reason=f"no real records here: {RECORDS.name} is not beside the project")
def test_a_change_is_seen_by_every_worker_within_a_second_and_no_request_waits(tmp_path):
    CACHE.mkdir(exist_ok=True)
    database = tmp_path / "portal.db"
    run = {"env": environment(database), "stdout": subprocess.DEVNULL}
    subprocess.run([PORTAL, "migrate"], check=True, **run)
    # Ends with 1, since some rows are refused.
    subprocess.run([PORTAL, "import", RECORDS, "--new-terms", "add"], check=False, **run)
    with gunicorn(database, workers=WORKERS) as server:
        paths = [question.path for question in questions(database).each(0)]
        publish(server, database, paths, 0)
        seen = publish(server, database, paths, 1)
    assert seen["workers"] == WORKERS
    assert seen["last"] <= SEEN_WITHIN, seen
    assert seen["slowest"] <= ANSWERED_WITHIN, seen
