"""How many forms a process works on at once: while the database lets nobody write, the visitors still find a thread."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Flask, current_app, g, request

from portal.gates import Gate
from portal.text.ip_addresses import client_network
from portal.web.http.request_context import client_address, settings
from portal.web.security import csrf

_SECONDS = 2


class WriteGates:
    """Of one process: a gate for all forms, and before it one for those of strangers, who sign in.

    So a flood of sign-ins takes some of the turns, and keeps nobody from saving. Some threads are left, whatever
    happens.
    """

    def __init__(self, threads: int) -> None:
        self.forms = Gate(max_running=max(2, threads // 3), max_waiting=max(2, threads // 2), seconds=_SECONDS)
        self.sign_ins = Gate(max_running=max(1, threads // 4), max_waiting=max(1, threads // 12), seconds=_SECONDS)


def begin_turn() -> None:
    """Wait for the turn of this form, once access has been checked. Raises Busy, whose page shows what was typed."""
    if request.method in csrf.SAFE_METHODS or request.endpoint is None:
        return
    gates: WriteGates = current_app.extensions["write_gates"]
    # Whoever is signed in may use what there is.
    writer = "" if g.get("auth_session") is not None else client_network(client_address())
    g.write_turn = ExitStack()
    if writer:
        g.write_turn.enter_context(gates.sign_ins.turn(writer))
    g.write_turn.enter_context(gates.forms.turn(writer))


def end_turn(_error: BaseException | None) -> None:
    if turn := g.pop("write_turn", None):
        turn.close()


def init_app(app: Flask) -> None:
    """Call it after access.init_app: who writes is known then."""
    with app.app_context():
        app.extensions["write_gates"] = WriteGates(settings().threads)
    app.before_request(begin_turn)
    app.teardown_request(end_turn)
