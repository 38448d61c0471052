"""Each audit event as one line of syslog, on a machine that whoever changes the database does not reach.

A line is sent after the commit, from a thread of its own: a log server that is away, slow or full neither delays nor
fails a request. Lines that it does not take are dropped, and the portal's own log says so. A line has who did what to
what, and the names of the changed fields, not their values.
"""

from __future__ import annotations

import atexit
import json
import logging
import time
from datetime import UTC
from logging.handlers import SysLogHandler
from queue import Full, Queue
from threading import Lock, Thread
from typing import Any

from portal.models import AuditEvent

# The execution option of the engine that holds the SyslogSender, if there is one.
SYSLOG_OPTION = "syslog"
SyslogAddress = str | tuple[str, int]

_log = logging.getLogger(__name__)
MAX_WAITING_LINES = 10_000
_SECONDS_AT_EXIT = 2.0
_SECONDS_BETWEEN_COMPLAINTS = 60.0


def describe(event: AuditEvent) -> str:
    """An event as one line of JSON."""
    line = {
        "id": event.id,
        "at": event.at.astimezone(UTC).isoformat(),
        "actor_id": event.actor_id,
        "actor": event.actor,
        "verb": event.verb,
        "subject_kind": event.subject_kind,
        "subject_id": event.subject_id,
        "fields": sorted({*(event.before or ()), *(event.after or ())}),
        "request_id": event.request_id,
        "address": event.address,
    }
    return json.dumps(line)


class SyslogSender:
    """Sends lines to a Unix socket or, over UDP, to a host and port."""

    def __init__(self, address: SyslogAddress) -> None:
        self._address = address
        self._lines: Queue[str] = Queue(MAX_WAITING_LINES)
        self._thread: Thread | None = None
        self._lock = Lock()
        self._complained_at = -_SECONDS_BETWEEN_COMPLAINTS

    def send(self, line: str) -> None:
        """Hand a line over; returns at once and never raises."""
        try:
            self._lines.put_nowait(line)
        except Full:
            self._complain("does not keep up")
        with self._lock:
            # Begun here, because a server forks its workers after the application is made.
            if self._thread is None:
                self._thread = Thread(target=self._run, daemon=True, name="syslog")
                self._thread.start()
                atexit.register(self.flush, _SECONDS_AT_EXIT)

    def flush(self, seconds: float) -> None:
        """Wait until every line is sent or dropped, at most this long."""
        deadline = time.monotonic() + seconds
        while self._lines.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(0.01)

    def _run(self) -> None:
        handler: SysLogHandler | None = None
        while True:
            line = self._lines.get()
            try:
                handler = handler or _RaisingSyslog(self._address, facility=SysLogHandler.LOG_AUTHPRIV)
                handler.emit(logging.makeLogRecord({"msg": f"portal-audit: {line}", "levelname": "INFO"}))
            except OSError as error:
                self._complain(f"does not take audit events ({error.strerror or type(error).__name__})")
            finally:
                self._lines.task_done()

    def _complain(self, what: str) -> None:
        if time.monotonic() - self._complained_at >= _SECONDS_BETWEEN_COMPLAINTS:
            self._complained_at = time.monotonic()
            _log.error("The log server at PORTAL_SYSLOG %s: audit events are not sent there.", what)


class _RaisingSyslog(SysLogHandler):
    """Raises what goes wrong, instead of printing a traceback."""

    # Most log servers show the byte that would end a line.
    append_nul = False

    def handleError(self, record: Any) -> None:
        raise
