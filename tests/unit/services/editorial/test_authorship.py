"""Who wrote the present text of a revision: edits by others, undone edits, and who may still approve."""

import pytest

from portal.errors import Forbidden
from portal.services.editorial import authorship, review
from portal.vocabulary.workflow import State


@pytest.fixture
def revision(office):
    return office.revision(State.IN_REVIEW)


def save(office, revision, by, **changes):
    draft = revision.draft.replace(**changes)
    review.save_draft(office.session, revision, draft, version=revision.version, by=by)


def approve(office, revision, by):
    return review.approve(office.session, revision, version=revision.version, by=by)


def test_an_edit_names_its_reviewer_at_its_field(office, revision):
    save(office, revision, office.reviewer, title="Rewritten", budget="1.00")
    assert authorship.editors_by_field(revision) == {"title": office.reviewer.id, "budget": office.reviewer.id}
    with pytest.raises(Forbidden):
        approve(office, revision, office.reviewer)


def test_a_reviewer_who_types_and_undoes_may_approve(office, revision):
    title = revision.draft.title
    save(office, revision, office.reviewer, title="Rewritten")
    save(office, revision, office.reviewer, title=title)
    assert (revision.field_editors, revision.last_editor_id) == ({}, office.author.id)
    assert approve(office, revision, office.reviewer).state == State.APPROVED


def test_a_note_is_no_edit(office, revision):
    review.save_draft(
        office.session, revision, revision.draft, version=revision.version, by=office.reviewer, note="Read."
    )
    assert (revision.note, revision.last_editor_id) == ("Read.", office.author.id)


def test_undoing_back_to_the_text_of_another_reviewer_leaves_that_reviewer(office, revision):
    save(office, revision, office.reviewer, title="By Rex")
    review.claim(office.session, revision, by=office.second)
    save(office, revision, office.second, title="By Sue")
    save(office, revision, office.second, title="By Rex")
    assert authorship.editors_by_field(revision) == {"title": office.reviewer.id}
    assert revision.last_editor_id == office.reviewer.id
    assert approve(office, revision, office.second).state == State.APPROVED


def test_a_rewritten_field_that_still_stands_keeps_its_reviewer_from_approving(office, revision):
    save(office, revision, office.reviewer, title="By Rex")
    review.return_(office.session, revision, version=revision.version, by=office.reviewer, reasons={"budget": "Check."})
    save(office, revision, office.author, budget="1.00")
    review.submit(office.session, revision, version=revision.version, by=office.author)
    review.claim(office.session, revision, by=office.reviewer)
    with pytest.raises(Forbidden):
        approve(office, revision, office.reviewer)
    review.claim(office.session, revision, by=office.second)
    assert approve(office, revision, office.second).state == State.APPROVED


def test_a_field_that_its_author_wrote_again_is_the_authors(office, revision):
    save(office, revision, office.reviewer, title="By Rex")
    review.return_(office.session, revision, version=revision.version, by=office.reviewer, reasons={"title": "Better?"})
    save(office, revision, office.author, title="By Ann")
    review.submit(office.session, revision, version=revision.version, by=office.author)
    review.claim(office.session, revision, by=office.reviewer)
    assert authorship.editors_by_field(revision) == {}
    assert approve(office, revision, office.reviewer).state == State.APPROVED


def test_an_author_who_writes_beside_the_text_of_a_reviewer_edited_last(office, revision):
    save(office, revision, office.reviewer, title="By Rex")
    review.return_(office.session, revision, version=revision.version, by=office.reviewer, reasons={"budget": "Check."})
    save(office, revision, office.author, budget="1.00")
    assert revision.last_editor_id == office.author.id
