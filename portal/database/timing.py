"""Times the statements of an engine, for metrics."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection, ExceptionContext, ExecutionContext

from portal import metrics

_BEGAN = "_portal_began"


def measure(engine: Engine, name: str) -> None:
    """Observe how long the database takes until it answers each statement; `name` says who asks."""
    seconds, errors = metrics.STATEMENT_SECONDS.labels(name), metrics.STATEMENT_ERRORS.labels(name)

    def begin(
        _connection: Connection, _cursor: Any, _sql: str, _values: Any, context: ExecutionContext, *_: Any
    ) -> None:
        setattr(context, _BEGAN, perf_counter())

    def end(_connection: Connection, _cursor: Any, _sql: str, _values: Any, context: ExecutionContext, *_: Any) -> None:
        seconds.observe(perf_counter() - getattr(context, _BEGAN))

    def fail(context: ExceptionContext) -> None:
        errors.inc()
        if (began := getattr(context.execution_context, _BEGAN, None)) is not None:
            seconds.observe(perf_counter() - began)

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    event.listen(engine, "handle_error", fail)
