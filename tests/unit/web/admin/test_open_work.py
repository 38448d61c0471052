"""The pages before an account is disabled or loses its role, and handing its work over."""

import pytest

from portal.models import Revision
from portal.services.accounts import administration
from portal.vocabulary.workflow import State
from tests.page_text import words
from tests.staff_clients import Colleague


@pytest.fixture
def ada(app, session, office):
    return Colleague(app, session, office.administrator)


def test_the_page_before_disabling_says_what_is_open(office, ada):
    held = office.revision(State.IN_REVIEW)
    page = ada.visit(f"/staff/accounts/{office.reviewer.id}/disable")
    assert "One review goes back to the queue" in page.text
    assert f"/staff/revisions/{held.id}" in page.links
    assert ada.press(page, f"/staff/accounts/{office.reviewer.id}/disable")
    assert office.reviewer.is_disabled
    assert office.session.get(Revision, held.id).state == State.SUBMITTED


def test_the_page_before_a_demotion_says_what_goes_back(office, ada):
    office.revision(State.IN_REVIEW)
    address = f"/staff/accounts/{office.reviewer.id}/role"
    page = ada.visit(f"{address}?role=author")
    assert "One review goes back to the queue" in page.text
    ada.press(page, address)
    assert office.reviewer.role == "author"
    assert "goes back" not in ada.visit(f"{address}?role=administrator").text
    assert ada.get(f"{address}?role=owner").status_code == 302


def test_open_work_is_handed_over_and_both_are_told(app, session, office, ada):
    draft = office.draft()
    page = ada.visit(f"/staff/accounts/{office.author.id}/disable")
    assert "One revision of their own stays open" in page.text
    assert f"/staff/revisions/{draft.id}" not in page.links
    address = f"/staff/revisions/{draft.id}/hand-over"
    assert address in page.links
    assert "No author is selected" in ada.press(ada.visit(address), address, status=422).text
    led = ada.press(ada.visit(address), address, author_id=str(office.other.id))
    assert led == f"/staff/accounts/{office.author.id}"
    olu, ann = Colleague(app, session, office.other), Colleague(app, session, office.author)
    assert "was handed over to you from Ann" in olu.visit("/staff/").text
    assert "was handed over from you to Olu" in ann.visit("/staff/").text
    page = olu.visit(f"/staff/revisions/{draft.id}")
    assert "Ada handed it over from Ann to Olu" in words(page.one(".event-log"))
    ann.visit(f"/staff/revisions/{draft.id}", status=404)


def test_a_reviewer_reads_before_returning_that_the_author_has_left(app, session, office):
    revision = office.revision(State.IN_REVIEW)
    rex = Colleague(app, session, office.reviewer)
    assert "has to hand it over" not in rex.visit(f"/staff/revisions/{revision.id}").text
    administration.disable(office.session, office.author, by=office.administrator)
    office.session.commit()
    assert "has to hand it over" in rex.visit(f"/staff/revisions/{revision.id}").text


def test_returned_work_of_a_disabled_author_leads_on(office, ada):
    revision = office.revision(State.RETURNED)
    administration.disable(office.session, office.author, by=office.administrator)
    office.session.commit()
    desk = ada.visit("/staff/?queue=without-author")
    assert f"/staff/revisions/{revision.id}" in desk.links
    page = ada.visit(f"/staff/revisions/{revision.id}")
    assert "An administrator can hand it over" in words(page.one(".status-sentence"))
    assert f"/staff/revisions/{revision.id}/hand-over" in page.links
