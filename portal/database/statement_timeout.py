"""Statement timeouts. PostgreSQL has a setting for them (see engines). On SQLite a progress handler on each connection
checks the time while rows are fetched, and a thread interrupts a statement that takes too long to begin: a text search
finds all its rows inside one instruction, during which SQLite does not ask the progress handler.
"""

from __future__ import annotations

import os
from math import inf
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.orm import Session

from portal.database.availability import lift_limit

# The execution option of an engine or connection: seconds, 0 for no limit.
TIMEOUT_OPTION = "statement_seconds"
# Virtual machine instructions of SQLite between two checks: about ten milliseconds. Each check has to acquire the GIL,
# so more frequent ones would slow down long statements in a busy process.
_STEPS_BETWEEN_CHECKS = 1_000_000
# A server that hangs while the index is loaded is given up after this time.
_LOADING_SECONDS = 120.0
_DEADLINE_KEY = "statement may run until"
_SECONDS_BETWEEN_LOOKS = 0.05


def disable_timeout(session: Session) -> None:
    """Remove the limit for the rest of the transaction; for loading the whole index, which no request waits for."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        lift_limit(connection.connection.driver_connection, _LOADING_SECONDS)
    else:
        connection.execution_options(**{TIMEOUT_OPTION: 0})


@event.listens_for(Engine, "connect")
def _install_progress_handler(connection: Any, record: Any) -> None:
    if not type(connection).__module__.startswith(("pysqlite3", "sqlite3")):
        return
    info = record.info
    connection.set_progress_handler(lambda: monotonic() > info.get(_DEADLINE_KEY, inf), _STEPS_BETWEEN_CHECKS)


class _Watch:
    """Interrupts the SQLite statements of this process that have not begun to answer at their deadline."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._thread: Thread | None = None
        # By the identity of the cursor.
        self._running: dict[int, tuple[Any, float]] = {}

    def begin(self, cursor: Any, deadline: float) -> None:
        self._running[id(cursor)] = cursor, deadline
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = Thread(target=self._look, name="statement timeout", daemon=True)
                    self._thread.start()

    def end(self, cursor: Any) -> None:
        self._running.pop(id(cursor), None)

    def _look(self) -> None:
        while True:
            sleep(_SECONDS_BETWEEN_LOOKS)
            now = monotonic()
            for cursor, deadline in list(self._running.values()):
                if now > deadline:
                    # If the statement has just ended, this does nothing.
                    cursor.connection.interrupt()


_watch = _Watch()


def _forget_threads() -> None:
    """A forked process has none of the threads."""
    global _watch
    _watch = _Watch()


os.register_at_fork(after_in_child=_forget_threads)


@event.listens_for(Engine, "before_cursor_execute")
def _start_clock(connection: Connection, cursor: Any, *_: object) -> None:
    seconds = connection.get_execution_options().get(TIMEOUT_OPTION)
    if seconds is None:
        return
    connection.info[_DEADLINE_KEY] = deadline = monotonic() + (seconds or inf)
    if seconds and connection.dialect.name == "sqlite":
        _watch.begin(cursor, deadline)


@event.listens_for(Engine, "after_cursor_execute")
def _stop_clock(_connection: Connection, cursor: Any, *_: object) -> None:
    _watch.end(cursor)


@event.listens_for(Engine, "handle_error")
def _stop_clock_after_error(context: ExceptionContext) -> None:
    if context.execution_context is not None:
        _watch.end(context.execution_context.cursor)
