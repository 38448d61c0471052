"""Two nodes behind nginx on a primary with a streaming replica: seen everywhere, never half, and on after a failover.

One drill, whose findings the tests look at. `pytest -s` prints its figures, which docs/scaling.md quotes.
"""

import http.client
import itertools
import json
import re
import threading
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import inspect

from deploy import rehearsal
from deploy.streaming_pair import streaming_pair
from portal.models import Project
from portal.services.editorial import review
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE, Office, begin_next_step
from tests.loops import not_empty
from tests.over_http import PATIENCE, Caller, backstage, carried, typed
from tests.serving.conftest import or_lacking
from tests.serving.staff_flows import NEW, form
from tests.waiting import eventually

pytestmark = pytest.mark.alone
PUBLISHED, TIMED = 15, 3  # changes while samples are taken, and changes whose way is timed
SEEN_WITHIN = 2.0  # seconds
LIST, API = "/projects/?q=zyzzyva", "/api/v1/projects?q=zyzzyva"
READERS = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'portal_reader'"
AMOUNT = re.compile(r"\b417,?(\d{3})\b")


def amounts(answer):
    """The last digits of all budgets of the record on a page: in its row, in the total, in the data."""
    assert answer.status == 200, answer.text[:3000]
    return {int(digits) for digits in AMOUNT.findall(answer.text)}


class Sampler(threading.Thread):
    """Asks a node for an address until it is told to stop; `seen` are the amounts of each answer, in order."""

    def __init__(self, address, path):
        super().__init__(daemon=True)
        self.caller, self.path = Caller(address), path
        self.seen, self.is_over = [], threading.Event()

    def run(self):
        while not self.is_over.is_set():
            self.seen.append(amounts(self.caller.ask(self.path)))


class Watcher(threading.Thread):
    """Asks a server for public pages until it is told to stop, every page of a new search; `answers` are (path, status)
    in order, with the name of an exception for an answer that did not come."""

    def __init__(self, address):
        super().__init__(daemon=True)
        self.caller, self.answers, self.is_over = Caller(address), [], threading.Event()

    def run(self):
        for number in itertools.count():
            for path in (LIST, API, f"{LIST}&budget_min={number}", f"{API}&budget_min={number}", "/privacy/"):
                # Slower than what nginx allows one address.
                if self.is_over.wait(0.1):
                    return
                try:
                    status = self.caller.ask(path).status
                except (OSError, http.client.HTTPException) as error:
                    status = type(error).__name__
                self.answers.append((path, status))


class Drill:
    """What was seen, in the order of the steps."""

    def __init__(self, pair, two, session):
        self.pair, self.two, self.session, self.office = pair, two, session, Office(session())
        self.nodes = [Caller(node.address) for node in two.nodes]
        self.digits = 0
        draft = COMPLETE.replace(title="Zyzzyva census", budget=self.next_budget())
        self.project = self.office.revision(State.PUBLISHED, draft).project
        for node in self.nodes:
            eventually(lambda node=node: amounts(node.ask(LIST)) == {self.digits})
        self.samples = self.publish_under_samples()
        self.seconds = [self.publish_on_a_node() for _ in range(TIMED)]
        self.readers = [int(pair.run(server, READERS)) for server in range(2)]
        self.replica_is_late()
        self.pair.start_primary()
        eventually(lambda: all(amounts(node.ask(API)) == {self.digits} for node in self.nodes))
        with self.watched():
            self.primary_is_gone()
            self.replica_is_promoted()
        self.after = self.publish_on_a_node(node=1)

    @contextmanager
    def watched(self):
        """Watch both nodes and nginx for the block, and a moment before and after it."""
        self.watchers = {each.address: Watcher(each.address) for each in (*self.two.nodes, self.two)}
        for watcher in self.watchers.values():
            watcher.start()
        time.sleep(2)
        try:
            yield
            time.sleep(2)
        finally:
            for watcher in self.watchers.values():
                watcher.is_over.set()
                watcher.join(PATIENCE)

    def next_budget(self):
        self.digits += 1
        return f"417{self.digits:03}.00"

    def publish_under_samples(self):
        samplers = [Sampler(node.address, path) for node in self.two.nodes for path in (LIST, API)]
        for sampler in samplers:
            sampler.start()
        for _ in range(PUBLISHED):
            self.office.publish_change(self.project, budget=self.next_budget())
            time.sleep(0.05)
        for sampler in samplers:
            sampler.is_over.set()
            sampler.join(PATIENCE)
        return [sampler.seen for sampler in samplers]

    def approved_change(self):
        session, revision = self.session, self.office.change(self.project, budget=self.next_budget())
        begin_next_step(session)
        review.claim(session, revision, by=self.office.reviewer)
        review.approve(session, revision, version=revision.version, by=self.office.reviewer)
        session.commit()
        return revision.id

    def publish_on_a_node(self, node=0):
        """Seconds from the press of the button until each node shows the change."""
        reviewer = Caller(self.two.nodes[node].address, self.session, self.office.reviewer)
        path = f"/staff/revisions/{self.approved_change()}/publish"
        inputs = reviewer.ask(path).one(f"form[action='{path}']").query("input[type=hidden]")
        fields = [(one.attrs["name"], one.attrs.get("value") or "") for one in inputs]
        began = time.monotonic()
        assert reviewer.ask(path, fields).status == 303
        seen = []
        for visitor in self.nodes:
            eventually(lambda visitor=visitor: amounts(visitor.ask(LIST)) == {self.digits})
            seen.append(time.monotonic() - began)
        return seen

    def replica_is_late(self):
        """The replica stands still, and the first node shows what it does not have; then the primary is away for a
        while."""
        self.pair.run(1, "SELECT pg_wal_replay_pause()")
        self.office.publish_change(self.project, budget=self.next_budget())
        eventually(lambda: amounts(self.nodes[0].ask(LIST)) == {self.digits})
        self.behind = amounts(self.nodes[1].ask(LIST))
        self.author = Caller(self.two.address, self.session, self.office.author)
        # The session that was made a moment ago is on the primary alone, as all that staff use.
        self.sent = form("Typed while the primary was away", csrf_token=self.author.csrf_token(NEW))
        self.session.remove()
        self.pair.stop_primary()
        self.late = {path: self.nodes[0].ask(path) for path in (LIST, API)}
        self.pair.run(1, "SELECT pg_wal_replay_resume()")

    def primary_is_gone(self):
        """It ends for good, with the replica in step."""
        self.pair.stop_primary()
        paths = (LIST, API, "/", "/projects/?region=africa", "/projects/table", "/privacy/", "/healthz")
        self.public = [(path, node.ask(path).status) for node in self.nodes for path in paths]
        self.states = [amounts(node.ask(API)) for node in self.nodes]
        began = time.monotonic()
        self.desk, self.lost = self.author.ask("/staff/"), self.author.ask(NEW, self.sent)
        self.refused_in = time.monotonic() - began

    def replica_is_promoted(self):
        project_id = inspect(self.project).identity
        began = time.monotonic()
        self.pair.promote()
        eventually(lambda: self.press_again() == 303)
        self.writes_after = time.monotonic() - began
        self.office = Office.found_in(self.session())
        self.project = self.session.get(Project, project_id)

    def press_again(self):
        self.stored = self.author.press(self.lost)
        return self.stored.status


