"""What pages say of a reviewer who edits: the warning before, the sentence and the history after."""

import pytest

from portal.services.editorial import review
from portal.vocabulary.workflow import State
from tests.page_text import words
from tests.staff_clients import Colleague


@pytest.fixture
def revision(office):
    return office.revision(State.IN_REVIEW)


def save(office, revision, **changes):
    draft = revision.draft.replace(**changes)
    review.save_draft(office.session, revision, draft, version=revision.version, by=office.reviewer)
    office.session.commit()


def test_the_edit_page_warns_a_reviewer(app, session, office, author, revision):
    page = Colleague(app, session, office.reviewer).visit(f"/staff/revisions/{revision.id}/edit")
    assert "you can no longer approve" in page.text
    draft = office.draft()
    assert "you can no longer approve" not in author.visit(f"/staff/revisions/{draft.id}/edit").text


def test_the_page_and_the_history_name_who_rewrote_which_fields(office, author, revision):
    save(office, revision, title="Rewritten")
    save(office, revision, title="Rewritten twice", budget="1.00")
    page = author.visit(f"/staff/revisions/{revision.id}")
    assert "Rex rewrote: Title, Budget Amount (USD)." in page.text
    history = words(page.one(".event-log"))
    assert history.count("Rex changed the text: Title, Budget Amount (USD)") == 1


def test_an_edit_that_was_undone_is_not_told(office, author, revision):
    title = revision.draft.title
    save(office, revision, title="Rewritten")
    save(office, revision, title=title)
    page = author.visit(f"/staff/revisions/{revision.id}")
    assert "rewrote" not in page.text
    assert "changed the text" not in words(page.one(".event-log"))


def test_a_restored_draft_says_restored(office, author):
    old = office.revision(State.SUPERSEDED)
    restored = review.restore(office.session, old, by=office.author)
    office.session.commit()
    page = author.visit(f"/staff/revisions/{restored.id}")
    assert f"Restored from R-{old.id} by" in page.text
    assert f"restored it from R-{old.id}" in words(page.one(".event-log"))
    assert "started it" not in words(page.one(".event-log"))
