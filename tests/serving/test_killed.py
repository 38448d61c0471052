"""Processes killed in the middle of many submissions: each acknowledged one is stored, once, with its events.

PORTAL_SUBMISSIONS is how many there are: 500 take half a minute where two cores are busy. Half of them stay drafts, of
which an author has at most 200, so 800 are the most.
"""

import http.client
import os
import random
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from portal.models import AuditEvent, Revision
from portal.vocabulary.workflow import State
from tests.over_http import PATIENCE, Caller
from tests.serving.staff_flows import NEW, form, served, workers

SUBMISSIONS = int(os.environ.get("PORTAL_SUBMISSIONS") or 500)
CALLERS, KILLS = 16, 10


class Tally:
    """What came of all submissions; every so many answers one more kill is due."""

    def __init__(self, every):
        self.led, self.broken, self.busy = {}, 0, 0
        self.due = threading.Semaphore(0)
        self._every, self._lock = every, threading.Lock()

    def acknowledge(self, key, address):
        with self._lock:
            assert key not in self.led
            self.led[key] = address
            if len(self.led) % self._every == 0:
                self.due.release()

    def note(self, status):
        with self._lock:
            if status is None:
                self.broken += 1
            else:
                self.busy += 1


def kill_workers(server, tally):
    """Kill a process as often as one is due, at some moment while others are being answered."""
    for _ in range(KILLS):
        assert tally.due.acquire(timeout=PATIENCE)
        time.sleep(random.uniform(0, 0.03))  # noqa: S311 # a moment, not a secret
        while not (alive := workers(server)):
            time.sleep(0.01)
        os.kill(random.choice(alive), signal.SIGKILL)  # noqa: S311


def send_until_answered(caller, fields, tally):
    """Send the same form until it is acknowledged, as a person does who sees no answer."""
    key = dict(fields)["key"]
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            answer = caller.ask(NEW, fields)
        except (OSError, http.client.HTTPException):
            tally.note(None)
            continue
        if answer.status == 303:
            return tally.acknowledge(key, answer.led)
        assert answer.status == 503, answer.text[:3000]
        tally.note(answer.status)
    raise AssertionError("no answer in time")


def titled(number):
    return f"Submission {number}"


def actioned(number):
    return "submit" if number % 2 else "save"


@pytest.fixture(scope="module")
def storm(new_database):
    """All submissions are sent while processes are killed: (the tally, the db.session, a caller and a form sent)."""
    with served(new_database()) as (portal, session, office):
        callers = [Caller(portal.address, session, (office.author, office.other)[n // 2 % 2]) for n in range(CALLERS)]
        tally = Tally(SUBMISSIONS // (KILLS + 1))
        share = [range(first, SUBMISSIONS, CALLERS) for first in range(CALLERS)]
        again = []

        def work(caller, csrf_token, numbers):
            for number in numbers:
                fields = form(titled(number), action=actioned(number), csrf_token=csrf_token)
                send_until_answered(caller, fields, tally)
            again.append((caller, fields))

        with ThreadPoolExecutor(CALLERS + 1) as pool:
            csrf_tokens = list(pool.map(lambda caller: caller.csrf_token(NEW), callers))
            killer = pool.submit(kill_workers, portal.server, tally)
            list(pool.map(work, callers, csrf_tokens, share))
            killer.result()
        assert portal.server.poll() is None
        session.rollback()
        yield tally, session, again


def test_processes_are_killed_in_the_middle_of_submissions(storm):
    tally, _, _ = storm
    print(f"{len(tally.led)} acknowledged, {tally.broken} connections broken, {tally.busy} told to try again")
    assert tally.broken > 0


def test_every_acknowledged_submission_is_stored_once(storm):
    tally, session, _ = storm
    stored = {one.id: one for one in session.execute(select(Revision)).scalars()}
    assert len(tally.led) == len(set(tally.led.values())) == len(stored) == SUBMISSIONS
    assert sorted(one.draft.title for one in stored.values()) == sorted(map(titled, range(SUBMISSIONS)))
    submitted = [number for number in range(SUBMISSIONS) if actioned(number) == "submit"]
    assert Counter(one.state for one in stored.values())[State.SUBMITTED] == len(submitted)
    assert set(tally.led.values()) == {
        f"/staff/revisions/{one.id}" + ("" if one.state == State.SUBMITTED else "/edit") for one in stored.values()
    }


def test_every_acknowledged_submission_has_its_audit_events_once(storm):
    _, session, _ = storm
    query = select(AuditEvent.subject_id, AuditEvent.verb).where(AuditEvent.subject_kind == "revision")
    written = Counter(tuple(row) for row in session.execute(query))
    expected = {
        (str(one.id), verb)
        for one in session.execute(select(Revision)).scalars()
        for verb in ("draft", "save", *(["submit"] if one.state == State.SUBMITTED else []))
    }
    assert written == dict.fromkeys(expected, 1)


def test_what_was_acknowledged_leads_to_the_same_place_when_sent_again(storm):
    tally, session, again = storm
    assert len(again) == CALLERS
    assert [caller.ask(NEW, fields).led for caller, fields in again] == [
        tally.led[dict(fields)["key"]] for _, fields in again
    ]
    session.rollback()
    assert session.execute(select(func.count()).select_from(Revision)).scalar_one() == SUBMISSIONS
