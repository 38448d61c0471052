"""Few forms at once: whoever does not get a turn gets everything back that was typed."""

from contextlib import ExitStack

import pytest

from portal.models import Revision
from tests.form_data import filled
from tests.pages import Page

NEW = "/staff/projects/new"


@pytest.fixture
def occupied(app):
    """Every turn to write is taken, and nobody waits."""
    gate = app.extensions["write_gate"]
    with ExitStack() as turns:
        for number in range(gate.max_running):
            turns.enter_context(gate.turn(f"account {number}"))
        gate.seconds = 0.01
        yield gate
    gate.seconds = 2


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


def test_a_turn_ends_with_the_request(app, author):
    gate = app.extensions["write_gate"]
    author.post(NEW, filled(author.visit(NEW)))
    author.post("/sign-in", {"email": "nobody@example.org", "password": "wrong in any case"})
    assert gate.queue == (0, 0)
