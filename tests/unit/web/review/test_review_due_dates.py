"""The due date of a submission."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.database.orm import now
from portal.models import AuditEvent
from portal.services.audit import recording
from portal.vocabulary.workflow import State
from tests.pages import words
from tests.staff_clients import Colleague


@pytest.fixture
def reviewer(app, session, office):
    return Colleague(app, session, office.reviewer)


@pytest.fixture
def revision(office):
    return office.revision(State.SUBMITTED)


@pytest.fixture
def at(revision):
    return f"/staff/revisions/{revision.id}"


def due(office):
    query = select(AuditEvent).where(AuditEvent.verb == "set due").order_by(AuditEvent.id)
    return [event.after for event in office.session().execute(query).scalars()]


def test_a_day_that_is_set_is_shown_on_the_desk_and_on_the_page(office, reviewer, revision, at):
    day = (now() + timedelta(days=3)).date()
    assert reviewer.press(reviewer.visit(f"{at}/due"), f"{at}/due", day=day.isoformat()) == at
    assert revision.due_at.isoformat() == f"{day}T23:59:59+00:00"
    for address in (at, "/staff/"):
        assert revision.due_at.isoformat() in reviewer.visit(address).text
    assert f"set the due date to {day}" in words(reviewer.visit(at).one(".event-log"))


def test_the_day_can_be_taken_away(office, reviewer, revision, at):
    reviewer.press(reviewer.visit(f"{at}/due"), f"{at}/due", clear="yes")
    assert revision.due_at is None
    assert due(office) == [{"due_at": None}]


def test_today_is_not_past(reviewer, revision, at):
    today = now().date().isoformat()
    reviewer.press(reviewer.visit(f"{at}/due"), f"{at}/due", day=today)
    assert revision.due_at.date().isoformat() == today


@pytest.mark.parametrize("day", ["", "2001-01-01", "tomorrow", "9999-99-99", "2027-1-1", "20300101", "２０３０-01-01"])
def test_a_day_that_is_none_or_has_passed_comes_back_as_typed(office, reviewer, at, day):
    page = reviewer.press(reviewer.visit(f"{at}/due"), f"{at}/due", status=422, day=day)
    assert page.one("#day").attrs["value"] == day
    assert due(office) == []


def test_what_is_past_its_day_is_marked(office, reviewer, revision, at):
    revision.due_at = now() - timedelta(days=1)
    recording.record(office.session(), "set due", "revision", revision.id)
    office.session().commit()
    assert "Overdue" in words(reviewer.visit(at).one(".page-head"))


def test_an_author_cannot_set_it(app, session, office, at):
    author = Colleague(app, session, office.author)
    assert author.get(f"{at}/due").status_code == 403
    assert not [link for link in author.visit(at).links if link.endswith("/due")]
