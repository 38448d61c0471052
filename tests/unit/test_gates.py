"""Gates: who runs, who waits, who is turned away."""

import threading
import time
from contextlib import ExitStack

import pytest

from portal.errors import Busy
from portal.gates import Gate

PATIENCE = 20  # seconds that no step of a test comes near


class Visitor(threading.Thread):
    """Asks for a turn, notes its name when it has it, and keeps it until it is told to leave."""

    def __init__(self, gate, client, names):
        super().__init__(daemon=True)
        self.gate, self.client, self.names = gate, client, names
        self.entered, self.leave = threading.Event(), threading.Event()
        self.error = None

    def run(self):
        try:
            with self.gate.turn(self.client):
                self.names.append(self.client)
                self.entered.set()
                assert self.leave.wait(PATIENCE)
        except Busy as error:
            self.error = error


def started(gate, client, names, *, queue):
    """A visitor that stands where `queue` says: the numbers of those that run and that wait."""
    visitor = Visitor(gate, client, names)
    visitor.start()
    deadline = time.monotonic() + PATIENCE
    while gate.queue != queue and time.monotonic() < deadline:
        time.sleep(0.001)
    assert gate.queue == queue
    return visitor


def left(*visitors):
    for visitor in visitors:
        visitor.leave.set()
        visitor.join(PATIENCE)


def test_so_many_run_at_once_and_the_next_waits_for_its_turn():
    gate, names = Gate(max_running=2, max_waiting=2, seconds=PATIENCE), []
    first = started(gate, "one", names, queue=(1, 0))
    second = started(gate, "two", names, queue=(2, 0))
    third = started(gate, "three", names, queue=(2, 1))
    assert names == ["one", "two"]
    left(first)
    assert third.entered.wait(PATIENCE)
    left(second, third)
    assert names == ["one", "two", "three"]
    assert gate.queue == (0, 0)


def test_who_does_not_get_a_turn_in_time_is_turned_away():
    gate = Gate(max_running=1, max_waiting=2, seconds=0.01)
    with gate.turn("one"), pytest.raises(Busy), gate.turn("two"):
        pass
    assert gate.queue == (0, 0)
    with gate.turn("two"):
        assert gate.queue == (1, 0)


def test_a_full_waiting_room_turns_away_at_once():
    gate, names = Gate(max_running=1, max_waiting=2, seconds=PATIENCE), []
    visitors = [
        started(gate, "one", names, queue=(1, 0)),
        started(gate, "two", names, queue=(1, 1)),
        started(gate, "three", names, queue=(1, 2)),
    ]
    with pytest.raises(Busy), gate.turn("four"):
        pass
    left(*visitors)


def test_one_client_takes_at_most_half():
    gate, names = Gate(max_running=2, max_waiting=2, seconds=PATIENCE), []
    first = started(gate, "greedy", names, queue=(1, 0))
    second = started(gate, "greedy", names, queue=(1, 1))
    with pytest.raises(Busy), gate.turn("greedy"):
        pass
    # Somebody else passes those that wait for the first of their own.
    with gate.turn("other"):
        assert gate.queue == (2, 1)
    left(first, second)


def test_who_was_not_served_yet_goes_before_who_was():
    gate, names = Gate(max_running=1, max_waiting=4, seconds=PATIENCE), []
    first = started(gate, "often", names, queue=(1, 0))
    waiting = [
        started(gate, "often", names, queue=(1, 1)),
        started(gate, "seldom", names, queue=(1, 2)),
    ]
    left(first)
    assert waiting[1].entered.wait(PATIENCE)
    assert not waiting[0].entered.is_set()
    left(waiting[1])
    assert waiting[0].entered.wait(PATIENCE)
    left(waiting[0])
    assert names == ["often", "seldom", "often"]


def test_an_error_inside_ends_the_turn():
    gate = Gate(max_running=1, max_waiting=0, seconds=0)
    with pytest.raises(KeyError), gate.turn("one"):
        raise KeyError
    with ExitStack() as turns:
        turns.enter_context(gate.turn("one"))
        assert gate.queue == (1, 0)


def test_many_threads_lose_no_turn():
    gate, done = Gate(max_running=3, max_waiting=64, seconds=PATIENCE), []

    def work(client):
        for _ in range(50):
            with gate.turn(client):
                assert gate.queue[0] <= 3
                done.append(client)

    threads = [threading.Thread(target=work, args=(f"client {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(done) == 8 * 50
    assert gate.queue == (0, 0)
