"""How many new searches a process answers at once. A page that is kept, prose, files and health checks never wait here.

A view that searches carries `@bounded_search`, below `@cacheable`, so that only what has to be made comes this far.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from time import monotonic
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, request

from portal.gates import Gate
from portal.search.directory import is_known_text
from portal.search.query.parameters import ParameterReader
from portal.text.ip_addresses import client_network
from portal.web.http.request_context import client_address, settings

ViewParams = ParamSpec("ViewParams")
Answer = TypeVar("Answer")

# A refused request is answered within a second: it waits so long at both gates together.
_SECONDS = 0.9
# In a text search the database occupies a processor; others of the process read no slower meanwhile.
_TEXTS_AT_ONCE, _TEXTS_WAITING = 1, 4


class SearchGates:
    """Of one process: a gate for texts that the database has to look for, and one for every page that is made new.

    Beyond `at_once` as many again may wait; the other threads are left for what is ready.
    """

    def __init__(self, at_once: int) -> None:
        self.texts = Gate(max_running=_TEXTS_AT_ONCE, max_waiting=_TEXTS_WAITING, seconds=_SECONDS)
        self.pages = Gate(max_running=at_once, max_waiting=2 * at_once, seconds=_SECONDS)


def bounded_search(view: Callable[ViewParams, Answer]) -> Callable[ViewParams, Answer]:
    """Mark a view that searches: it runs when the gates let its client through, else the answer is 503."""

    @wraps(view)
    def respond(*args: ViewParams.args, **kwargs: ViewParams.kwargs) -> Answer:
        gates: SearchGates | None = current_app.extensions["search_gates"]
        if gates is None:
            return view(*args, **kwargs)
        client, deadline = client_network(client_address()), monotonic() + _SECONDS

        def wait_for_page() -> Answer:
            with gates.pages.turn(client, max(0.0, deadline - monotonic())):
                return view(*args, **kwargs)

        if is_known_text(ParameterReader(request.args).read_text()):
            return wait_for_page()
        with gates.texts.turn(client):
            return wait_for_page()

    return respond


def init_app(app: Flask) -> None:
    with app.app_context():
        at_once = settings().searches_at_once
    app.extensions["search_gates"] = SearchGates(at_once) if at_once else None
