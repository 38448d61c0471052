"""Answers /healthz, /readyz and /metrics over HTTP from what the probes know; it never waits for them."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from portal import logs
from portal.health.knowledge import Knowledge
from portal.security_headers import HEADERS

# Connections at once; nginx and a few monitors need less.
_MAX_CONNECTIONS = 32
# A client that sends nothing is let go.
_CLIENT_SECONDS = 5
# After a reload the old listener goes on that long at most, if not all of what it knows can be found out.
_TAKEOVER_SECONDS = 10.0
_LOOK_SECONDS = 0.5
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_TEXT, _JSON = "text/plain; charset=utf-8", "application/json"


class Listener(ThreadingHTTPServer):
    """A server on a socket that somebody else has bound."""

    daemon_threads = True

    def __init__(self, descriptor: int, knowledge: Knowledge) -> None:
        super().__init__(("", 0), _Answer, bind_and_activate=False)
        self.socket.close()
        self.socket = socket.socket(fileno=descriptor)
        self.knowledge = knowledge
        self.connections = threading.BoundedSemaphore(_MAX_CONNECTIONS)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self.connections.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.connections.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error."""


class _Answer(BaseHTTPRequestHandler):
    server: Listener
    timeout = _CLIENT_SECONDS

    def do_GET(self) -> None:
        status, media_type, body = self._answer(self.path.partition("?")[0])
        self.send_response_only(status)
        headers = HEADERS | {"Content-Type": media_type, "Cache-Control": "no-store", "Content-Length": str(len(body))}
        if _REQUEST_ID.fullmatch(given := self.headers.get("X-Request-Id", "")):
            headers["X-Request-Id"] = given
        if self.headers.get("X-Forwarded-Proto") == "https":
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def _answer(self, path: str) -> tuple[int, str, bytes]:
        knowledge = self.server.knowledge
        if path == "/healthz":
            problem = knowledge.liveness_problem()
            return (503 if problem else 200), _TEXT, (problem or "ok").encode()
        if path == "/readyz":
            is_ready, states = knowledge.readiness()
            return (200 if is_ready else 503), _JSON, json.dumps(states).encode() + b"\n"
        if path == "/metrics":
            media_type, text = knowledge.exposition()
            return 200, media_type, text
        return 404, _TEXT, b"Here are /healthz, /readyz and /metrics.\n"

    def log_message(self, *_: object) -> None:
        """Nothing: these are asked every few seconds."""


def serve(descriptor: int, master: int, replaced: Sequence[int] = ()) -> None:
    """Answer on the socket until the process is ended, or `master` is.

    With `replaced`, processes that answer meanwhile, first find out what there is to know, then end those.
    """
    logs.configure(logs.style_of(os.environ))
    # Taken out before anything counts: what this process counts is not of a worker.
    folder = os.environ.pop("PROMETHEUS_MULTIPROC_DIR", "")
    knowledge = Knowledge(os.environ, folder)
    listener = Listener(descriptor, knowledge)
    answering = threading.Thread(target=listener.serve_forever, name="listener", daemon=True)
    if replaced:
        knowledge.start()
        knowledge.wait(_TAKEOVER_SECONDS)
        for pid in replaced:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        answering.start()
    else:
        answering.start()
        knowledge.start()
    # Not of the parent, which only starts this one again: if that is killed, this one goes on.
    while _is_running(master):
        time.sleep(_LOOK_SECONDS)
    os._exit(0)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
