"""On SQLite one connection writes at a time; the threads of a process take turns before they ask for its lock.

SQLite lets whoever waits sleep for longer and longer, so of many that wait some come last every time. A thread that
waits here is woken when the one before it is done, and only one of each process asks the database.
"""

from __future__ import annotations

from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.pool import Pool

# As long as the database itself would let a connection wait (see engines).
_SECONDS = 5
_TURN = "turn to write"

_locks: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()


def take_turn(connection: Connection) -> None:
    """Wait until no other thread of this process writes; the turn ends when the connection goes back to its pool.

    Whoever does not get a turn in time goes on, and the database decides.
    """
    if _TURN not in connection.info:
        lock = _locks.setdefault(connection.engine, Lock())
        if lock.acquire(timeout=_SECONDS):
            connection.info[_TURN] = lock


@event.listens_for(Pool, "checkin")
def _end_turn(_connection: Any, record: Any) -> None:
    if lock := record.info.pop(_TURN, None):
        lock.release()
