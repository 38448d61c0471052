"""The second round: the returned text beside the new one, and the author's answers to single reasons."""

import pytest

from portal.services.audit import recording
from portal.services.editorial import review, rounds
from portal.vocabulary.workflow import State
from tests.form_data import filled
from tests.page_text import words
from tests.staff_clients import Colleague

LONG = "a" * 2_001


@pytest.fixture
def rex(app, session, office):
    return Colleague(app, session, office.reviewer)


@pytest.fixture
def revision(office):
    """Returned for its title; Sue asks for nothing else."""
    return office.revision(State.RETURNED)


def edit(revision):
    return f"/staff/revisions/{revision.id}/edit"


def at(revision):
    return f"/staff/revisions/{revision.id}"


def test_the_answer_to_a_reason_reaches_the_reviewer(session, author, rex, revision):
    sent = filled(author.visit(edit(revision)), **{"answer-title": "It is the agreed title.", "action": "submit"})
    sent |= {"summary": "A better summary."}
    assert author.post(edit(revision), sent).status_code == 303
    session.rollback()
    assert rounds.last_return(revision).answers == {"title": "It is the agreed title."}
    section = words(rex.visit(at(revision)).one("#since-return").parent)
    assert "Too short." in section
    assert "The author answers: It is the agreed title." in section
    assert "Not changed since it was returned." in section
    history = words(rex.visit(at(revision)).one(".event-log"))
    assert "It is the agreed title." in history


def test_the_returned_text_stands_beside_the_new_one_for_both(session, author, rex, office, revision):
    old = revision.draft.title
    sent = filled(author.visit(edit(revision)), title="A longer and better title", action="save")
    author.post(edit(revision), sent)
    page = author.visit(edit(revision))
    assert old in words(page.one("details.returned-text"))
    for person in (author, rex):
        columns = [
            words(column) for column in person.visit(at(revision)).one("#since-return").parent.query(".diff-text")
        ]
        assert len(columns) == 2
        assert "longer and better" in columns[1]


def test_an_answer_comes_back_into_the_form_and_can_be_taken_out(session, author, revision):
    author.post(edit(revision), filled(author.visit(edit(revision)), **{"answer-title": "Why?"}))
    page = author.visit(edit(revision))
    assert words(page.one("#answer-title")) == "Why?"
    author.post(edit(revision), filled(page, **{"answer-title": ""}))
    session.rollback()
    assert rounds.last_return(revision).answers == {}


def test_an_answer_where_nothing_was_asked_is_not_stored(session, author, revision):
    author.post(edit(revision), filled(author.visit(edit(revision)), **{"answer-budget": "Unasked."}))
    session.rollback()
    assert rounds.last_return(revision).answers == {}


def test_an_answer_that_is_too_long_is_refused_and_comes_back_whole(session, author, revision):
    page = author.send(edit(revision), filled(author.visit(edit(revision)), **{"answer-title": LONG}), status=422)
    assert "The answer has 2,001 characters" in page.text
    assert words(page.one("#answer-title")) == LONG


def test_a_first_round_and_a_decided_revision_show_no_comparison(office, rex):
    for state in (State.SUBMITTED, State.IN_REVIEW, State.APPROVED):
        assert rex.visit(at(office.revision(state))).select("#since-return") == []


def test_what_the_reviewer_rewrote_before_returning_is_the_returned_text(office):
    revision = office.revision(State.IN_REVIEW)
    draft = revision.draft.replace(title="Rewritten by Rex")
    review.save_draft(office.session, revision, draft, version=revision.version, by=office.reviewer)
    review.return_(office.session, revision, version=revision.version, by=office.reviewer, reasons={"budget": "Check."})
    assert rounds.last_return(revision).text.title == "Rewritten by Rex"


def test_a_return_from_before_texts_were_stored_shows_reasons_alone(session, office, author, revision):
    old = [{name: value for name, value in entry.items() if name != "text"} for entry in revision.decisions]
    revision.decisions = old
    recording.record(session(), "save", "revision", revision.id)
    session.commit()
    section = words(author.visit(at(revision)).one("#since-return").parent)
    assert "Too short." in section
