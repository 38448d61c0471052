"""Whether a database hangs, remembered for each process, so that only one request in a while waits to find out.

A PostgreSQL server that hangs says nothing at all, and does not enforce the time limit of a statement either. So the
client waits a little longer than a statement may take, and then gives up the connection. After that, requests fail at
once for a second, but for one that tries. Public pages go on from memory meanwhile (see search.index.current);
everything else answers 503.

A connection that has rested is tested before it is used again. A test takes as long as a short statement, so one that
was used a moment ago is only looked at: a server that is stopped or restarted closes its connections, which shows at
once. One that vanishes without a word is noticed by the statement then, after its own time limit.

A server that is stopped, and an SQLite file that cannot be read, need none of this: they say so at once.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from sqlalchemy import Engine, QueuePool, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

# For how long requests fail at once after one has waited in vain.
REMEMBERED_SECONDS = 1.0
# How much longer than its statement may take a client waits for the server to say so.
GRACE_SECONDS = 1.0
# How long the test of a connection that has rested may take, and how long one rests before it needs a test.
PING_SECONDS, TRUSTED_SECONDS = 2.0, 1.0
_WAIT_INTERVAL = 0.1


class Away(psycopg.OperationalError):
    """The database has not answered a moment ago, so this request did not ask."""


@dataclass
class Availability:
    """What a process knows of one database; `retry_at` is a reading of time.monotonic(), 0 while it answers.

    If a thread in the background asks the database regularly, only that one tries again (`watching_thread`, an identity
    of threading; 0 if there is none), so that no visitor waits.
    """

    retry_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)
    trying_thread: int = 0
    watching_thread: int = 0

    def check(self) -> None:
        """Raise OperationalError if the database is away, unless it is time to try: then one thread may."""
        if not self.retry_at:
            return
        with self.lock:
            is_left_to_others = self.watching_thread not in (0, threading.get_ident())
            if is_left_to_others or time.monotonic() < self.retry_at:
                raise OperationalError("a connection", {}, self.error())
            # The others go on failing while this one tries.
            self.retry_at = time.monotonic() + REMEMBERED_SECONDS + GRACE_SECONDS
            self.trying_thread = threading.get_ident()

    def check_connect(self) -> None:
        """Raise Away if the database is away and this thread is not the one that tries.

        A request whose connection just failed its test does not wait a second time for a new one.
        """
        if self.retry_at and self.trying_thread != threading.get_ident():
            raise self.error()

    def note_away(self) -> None:
        self.retry_at, self.trying_thread = time.monotonic() + REMEMBERED_SECONDS, 0

    def note_answer(self) -> None:
        self.retry_at, self.trying_thread = 0.0, 0

    @staticmethod
    def error() -> Away:
        return Away("The database has not answered a moment ago.")


class GuardedPool(QueuePool):
    """Hands out no connection while the database is known to be away."""

    availability: Availability | None = None

    def _do_get(self) -> ConnectionPoolEntry:
        if self.availability is not None:
            self.availability.check()
        return super()._do_get()

    def recreate(self) -> GuardedPool:
        pool = super().recreate()
        pool.availability = self.availability  # type: ignore[attr-defined]
        return pool  # type: ignore[return-value]


class BoundedConnection(psycopg.Connection[Any]):
    """Waits for each answer of the server at most `longest_wait` seconds (0: no limit), and is closed after that.

    `at_rest_since` is a reading of time.monotonic(): when it went back to its pool, None if it never did.
    """

    longest_wait: float = 0.0
    availability: Availability | None = None
    at_rest_since: float | None = None

    def needs_test(self, *, is_away: bool) -> bool:
        """True if it has rested too long, is closed or has unread data, or if the database is said to be away.

        Never true of a new one.
        """
        if self.at_rest_since is None:
            return False
        return is_away or time.monotonic() - self.at_rest_since > TRUSTED_SECONDS or self.closed or _has_unread(self)

    def wait(self, gen: PQGen[RV], interval: float = _WAIT_INTERVAL, timeout: float | None = None) -> RV:
        if timeout is None and self.longest_wait:
            timeout = self.longest_wait
        try:
            return super().wait(gen, interval, timeout)
        except psycopg.errors._WaitTimeout as error:
            if self.availability is not None:
                self.availability.note_away()
            # Whatever arrives later belongs to a statement that nobody waits for.
            self.pgconn.finish()
            raise psycopg.OperationalError("The database did not answer in time.") from error


def _has_unread(connection: BoundedConnection) -> bool:
    """Whether the server has sent anything that nobody has read, as it does when it closes the connection."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def guard(engine: Engine, statement_seconds: float, availability: Availability) -> None:
    """Bound the waits for a PostgreSQL database and remember when it is away; 0 seconds: no limit, nothing to do.

    Engines of one server share their `availability`: each learns at once what the other has found out.
    """
    if engine.dialect.name != "postgresql" or not statement_seconds:
        return
    if isinstance(engine.pool, GuardedPool):
        engine.pool.availability = availability
    longest_wait = statement_seconds + GRACE_SECONDS
    event.listen(engine, "do_connect", _connect_within(availability, longest_wait))
    event.listen(engine, "checkout", _on_checkout(engine, availability, longest_wait))
    event.listen(engine, "checkin", _on_checkin)
    event.listen(engine, "handle_error", partial(_on_error, availability))


def lift_limit(connection: Any, seconds: float) -> None:
    """Let the driver's connection wait longer until it goes back to its pool."""
    if isinstance(connection, BoundedConnection) and connection.longest_wait:
        connection.longest_wait = seconds


def _connect_within(availability: Availability, longest_wait: float) -> Callable[..., Any]:
    def connect(_dialect: Any, _record: Any, arguments: Any, options: dict[str, Any]) -> Any:
        availability.check_connect()
        connection = BoundedConnection.connect(*arguments, **options)
        # SQLAlchemy asks the first one for the version of the server before anybody gets it, and a pooler lets clients
        # in while the database behind it hangs.
        connection.longest_wait, connection.availability = longest_wait, availability
        return connection

    return connect


def _on_checkout(engine: Engine, availability: Availability, longest_wait: float) -> Callable[[Any, Any, Any], None]:
    def prepare(connection: Any, _record: Any, _proxy: Any) -> None:
        is_away = bool(availability.retry_at)
        if connection.needs_test(is_away=is_away):
            try:
                engine.dialect.do_ping(connection)
            except psycopg.Error as error:
                # The other connections of the pool go to the same server, so they are replaced too.
                raise InvalidatePoolError from error
        connection.longest_wait = longest_wait
        if is_away:
            availability.note_answer()

    return prepare


def _on_checkin(connection: BoundedConnection | None, _record: Any) -> None:
    # It may be tested before somebody has it again; a connection that is gone needs no test.
    if connection is not None:
        connection.longest_wait, connection.at_rest_since = PING_SECONDS, time.monotonic()


def _on_error(availability: Availability, context: ExceptionContext) -> None:
    error = context.original_exception
    if isinstance(error, psycopg.errors.ConnectionTimeout):
        availability.note_away()
