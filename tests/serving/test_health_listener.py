"""The health listener beside the workers: it answers whatever hangs, tells the truth, and ends with the portal."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from deploy import rehearsal
from portal.database.transactions import begin_writing
from portal.models import Project
from portal.search.fulltext import text_index
from tests import postgres
from tests.loops import not_empty
from tests.over_http import PATIENCE, Caller, backstage, carried, typed
from tests.requirements import lacks
from tests.serving.staff_flows import NEW, form, served
from tests.serving.test_faults import ONCE, held
from tests.serving.test_faults import counted as stored
from tests.waiting import eventually

# The promise is 100 ms; a test machine may be busy with other tests.
SLACK = 1.0
PROSE, KEPT, UNKEPT, WORDS = "/privacy/", "/projects/", "/projects/?country=KEN", "/projects/?q=%22labour+migration%22"


def ask(address, timeout=PATIENCE):
    """(status, text, seconds) of an answer."""
    began = time.monotonic()
    try:
        with urllib.request.urlopen(address, timeout=timeout) as answer:  # noqa: S310 # our own server
            status, body = answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            status, body = refused.code, refused.read()
    return status, body.decode(), time.monotonic() - began


def is_ready(portal):
    return ask(f"{portal.health}/readyz")[0] == 200


def states(portal):
    return json.loads(ask(f"{portal.health}/readyz")[1])


def assert_answers_at_once(portal):
    for path in not_empty(("/healthz", "/readyz", "/metrics")):
        assert ask(f"{portal.health}{path}")[2] < SLACK, path


def family(pid):
    """A process and all that it started; one that ends meanwhile has no children any more."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return [pid]
    return [pid, *(one for child in children for one in family(int(child)))]


@pytest.fixture(scope="module")
def lone_cluster():
    with postgres.server() as running:
        yield running


@contextmanager
def hanging(cluster):
    """A server that takes connections and says nothing."""
    stopped = family(int((cluster._folder / "data" / "postmaster.pid").read_text().split()[0]))
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)


def test_a_database_that_hangs_stops_neither_health_nor_public_pages(lone_cluster, monkeypatch):
    monkeypatch.setenv("WEB_CONCURRENCY", "1")
    with rehearsal.bare(lone_cluster.database()) as portal:
        eventually(lambda: is_ready(portal), "being ready")
        # The newest projects are read into memory in the background.
        time.sleep(1)
        before = ask(f"{portal.address}{KEPT}")[1]
        with hanging(lone_cluster):
            assert_answers_at_once(portal)
            # One request may have to find out, unless the thread in the background does.
            assert ask(f"{portal.address}{PROSE}")[2] < 5
            eventually(lambda: "This page shows the records as of" in ask(f"{portal.address}{PROSE}")[1], "the mark")
            outage = {
                path: ask(f"{portal.address}{path}") for path in (PROSE, KEPT, UNKEPT, WORDS, "/projects/LM.0024")
            }
            eventually(lambda: states(portal)["database"] != "ok", "the truth about the database")
            assert_answers_at_once(portal)
            assert ask(f"{portal.health}/healthz")[0] == 200
        assert {path: status for path, (status, _, _) in outage.items()} == {
            PROSE: 200, KEPT: 200, UNKEPT: 200, WORDS: 503, "/projects/LM.0024": 200,
        }  # fmt: skip
        assert max(seconds for _, _, seconds in outage.values()) < SLACK
        assert all("This page shows the records as of" in text for _, text, _ in not_empty(outage.values()))
        assert "Searching for words is not possible at the moment" in outage[WORDS][1]
        assert "This page shows the records as of" not in before
        eventually(lambda: ask(f"{portal.address}{WORDS}")[0] == 200, "the search for words")
        eventually(lambda: is_ready(portal), "being ready again")
        assert ask(f"{portal.address}{KEPT}")[1] == before


def test_a_held_lock_and_many_posts_do_not_stop_health(tmp_path):
    file = tmp_path / "portal.db"
    with served(f"sqlite:///{file}") as (portal, session, office):
        ann = Caller(portal.address, session, office.author)
        sent = form("While the file is locked", csrf_token=ann.csrf_token(NEW))
        session.rollback()
        eventually(lambda: is_ready(portal), "being ready")
        answers = []
        with held(file):
            posts = [threading.Thread(target=lambda: answers.append(ann.ask(NEW, sent))) for _ in range(24)]
            for post in posts:
                post.start()
            time.sleep(0.5)
            for _ in not_empty(range(5)):
                assert_answers_at_once(portal)
                time.sleep(0.2)
            # Busy for a moment is no failure.
            assert states(portal)["database"] == "ok"
        for post in posts:
            post.join()
        # One waited and was saved; each of the others is told so, or gets everything back.
        assert len(answers) == 24
        assert {answer.status for answer in answers} <= {303, 503}
        assert 303 in {answer.status for answer in answers}
        assert all(typed(carried(answer)) == typed(sent) for answer in not_empty(answers) if answer.status == 503)
        assert stored(session, "While the file is locked") == ONCE