@pytest.fixture(scope="module")
def drill():
    with (
        or_lacking(streaming_pair()) as pair,
        or_lacking(rehearsal.two_nodes(pair)) as two,
        backstage(two.database) as session,
    ):
        done = Drill(pair, two, session)
        print("\nseconds until seen:", done.seconds, "after the failover:", done.after)
        print("refused in:", done.refused_in, "writes again after:", done.writes_after)
        print("samples:", sum(map(len, done.samples)))
        yield done


def test_a_change_published_on_one_node_is_seen_on_both_within_two_seconds(drill):
    assert max(max(seconds) for seconds in drill.seconds) < SEEN_WITHIN, drill.seconds


def test_no_answer_shows_rows_of_one_state_and_totals_of_another(drill):
    mixed = [seen for samples in drill.samples for seen in not_empty(samples) if len(seen) != 1]
    assert mixed == []


def test_no_node_goes_back_to_an_older_state(drill):
    for samples in not_empty(drill.samples):
        shown = [min(seen) for seen in samples]
        assert shown == sorted(shown)
        assert len(set(shown)) > PUBLISHED / 3, "too few states were seen to say anything"


def test_a_node_waits_for_a_replica_that_is_behind_rather_than_show_an_older_state(drill):
    newest = {TIMED + PUBLISHED + 2}
    assert drill.late[API].status == 503
    # This page was rendered before.
    assert amounts(drill.late[LIST]) == newest
    assert drill.states == [newest, newest]


def test_the_second_node_reads_from_the_replica(drill):
    assert min(drill.readers) > 0, "each server has the connections of one node"
    assert drill.behind == {TIMED + PUBLISHED + 1}, "a change that the replica has not applied is not seen there"


def test_public_pages_go_on_all_the_time(drill):
    """While the primary ends, while it is away, and while the replica takes its place."""
    assert len(drill.watchers) == 3
    for address, watcher in not_empty(drill.watchers.items()):
        assert len(watcher.answers) > 20, address
        assert [answer for answer in watcher.answers if answer[1] != 200] == [], address


def test_public_pages_go_on_without_the_primary(drill):
    assert [found for found in not_empty(drill.public) if found[1] != 200] == []


def test_staff_are_told_at_once_that_nothing_was_saved_and_keep_what_they_typed(drill):
    for answer in (drill.desk, drill.lost):
        assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    assert "nothing was saved" in drill.lost.one("h1 + p").to_text()
    assert typed(carried(drill.lost)) == typed(drill.sent)
    assert drill.refused_in < SEEN_WITHIN


def test_writes_go_on_once_the_replica_is_promoted_and_nothing_was_lost(drill):
    assert drill.stored.status == 303
    assert max(drill.after) < SEEN_WITHIN
    listed = json.loads(drill.nodes[1].ask(API).text)
    assert (listed["total"], listed["items"][0]["budget_usd"]) == (1, 417_000 + drill.digits)
