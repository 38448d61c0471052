"""A statement of a request may take so many seconds, then it is stopped. PostgreSQL keeps that time itself (see base)
and SQLite asks us: each connection looks at the clock while it works.
"""

from __future__ import annotations

from math import inf
from time import monotonic
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

# The execution option of an engine or connection: seconds, 0 for as long as it likes.
TIMEOUT_OPTION = "statement_seconds"
# Between two looks at the clock, in steps of the machine inside SQLite: some ten milliseconds of work. Each look waits
# for its turn among the threads, so a look more often would slow long statements of a busy process.
_STEPS_BETWEEN_CHECKS = 1_000_000
_DEADLINE_KEY = "statement may run until"


def disable_timeout(session: Session) -> None:
    """Let the rest of this transaction take as long as it likes: for reading everything, which is not a request."""
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