@pytest.fixture
def read_only_disk(tmp_path):
    """disk, lock(): a disk that can be written until lock() is called."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", "-t", "tmpfs", "portal-test", disk], capture_output=True).returncode
    ):
        lacks("no disk can be made", "run as root, where mount is allowed")
    yield disk, lambda: subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    subprocess.run(["umount", disk], check=True)


def test_a_start_on_a_read_only_disk_serves_public_pages(read_only_disk, tmp_path):
    disk, lock = read_only_disk
    database = f"sqlite:///{disk}/portal.db"
    environ = rehearsal.settings(tmp_path, "", "http://127.0.0.1:1", database)
    migrate = [rehearsal.program("portal"), "migrate", "--sample-if-empty"]
    subprocess.run(migrate, cwd=rehearsal.ROOT, env=environ, check=True, capture_output=True)
    lock()
    with rehearsal.bare(database) as portal:
        pages = {path: ask(f"{portal.address}{path}")[0] for path in (PROSE, KEPT, UNKEPT, WORDS, "/projects/LM.0024")}
        assert set(pages.values()) == {200}
        eventually(lambda: "cannot be written" in states(portal)["database"], "the truth about the disk")
        assert ask(f"{portal.health}/readyz")[0] == 503
        assert "cannot be written" in ask(f"{portal.address}/readyz")[1]


def listener_of(portal):
    """The process that answers, below the one that keeps it running."""
    (keeper,) = (
        child
        for child in family(portal.server.pid)[1:]
        if b"portal.health" in Path(f"/proc/{child}/cmdline").read_bytes() and len(family(child)) == 2
    )
    return family(keeper)


def test_a_killed_listener_comes_back_and_ends_with_the_portal(gunicorn):
    _, answering = listener_of(gunicorn)
    os.kill(answering, signal.SIGKILL)
    eventually(lambda: Path(f"/proc/{answering}").exists() is False, "its end")
    eventually(lambda: is_ready(gunicorn), "another listener")
    with rehearsal.bare() as other:
        processes = listener_of(other)
        assert len(processes) == 2
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in processes), "the end of the listener")


@pytest.mark.skipif(postgres.IS_TESTED, reason="the index that lacks a document is in an SQLite file")
def test_a_text_index_that_lacks_documents_is_said_until_it_is_whole(tmp_path):
    database = f"sqlite:///{tmp_path}/portal.db"
    environ = rehearsal.settings(tmp_path, "", "http://127.0.0.1:1", database)
    with rehearsal.bare(database) as portal:
        with backstage(database) as session:
            begin_writing(session())
            text_index.remove(session(), session.execute(select(Project.id).limit(3)).scalars().all())
            session.commit()
        eventually(lambda: "has 97 documents for 100 projects" in states(portal)["index"], "the truth about the index")
        assert ask(f"{portal.health}/readyz")[0] == 503
        command = [rehearsal.program("portal"), "index", "rebuild"]
        subprocess.run(command, cwd=rehearsal.ROOT, env=environ, check=True, capture_output=True)
        eventually(lambda: is_ready(portal), "being ready")


def test_a_taken_port_is_said_in_one_line_and_the_portal_serves(gunicorn, tmp_path):
    port = int(gunicorn.health.rpartition(":")[2])
    address = f"127.0.0.1:{rehearsal.free_port()}"
    with rehearsal.gunicorn(tmp_path, address, f"http://{address}", health_port=port) as second:
        rehearsal.wait_for(f"http://{address}", second, tmp_path / "gunicorn.log")
    log = tmp_path / "gunicorn.log"
    lines = eventually(lambda: [line for line in log.read_text().splitlines() if "health listener" in line], "a line")
    assert [json.loads(line)["message"] for line in lines] == [
        f"No health listener: 127.0.0.1:{port} cannot be used (Address already in use). Set PORTAL_HEALTH_BIND to "
        "another address, or to off."
    ]


def counted(portal, route):
    text = ask(f"{portal.health}/metrics")[1]
    name = f'portal_requests_total{{route="{route}",status="2xx"}} '
    return sum(float(line.removeprefix(name)) for line in text.splitlines() if line.startswith(name))


def test_metrics_are_those_of_all_workers_and_outlive_them(gunicorn):
    before = counted(gunicorn, "pages.contact") + counted(gunicorn, "pages.page")
    for _ in range(40):
        assert ask(f"{gunicorn.address}/contact/")[0] == 200
    after = counted(gunicorn, "pages.contact") + counted(gunicorn, "pages.page")
    assert after == before + 40
    gunicorn.server.send_signal(signal.SIGHUP)
    old = set(family(gunicorn.server.pid))
    eventually(lambda: len(old & set(family(gunicorn.server.pid))) == 1, "new processes")
    eventually(lambda: is_ready(gunicorn), "being ready again")
    assert counted(gunicorn, "pages.contact") + counted(gunicorn, "pages.page") == after


def test_an_address_that_is_none_keeps_the_portal_from_starting(tmp_path):
    environ = rehearsal.settings(tmp_path, "127.0.0.1:0", "http://127.0.0.1:1") | {"PORTAL_HEALTH_BIND": "9100"}
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "wsgi:app"]
    ended = subprocess.run(command, cwd=rehearsal.ROOT, env=environ, capture_output=True, text=True, timeout=PATIENCE)
    assert ended.returncode != 0
    assert "PORTAL_HEALTH_BIND is '9100': write host:port, such as 127.0.0.1:9100, or off." in ended.stderr
