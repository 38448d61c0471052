"""The key of a form: the same post again is one submission, another text under it is never dropped in silence."""

import pytest

from portal.models import Revision
from portal.services.editorial import idempotency
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE
from tests.form_data import filled
from tests.http_clients import place
from tests.staff_clients import Colleague

NEW = "/staff/projects/new"


def edit(revision):
    return f"/staff/revisions/{revision.id}/edit"


def test_another_text_under_the_same_key_shows_both_texts(author, office, session):
    revision = office.draft()
    fields = filled(author.visit(edit(revision)), title="text one")
    assert author.post(edit(revision), fields).status_code == 303
    page = author.send(edit(revision), fields | {"title": "text TWO corrected"}, status=409)
    assert "text TWO corrected" in page.text
    session.rollback()
    assert revision.draft.title == "text one"


def test_a_word_corrected_in_a_new_project_after_a_lost_answer_is_saved(author, session):
    fields = filled(author.visit(NEW), title="text one")
    first = place(author.post(NEW, fields))
    assert place(author.post(NEW, fields | {"title": "text TWO corrected"})) == first
    session.rollback()
    assert session.query(Revision).one().draft.title == "text TWO corrected"


def test_another_button_under_the_same_key_takes_its_step(author, session):
    fields = filled(author.visit(NEW), **COMPLETE.as_json())
    author.post(NEW, fields)
    author.post(NEW, fields | {"action": "submit"})
    session.rollback()
    assert session.query(Revision).one().state == State.SUBMITTED


def test_a_key_of_one_revision_does_not_swallow_a_save_of_another(author, office, session):
    one, other = office.draft(), office.draft()
    key = idempotency.new_key()
    for revision in (one, other):
        fields = filled(author.visit(edit(revision)), title="Mended", key=key)
        assert place(author.post(edit(revision), fields)) == edit(revision)
    session.rollback()
    assert (one.draft.title, other.draft.title) == ("Mended", "Mended")


def test_a_step_under_the_key_of_another_step_is_taken(app, session, office):
    one, other = office.revision(State.SUBMITTED), office.revision(State.SUBMITTED)
    rex, key = Colleague(app, session, office.reviewer), idempotency.new_key()
    for revision in (one, other):
        rex.act(f"/staff/revisions/{revision.id}/claim", key=key, version=str(revision.version))
    session.rollback()
    assert (one.state, other.state) == (State.IN_REVIEW, State.IN_REVIEW)


def test_a_text_that_comes_back_after_another_is_no_repeat(author, office, session):
    revision = office.draft()
    fields = filled(author.visit(edit(revision)), title="text one")
    assert author.post(edit(revision), fields).status_code == 303
    assert author.post(edit(revision), fields | {"title": "text two"}).status_code == 409
    later = fields | {"title": "text two", "version": str(session.get(Revision, revision.id).version)}
    assert author.post(edit(revision), later).status_code == 303
    assert author.post(edit(revision), fields).status_code == 409


def test_a_repeat_after_signing_in_again_is_a_repeat(author, office, session):
    fields = filled(author.visit(NEW), title="Once")
    first = place(author.post(NEW, fields))
    author.sign_in(office.author)
    assert place(author.post(NEW, fields | {"csrf_token": author.csrf_token})) == first
    assert session.query(Revision).count() == 1


@pytest.mark.parametrize("step", ["/autosave", ""])
def test_the_key_of_a_page_is_no_key_of_a_form(author, session, step):
    fields = filled(author.visit(NEW), title="First words")
    author.post(f"{NEW}{step}", fields)
    answer = author.post(NEW, fields | {"key": fields["page_key"], "title": "More words"})
    session.rollback()
    assert place(answer) == edit(session.query(Revision).one())
