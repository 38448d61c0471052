"""The desk: what waits for whom, since when, and what an empty one says."""

from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from portal.database.orm import now
from portal.services.audit import recording
from portal.vocabulary.workflow import State
from portal.web.review import desk_page
from portal.web.review.desk_page import DeskQuery
from tests.factories import COMPLETE, Office
from tests.pages import words
from tests.staff_clients import Colleague


@pytest.fixture
def office(session):
    return Office(session())


@pytest.fixture
def at_desk(app, session, office):
    def go(who, address="/staff/"):
        return Colleague(app, session, office.everyone[who]).visit(address)

    return go


def rows(page):
    return [words(row) for row in page.select(".queue tbody tr")]


def tabs(page):
    return {words(tab).rsplit(" ", 1)[0]: int(words(tab).rsplit(" ", 1)[1]) for tab in page.select(".tabs a")}


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.get("/staff/").location.startswith("/sign-in")


@pytest.mark.parametrize("who", ["author", "reviewer", "administrator"])
def test_an_empty_desk_says_what_to_do(at_desk, who):
    page = at_desk(who)
    assert set(tabs(page).values()) == {0}
    assert words(page.one(".notice.info"))


def test_an_author_sees_what_came_back_first(office, at_desk):
    office.revision(State.DRAFT, COMPLETE.replace(title="A draft"))
    office.revision(State.RETURNED, COMPLETE.replace(title="A returned one"))
    page = at_desk("author")
    assert "One change was returned to you." in page.text
    (row,) = rows(page)
    assert "A returned one" in row
    assert "Continue editing" in row
    assert tabs(page) == {"Returned to me": 1, "My drafts": 1, "With the reviewers": 0, "Recently decided": 0}


def test_a_reviewer_sees_who_has_what(office, at_desk):
    office.revision(State.SUBMITTED, COMPLETE.replace(title="Waiting"))
    office.revision(State.IN_REVIEW, COMPLETE.replace(title="Taken"))
    office.revision(State.APPROVED, COMPLETE.replace(title="Agreed"))
    assert tabs(at_desk("reviewer")) == {
        "Waiting for me": 2, "To publish": 1, "Waiting for others": 0,
        "Returned to me": 0, "My drafts": 0, "Recently decided": 0,
    }  # fmt: skip
    others = at_desk("second reviewer", "/staff/?queue=others")
    assert ["with Rex" in row for row in rows(others)] == [True]


def test_nobody_sees_anothers_draft(office, at_desk):
    office.revision(State.DRAFT, COMPLETE.replace(title="Unfinished thoughts"))
    for who in ("other author", "reviewer", "administrator"):
        assert "Unfinished thoughts" not in at_desk(who, "/staff/?queue=drafts").text


def test_the_longest_waiting_stands_first_or_last(office, at_desk):
    for days, title in ((2, "Middle"), (9, "Oldest"), (0, "Newest")):
        revision = office.revision(State.SUBMITTED, COMPLETE.replace(title=title))
        revision.submitted_at = now() - timedelta(days=days)
        recording.record(office.session, "set due", "revision", revision.id)
        office.session.commit()
    first = [row.split(" R-")[0] for row in rows(at_desk("reviewer"))]
    last = [row.split(" R-")[0] for row in rows(at_desk("reviewer", "/staff/?sort=newest"))]
    assert [name.split("R-")[0] for name in first] == ["Oldest", "Middle", "Newest"]
    assert [name.split("R-")[0] for name in last] == ["Newest", "Middle", "Oldest"]
    assert "The oldest has been waiting for 9 days." in at_desk("reviewer").text


def test_what_is_overdue_says_so_without_colour(office, at_desk):
    revision = office.revision(State.SUBMITTED)
    revision.due_at = now() - timedelta(hours=1)
    recording.record(office.session, "set due", "revision", revision.id)
    office.session.commit()
    page = at_desk("reviewer")
    assert "One is overdue." in page.text
    assert "overdue" in rows(page)[0]


def test_a_schedule_that_nobody_runs_is_told_to_the_operator(office, at_desk):
    revision = office.revision(State.SCHEDULED)
    revision.publish_at = now() - timedelta(hours=1)
    recording.record(office.session, "schedule", "revision", revision.id)
    office.session.commit()
    assert "portal publish-due" in at_desk("reviewer", "/staff/?queue=publish").text


def test_several_approved_ones_can_be_ticked(office, at_desk):
    for title in ("One", "Two"):
        office.revision(State.APPROVED, COMPLETE.replace(title=title))
    page = at_desk("reviewer", "/staff/?queue=publish")
    assert len(page.select(".queue input[name=number]")) == 2
    assert page.select(".queue input[checked]") == []


def test_a_long_queue_comes_in_pages(office, at_desk, monkeypatch):
    monkeypatch.setattr(desk_page, "PAGE_SIZE", 2)
    for title in ("One", "Two", "Three"):
        office.revision(State.SUBMITTED, COMPLETE.replace(title=title))
    page = at_desk("reviewer")
    assert len(rows(page)) == 2
    assert len(rows(at_desk("reviewer", page.one("a[rel=next]").attrs["href"]))) == 1


def test_what_changed_is_said_in_a_few_words(office, at_desk):
    project = office.revision(State.PUBLISHED).project
    office.change(project, budget="1.00", end="2024")
    assert "End Date, Budget Amount (USD)" in rows(at_desk("reviewer"))[0]


@pytest.mark.parametrize("args", [{"page": "0"}, {"page": "x"}, {"page": "9" * 30}, {"queue": "x"}, {"sort": "x"}])
def test_an_address_that_makes_no_sense_is_the_first_page(args):
    assert DeskQuery.parse(MultiDict(args)) == DeskQuery()
