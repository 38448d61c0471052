"""What a production server writes, its workers and its health listener: one JSON object a line, whatever happens."""

import json
import os
import signal

import pysqlite3
import pytest

from deploy import rehearsal
from tests import postgres
from tests.over_http import Caller
from tests.serving.test_health_listener import listener_of
from tests.waiting import eventually

FIELDS = {"time", "level", "logger", "message", "process"}

pytestmark = pytest.mark.skipif(postgres.IS_TESTED, reason="the table that goes is one of an SQLite file")


def lines_of(portal):
    """Each line as an object; one that is being written is left out."""
    whole, _, _ = (portal.folder / "gunicorn.log").read_text().rpartition("\n")
    return [json.loads(line) for line in whole.splitlines()]


def said(portal, words):
    return [line for line in lines_of(portal) if words in line["message"]]


def test_every_line_of_all_processes_is_json():
    with rehearsal.bare(more={"PORTAL_ACCESS_LOG": "1"}) as portal:
        Caller(portal.address).ask("/projects/?q=border")
        _, answering = listener_of(portal)
        with pysqlite3.connect(portal.folder / "portal.db") as connection:
            connection.execute("DROP TABLE job_run")
        (failed, *_) = eventually(lambda: said(portal, "the probe of jobs failed"), "a line of the listener")
        os.kill(answering, signal.SIGKILL)
        eventually(lambda: said(portal, "The health listener ended"), "a line of what keeps the listener running")
        assert failed["process"] == answering
        assert said(portal, f"The portal is at {portal.address}/")
        (asked,) = said(portal, "GET /projects/")
        assert (asked["status"], asked["query"]) == (200, "q=border")
        portal.server.send_signal(signal.SIGHUP)
        eventually(lambda: len(said(portal, "Listening at")) > 1, "a reload")
        lines = lines_of(portal)
    assert [line for line in lines if not line.keys() >= FIELDS] == []
    assert len({line["process"] for line in lines}) > 3
