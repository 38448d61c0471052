"""The public history of a record, and the address of one that was withdrawn."""

from datetime import UTC, datetime

import pytest

from portal.search.read_models.terms import Terms
from portal.services.audit.history import PublicChange
from portal.services.editorial import publication
from portal.vocabulary.workflow import State
from portal.web.public.audit import history
from tests.factories import COMPLETE, Office
from tests.pages import words

LEAK = "Mrs Secret of Nowhere Street"


@pytest.fixture
def office(session):
    return Office(session())


@pytest.fixture
def project(office):
    return office.revision(State.PUBLISHED, COMPLETE.replace(number="LM.9001")).project


def withdraw(office, project, reason="Entered twice."):
    publication.withdraw(office.session, project, reason=reason, by=office.reviewer)
    office.session.commit()


def test_the_history_says_what_changed_when(office, project, visit):
    office.publish_change(project, budget="160000.00", countries=("KEN", "UGA"))
    page = visit(f"/projects/{project.slug}/history")
    entries = [words(entry) for entry in page.select(".timeline > li")]
    assert len(entries) == 2
    assert "Changed" in entries[0]
    assert "Budget Amount (USD): was USD 150,000 → became USD 160,000" in entries[0]
    assert "Uganda" in entries[0]
    assert "Published" in entries[1]


def test_the_project_page_links_to_its_history(project, visit):
    assert f"/projects/{project.slug}/history" in visit(f"/projects/{project.slug}").links


def test_the_history_names_nobody(office, project, visit):
    office.publish_change(project, title="Another title")
    text = visit(f"/projects/{project.slug}/history").text
    assert [name for name in ("Ann", "Rex", "example.org", "R-") if name in text] == []


def test_a_text_that_was_replaced_does_not_come_back_in_the_history(office, project, visit):
    office.publish_change(project, summary=f"Ask {LEAK}.")
    office.publish_change(project, summary="Ask the office.")
    page = visit(f"/projects/{project.slug}/history")
    assert "Summary" in page.text
    assert LEAK not in page.text


def test_facts_from_before_a_withdrawal_are_not_repeated(office, project, visit):
    office.publish_change(project, budget="777777.00")
    withdraw(office, project)
    office.publish_change(project, budget="160000.00")
    assert "777,777" not in visit(f"/projects/{project.slug}/history").text


def test_a_change_in_the_same_second_as_a_withdrawal_shows_its_values():
    moment = datetime(2026, 5, 1, 12, tzinfo=UTC)
    later = PublicChange(moment, "changed", ("budget",), {"budget": "150000.00"}, {"budget": "160000.00"})
    earlier = PublicChange(moment, "changed", ("budget",), {"budget": "777777.00"}, {"budget": "150000.00"})
    withdrawal = PublicChange(moment, "withdrawn", (), {}, {})
    entries = history.entries(Terms({}), (later, withdrawal, earlier))
    assert [field.shows_values for entry in entries for field in entry.fields] == [True, False]


def test_the_history_of_an_imported_record_is_when_it_was_published(sample, visit):
    page = visit("/projects/LM.0024/history")
    assert [words(entry).rsplit(" ", 1)[1] for entry in page.select(".timeline > li")] == ["Published"]


def test_a_history_of_another_spelling_redirects(project, client):
    assert client.get("/projects/lm.9001/history").location == "/projects/LM.9001/history"


@pytest.mark.parametrize("address", ["/projects/LM.9001", "/projects/lm.9001", "/projects/LM.9001/history"])
def test_a_withdrawn_record_says_when_and_why(office, project, visit, address):
    withdraw(office, project)
    page = visit(address, status=410)
    assert "Entered twice." in page.text
    assert page.one("main time").attrs["datetime"] == project.withdrawn_at.isoformat()


def test_a_withdrawn_record_repeats_nothing_of_what_it_said(office, project, visit):
    withdraw(office, project)
    assert COMPLETE.title not in visit("/projects/LM.9001", status=410).text


@pytest.mark.parametrize("address", ["/projects/", "/projects/?q=recruitment", "/projects/?country=KEN", "/"])
def test_a_withdrawn_record_is_in_no_list(office, project, client, address):
    assert COMPLETE.title in client.get(address).text
    withdraw(office, project)
    assert COMPLETE.title not in client.get(address).text


def test_an_address_that_never_was_is_simply_not_there(office, visit):
    office.revision(State.SUBMITTED, COMPLETE.replace(number="LM.9002"))
    visit("/projects/LM.9002", status=404)
    visit("/projects/LM.9002/history", status=404)
