"""A full disk and a database that does not answer: what was typed is kept, and one press sends it again.

Real servers, real databases, a real disk; nothing is pretended.
"""

import os
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select, text

from portal.models import AuditEvent, IdempotencyKey, Revision
from portal.vocabulary.workflow import State
from tests import postgres
from tests.over_http import PATIENCE, Caller, carried, typed
from tests.requirements import lacks
from tests.serving.staff_flows import NEW, form, served, workers
from tests.waiting import eventually

DISK = 8_000_000  # bytes of the disk that gets full
TITLE = "On a stopped database"
KEPT, UNKEPT = "/projects/", "/projects/?q=%22labour+migration%22"
HOLD = """
import sys, pysqlite3
holder = pysqlite3.connect(sys.argv[1], isolation_level=None)
holder.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


def counted(session, title):
    """How often something is stored: (revisions of this title, their states, their audit events, all keys)."""
    session.rollback()
    found = [one for one in session.execute(select(Revision)).scalars() if one.draft.title == title]
    numbers = [str(one.id) for one in found]
    events = select(AuditEvent.verb).where(AuditEvent.subject_kind == "revision", AuditEvent.subject_id.in_(numbers))
    keys = session.execute(select(func.count()).select_from(IdempotencyKey)).scalar_one()
    return [one.state for one in found], sorted(session.execute(events).scalars()), keys


NOTHING = [], [], 0
# One key is of the sending, one of the page that it came from.
ONCE = [State.SUBMITTED], ["draft", "save", "submit"], 2


@pytest.fixture
def small_disk(tmp_path):
    """A disk of a few megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "portal-test", disk]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        lacks("no small disk can be made", "run as root, where mount is allowed")
    yield disk
    subprocess.run(["umount", disk], check=True)


def fill(disk):
    """Take all the room that is left; return the file to be removed."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(bytes(4_096))
        except OSError:
            return ballast


def assert_keeps(answer, sent):
    """An honest page: nothing was stored, everything that was typed is here, and one button sends it again."""
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30"), answer.text[:3000]
    assert "nothing was saved" in answer.one("h1 + p").to_text()
    assert typed(carried(answer)) == typed(sent)
    assert not any(word in answer.text for word in ("Traceback", "sqlalchemy", "psycopg", "OperationalError"))


def test_a_full_disk_keeps_what_was_typed_until_there_is_room(small_disk):
    with served(f"sqlite:///{small_disk}/portal.db") as (portal, session, office):
        ann = Caller(portal.address, session, office.author)
        sent = form("On a full disk", csrf_token=ann.csrf_token(NEW))
        ballast = fill(small_disk)
        answer = ann.ask(NEW, sent)
        assert_keeps(answer, sent)
        assert Caller(portal.address).ask("/projects/").status == 200
        eventually(
            lambda: "disk of the database is full" in Caller(portal.health).ask("/readyz").text, "the truth about it"
        )
        assert counted(session, "On a full disk") == NOTHING
        assert session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        ballast.unlink()
        assert ann.press(answer).status == 303
        assert counted(session, "On a full disk") == ONCE
        assert session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"


@contextmanager
def held(path):
    """The file locked by another process until the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        yield
        holder.stdin.close()


def test_a_locked_file_keeps_what_was_typed_until_it_is_free(tmp_path):
    file = tmp_path / "portal.db"
    with served(f"sqlite:///{file}") as (portal, session, office):
        ann = Caller(portal.address, session, office.author)
        sent = form("On a locked file", csrf_token=ann.csrf_token(NEW))
        session.rollback()
        with held(file):
            answer = ann.ask(NEW, sent)
            assert_keeps(answer, sent)
            assert Caller(portal.address).ask("/projects/").status == 200
        assert counted(session, "On a locked file") == NOTHING
        assert ann.press(answer).status == 303
        assert counted(session, "On a locked file") == ONCE


@pytest.fixture(scope="module")
def lone_cluster():
    """A PostgreSQL server that may be stopped, since no other test uses it."""
    with postgres.server() as running:
        yield running


@pytest.fixture(scope="module")
def outage(lone_cluster):
    """The database is stopped, asked for in every way, and started: what was answered, by name."""
    # One process, so that what it has answered before the outage is known.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEB_CONCURRENCY", "1")
        with served(lone_cluster.database()) as running:
            yield outlived(*running, lone_cluster)


def outlived(portal, session, office, cluster):
    ann, visitor, stranger = Caller(portal.address, session, office.author), *(Caller(portal.address) for _ in range(2))
    stranger.token, stranger.origin = ann.token, "https://elsewhere.example"
    sent = form(TITLE, csrf_token=ann.csrf_token(NEW))
    assert visitor.ask(KEPT).status == 200
    session.rollback()
    before = workers(portal.server)
    cluster.stop()
    said = {path: visitor.ask(path) for path in (KEPT, UNKEPT, "/privacy/", "/healthz", "/readyz")}
    desk, lost, foreign = ann.ask("/staff/"), ann.ask(NEW, sent), stranger.ask(NEW, sent)
    cluster.start()
    back = ann.press(lost)
    return {
        "sent": sent, "said": said, "desk": desk, "lost": lost, "foreign": foreign, "back": back,
        "stored": counted(session, TITLE), "is same": before == workers(portal.server), "visitor": visitor,
    }  # fmt: skip


def test_a_stopped_database_keeps_what_was_typed(outage):
    assert_keeps(outage["lost"], outage["sent"])


def test_pages_that_are_kept_or_prose_go_on_without_a_database(outage):
    said = {path: answer.status for path, answer in outage["said"].items()}
    assert said == {KEPT: 200, "/privacy/": 200, "/healthz": 200, UNKEPT: 503, "/readyz": 503}


def test_every_other_page_says_that_it_fails_and_when_to_try_again(outage):
    for answer in (outage["desk"], outage["said"][UNKEPT]):
        assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
        assert answer.one("h1").to_text() == "Sorry, there is a problem with the service"
        assert answer.one(".error-page .row a.button:not(.quiet)").to_text() == "Try again"


def test_a_form_from_elsewhere_is_not_carried_while_the_database_is_away(outage):
    assert outage["foreign"].status == 503
    assert TITLE not in outage["foreign"].text


def test_one_press_stores_it_once_the_database_is_back(outage):
    assert outage["back"].status == 303, outage["back"].text[:3000]
    assert outage["stored"] == ONCE


def test_the_same_processes_are_ready_once_the_database_is_back(outage):
    deadline = time.monotonic() + PATIENCE
    while (status := outage["visitor"].ask("/readyz").status) != 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert (outage["is same"], status) == (True, 200)
