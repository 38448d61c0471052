"""Few forms at once: whoever does not get a turn gets everything back that was typed."""

from contextlib import ExitStack

import pytest

from portal.models import Revision
from portal.web.security.write_gate import WriteGates
from tests.form_data import filled
from tests.loops import not_empty
from tests.pages import Page

NEW = "/staff/projects/new"


@pytest.fixture
def occupy(app, monkeypatch):
    """occupy(name of a gate) takes every turn of it; whoever waits is refused at once."""
    with ExitStack() as turns:

        def take(name):
            gate = getattr(app.extensions["write_gates"], name)
            for number in range(gate.max_running):
                turns.enter_context(gate.turn(f"account {number}"))
            monkeypatch.setattr(gate, "seconds", 0.01)

        yield take


@pytest.fixture
def occupied(occupy):
    """Every turn to write of those who are signed in is taken."""
    occupy("forms")


def test_a_form_without_a_turn_comes_back_with_what_was_typed(author, session, occupied):
    fields = filled(author.visit(NEW)) | {"title": "Typed while all others write"}
    answer = author.post(NEW, fields)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    page = Page(answer, status=503)
    assert "too busy" in page.text
    assert "Typed while all others write" in answer.text
    assert session.query(Revision).count() == 0


def test_a_page_of_staff_needs_no_turn(author, occupied):
    assert author.get("/staff/").status_code == 200


WRONG = {"email": "nobody@example.org", "password": "wrong in any case"}


def test_a_flood_of_sign_ins_keeps_nobody_from_saving(author, staff, session, app, occupy):
    gates = app.extensions["write_gates"]
    with ExitStack() as waiting_for_hashes:
        for number in range(gates.sign_ins.max_running):
            waiting_for_hashes.enter_context(gates.forms.turn(f"198.51.100.{number}"))
        occupy("sign_ins")
        assert staff().post("/sign-in", WRONG).status_code == 503
        assert author.post(NEW, filled(author.visit(NEW)) | {"title": "While many sign in"}).status_code == 303
    assert session.query(Revision).count() == 1


def test_some_threads_are_left_whatever_happens():
    for threads in not_empty([8, 24, 48]):
        gates = WriteGates(threads)
        # Whoever has a turn of the second gate runs or waits at the first.
        assert gates.forms.max_running + gates.forms.max_waiting + gates.sign_ins.max_waiting < threads, threads


def test_a_turn_ends_with_the_request(app, author):
    gates = app.extensions["write_gates"]
    author.post(NEW, filled(author.visit(NEW)))
    author.post("/sign-in", WRONG)
    assert gates.forms.queue == gates.sign_ins.queue == (0, 0)
