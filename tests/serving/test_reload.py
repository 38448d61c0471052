"""A new version takes over while visitors are asking, and none of them notices."""

import http.client
import os
import signal
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.rehearsal import PATIENCE
from tests.serving.staff_flows import is_health_listener

VISITORS = 4
RELOADS = 2
ADDRESSES = ("/projects/?country=KEN", "/healthz", "/contact/")


def workers(master):
    """The process ids of gunicorn's workers."""
    children = Path(f"/proc/{master}/task/{master}/children")
    if not children.exists():
        pytest.skip("this system does not list the children of a process in /proc")
    return {int(pid) for pid in children.read_text().split() if not is_health_listener(pid)}


class Visitors:
    """Threads that ask steadily, each request on a connection of its own; `answers` holds what they got.

    `pause` is how long each rests between two requests, in seconds.
    """

    def __init__(self, address, pause):
        self.pause = pause
        parts = urlsplit(address)
        self.place = (parts.hostname, parts.port)
        self.answers, self.is_over = [], threading.Event()
        self.threads = [threading.Thread(target=self.ask) for _ in range(VISITORS)]

    def ask(self):
        while not self.is_over.is_set():
            for address in ADDRESSES:
                connection = http.client.HTTPConnection(*self.place, timeout=PATIENCE)
                try:
                    connection.request("GET", address)
                    answer = connection.getresponse()
                    answer.read()
                    self.answers.append(answer.status)
                except (OSError, http.client.HTTPException) as why:
                    self.answers.append(repr(why))
                finally:
                    connection.close()
                time.sleep(self.pause)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join()


def reload(portal):
    """Send HUP and wait until all workers are new ones."""
    master = portal.server.pid
    before = workers(master)
    os.kill(master, signal.SIGHUP)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        now = workers(master)
        if now and not now & before:
            return
        time.sleep(0.05)
    pytest.fail(f"the workers were not replaced:\n{portal.log()}")


def answers_during_reloads(portal, pause=0.0):
    with Visitors(portal.address, pause) as visitors:
        for _ in range(RELOADS):
            before = len(visitors.answers)
            reload(portal)
            deadline = time.monotonic() + PATIENCE
            while len(visitors.answers) < before + 100 and time.monotonic() < deadline:
                time.sleep(0.05)
    return visitors.answers


def test_no_request_fails_while_the_workers_are_replaced(gunicorn):
    answers = answers_during_reloads(gunicorn)
    assert len(answers) > 100 * RELOADS
    assert set(answers) == {200}


def test_no_request_fails_behind_nginx_while_the_workers_are_replaced(proxied):
    # The proxy allows one address twenty requests a second.
    assert set(answers_during_reloads(proxied, pause=0.25)) == {200}


def test_the_master_holds_no_database_that_workers_could_share(gunicorn):
    opened = [str(entry.readlink()) for entry in Path(f"/proc/{gunicorn.server.pid}/fd").iterdir()]
    assert [file for file in opened if "portal.db" in file] == []
