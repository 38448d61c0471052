"""Gates: how much of one costly kind of work a process does at once, who waits for it, and who is turned away."""

from __future__ import annotations

from collections import Counter
from itertools import count
from threading import Condition

from cachetools import LRUCache

from portal.errors import Busy

_MAX_REMEMBERED_CLIENTS = 1_000
Ticket = tuple[int, int, str]


class Gate:
    """Lets `max_running` threads of this process through at once; up to `max_waiting` wait for at most `seconds`.

    One client takes at most half of either (an unknown one, "", as much as there is), and whoever has waited longest
    since the last turn goes first: so a client that asks a lot is refused while another one, who asks now and then,
    gets the next turn.
    """

    def __init__(self, *, max_running: int, max_waiting: int, seconds: float) -> None:
        self.max_running, self.max_waiting, self.seconds = max_running, max_waiting, seconds
        self._turns = Condition()
        self._running: Counter[str] = Counter()
        self._waiting: set[Ticket] = set()
        self._numbers = count(1)
        # The number of the last turn of each client.
        self._served: LRUCache[str, int] = LRUCache(_MAX_REMEMBERED_CLIENTS)

    @property
    def queue(self) -> tuple[int, int]:
        """How many are running and how many are waiting."""
        return self._running.total(), len(self._waiting)

    def turn(self, client: str, seconds: float | None = None) -> Turn:
        """For `with`: runs the block when it is this client's turn. Raises Busy at once, or after `seconds`."""
        return Turn(self, client, self.seconds if seconds is None else seconds)

    def begin(self, client: str, seconds: float) -> None:
        """Wait for the turn of a client, which then runs until its `end`; raises as `turn` says."""
        with self._turns:
            ticket = (self._served.get(client, 0), next(self._numbers), client)
            if not self._may_run(ticket):
                self._wait(ticket, seconds)
            self._running[client] += 1
            self._served[client] = next(self._numbers)

    def end(self, client: str) -> None:
        """End a turn, for the next who waits."""
        with self._turns:
            self._running[client] -= 1
            if not self._running[client]:
                # A Counter keeps names without a count.
                del self._running[client]
            self._turns.notify_all()

    def _wait(self, ticket: Ticket, seconds: float) -> None:
        of_client = sum(client == ticket[2] for *_, client in self._waiting)
        if len(self._waiting) >= self.max_waiting or (ticket[2] and of_client >= _half(self.max_waiting)):
            raise Busy
        self._waiting.add(ticket)
        try:
            if not self._turns.wait_for(lambda: self._may_run(ticket), seconds):
                raise Busy
        finally:
            self._waiting.discard(ticket)
            # Who stood behind this one may be next, even if this one gave up.
            self._turns.notify_all()

    def _may_run(self, ticket: Ticket) -> bool:
        if self._running.total() >= self.max_running or self._is_at_limit(ticket[2]):
            return False
        return not any(other < ticket and not self._is_at_limit(other[2]) for other in self._waiting)

    def _is_at_limit(self, client: str) -> bool:
        return bool(client) and self._running[client] >= _half(self.max_running)


def _half(number: int) -> int:
    return -(-number // 2)


class Turn:
    """A turn of a client at a gate: what `Gate.turn` returns. Every search takes one."""

    __slots__ = ("client", "gate", "seconds")

    def __init__(self, gate: Gate, client: str, seconds: float) -> None:
        self.gate, self.client, self.seconds = gate, client, seconds

    def __enter__(self) -> None:
        self.gate.begin(self.client, self.seconds)

    def __exit__(self, *_: object) -> None:
        self.gate.end(self.client)
