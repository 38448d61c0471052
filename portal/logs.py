"""Logs: one line for each event, as JSON or plain, with the id of the request and without values of statements.

A line is one line whatever was logged: JSON escapes line ends, and so does the plain form. Of an unforeseen error the
stack is in the line; what the portal expects and refuses has none.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

# The id of the request that the thread answers, "" outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="")

# Additional members of a line: logger.info("...", extra={"fields": {"status": 200}}).
FIELDS = "fields"
# Errors whose message begins with what went wrong and may go on with values ("DETAIL: Key (email)=...").
_DRIVERS = ("psycopg", "pysqlite3", "sqlite3", "sqlalchemy")


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message; request_id, error and stack where there are any."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if current := request_id.get():
            line["request_id"] = current
        line |= getattr(record, FIELDS, {})
        if record.exc_info and (error := record.exc_info[1]) is not None:
            line |= {"error": describe(error), "stack": stack_of(error)}
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainFormatter(logging.Formatter):
    """The same for people: a line of text, and the stack below it."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        current = request_id.get()
        line = f"{time} {record.levelname.lower()} {record.name}: {record.getMessage()}" + (current and f" [{current}]")
        line = "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in line)
        if record.exc_info and (error := record.exc_info[1]) is not None:
            line += "\n" + stack_of(error) + describe(error)
        return line


def describe(error: BaseException) -> str:
    """Type and message of an error; of one of a database without what may be a value."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    cause = getattr(error, "orig", None) or error
    if not type(cause).__module__.startswith(_DRIVERS):
        return f"{name}: {error}"
    if (state := getattr(cause, "sqlstate", None)) and (diagnosis := getattr(cause, "diag", None)):
        # Of PostgreSQL: the message itself may quote a value; code and names of the schema say enough.
        names = (diagnosis.table_name, diagnosis.column_name, diagnosis.constraint_name)
        return f"{name}: {type(cause).__name__} {state} {' '.join(filter(None, names))}".rstrip()
    message = str(cause).strip() or type(cause).__name__
    return f"{name}: {message.splitlines()[0]}"


def stack_of(error: BaseException) -> str:
    """The frames of an error and of what caused it, without the values of statements."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = f"{stack_of(cause)}{describe(cause)}\n\nThen:\n" if cause is not None else ""
    return before + "".join(traceback.format_tb(error.__traceback__))


def formatter(style: str) -> logging.Formatter:
    """The formatter of a PORTAL_LOG_FORMAT: "json" or "plain"."""
    return JsonFormatter() if style == "json" else PlainFormatter()


def style_of(environ: Mapping[str, str]) -> str:
    """PORTAL_LOG_FORMAT, whatever it says; without it "json" in production, else "plain"."""
    return environ.get("PORTAL_LOG_FORMAT") or ("json" if environ.get("PORTAL_ENV") == "production" else "plain")


def say(message: str, level: int = logging.WARNING) -> None:
    """Write a line to standard error that is of no logger, or comes before there are any.

    In production it is a line of the log, unless somebody reads it at a terminal.
    """
    if style_of(os.environ) == "json" and not sys.stderr.isatty():
        message = JsonFormatter().format(logging.LogRecord("portal", level, "", 0, message, None, None))
    print(message, file=sys.stderr, flush=True)


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to what is standard error at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def configure(style: str) -> None:
    """Send what the portal and its libraries log to standard error, from warnings on; for server processes."""
    stream = _StandardError()
    stream.setFormatter(formatter(style))
    logging.basicConfig(handlers=[stream], level=logging.WARNING, force=True)
