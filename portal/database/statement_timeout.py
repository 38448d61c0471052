"""Statement timeouts. PostgreSQL has a setting for them (see engines); on SQLite a progress handler on each connection
checks the time while a statement runs.
"""

from __future__ import annotations

from math import inf
from time import monotonic
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

# The execution option of an engine or connection: seconds, 0 for no limit.
TIMEOUT_OPTION = "statement_seconds"
# Virtual machine instructions of SQLite between two checks: about ten milliseconds. Each check has to acquire the GIL,
# so more frequent ones would slow down long statements in a busy process.
_STEPS_BETWEEN_CHECKS = 1_000_000
_DEADLINE_KEY = "statement may run until"


def disable_timeout(session: Session) -> None:
    """Remove the limit for the rest of the transaction; for loading the whole index, which no request waits for."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    else:
        connection.execution_options(**{TIMEOUT_OPTION: 0})


@event.listens_for(Engine, "connect")
def _install_progress_handler(connection: Any, record: Any) -> None:
    if not type(connection).__module__.startswith(("pysqlite3", "sqlite3")):
        return
    info = record.info
    connection.set_progress_handler(lambda: monotonic() > info.get(_DEADLINE_KEY, inf), _STEPS_BETWEEN_CHECKS)


@event.listens_for(Engine, "before_cursor_execute")
def _start_clock(connection: Connection, *_: object) -> None:
    seconds = connection.get_execution_options().get(TIMEOUT_OPTION)
    if seconds is not None:
        connection.info[_DEADLINE_KEY] = monotonic() + (seconds or inf)
