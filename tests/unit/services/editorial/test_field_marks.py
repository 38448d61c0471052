"""Decisions of a reviewer on single fields: who, when, for which text, and their effect on the whole revision."""

import pytest
from sqlalchemy import select

from portal.database.orm import now
from portal.errors import Conflict, Forbidden, ValidationFailed
from portal.models import AuditEvent
from portal.services.editorial import field_marks, review
from portal.services.editorial.field_marks import FieldDecisions
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE


@pytest.fixture
def revision(office):
    return office.revision(State.IN_REVIEW)


def mark(office, revision, by=None, **decisions):
    review.save_field_decisions(
        office.session, revision, FieldDecisions(**decisions), version=revision.version, by=by or office.reviewer
    )
    office.session.commit()


def mend(office, revision, **changes):
    """The author changes fields of a returned revision, submits it again, and the reviewer takes it."""
    draft = revision.draft.replace(**changes)
    review.save_draft(office.session, revision, draft, version=revision.version, by=office.author)
    review.submit(office.session, revision, version=revision.version, by=office.author)
    review.claim(office.session, revision, by=office.reviewer)
    office.session.commit()


def send_back(office, revision, reasons, **decisions):
    review.return_(office.session, revision, version=revision.version, by=office.reviewer, reasons=reasons, **decisions)
    office.session.commit()


def approve(office, revision, by=None, **decisions):
    review.approve(office.session, revision, version=revision.version, by=by or office.reviewer, **decisions)
    office.session.commit()


def event_values(office, revision, verb):
    query = select(AuditEvent).where(AuditEvent.verb == verb, AuditEvent.subject_id == str(revision.id))
    return [event.after for event in office.session.execute(query).scalars()]


def test_a_mark_says_who_when_and_of_which_version(office, revision):
    version, before = revision.version, now()
    mark(office, revision, accepted=("title",))
    decided = field_marks.reviews_by_field(revision)["title"]
    assert (decided.reviewer_id, decided.version, decided.is_accepted) == (office.reviewer.id, version, True)
    assert before <= decided.at <= event_time(office, revision)


def test_a_stored_decision_keeps_the_digest_of_its_text(office):
    """Decisions that are stored already would otherwise no longer apply."""
    revision = office.revision(State.IN_REVIEW, COMPLETE.replace(title="Année"))
    mark(office, revision, accepted=("title",))
    assert revision.field_reviews["title"]["text"] == "3657c257401880d00a068b86bf4978e0"


def event_time(office, revision):
    query = select(AuditEvent.at).where(AuditEvent.verb == "mark", AuditEvent.subject_id == str(revision.id))
    return office.session.execute(query).scalar_one()


def test_marking_writes_its_event(office, revision):
    mark(office, revision, accepted=("title",), reasons={"budget": "Which year?"})
    assert event_values(office, revision, "mark") == [{"accepted": ["title"], "reasons": {"budget": "Which year?"}}]


def test_the_same_marks_again_change_nothing(office, revision):
    mark(office, revision, accepted=("title",))
    version = revision.version
    mark(office, revision, accepted=("title",))
    assert revision.version == version
    assert len(event_values(office, revision, "mark")) == 1


def test_a_mark_can_be_taken_away(office, revision):
    mark(office, revision, accepted=("title",))
    mark(office, revision, cleared=("title", "budget"))
    assert field_marks.reviews_by_field(revision) == {}
    assert event_values(office, revision, "mark")[-1] == {"unmarked": ["title"]}


def test_a_mark_of_a_text_that_changes_is_void(office, revision):
    send_back(office, revision, {"budget": "Which year?"}, accepted=("title", "summary"))
    mend(office, revision, title="Another title", budget="140000.00")
    assert field_marks.accepted_fields(revision) == ("summary",)
    assert field_marks.return_reasons(revision) == {}


def test_a_text_that_comes_back_is_still_accepted(office, revision):
    title = revision.draft.title
    send_back(office, revision, {"budget": "Which year?"}, accepted=("title",))
    for typed in ("Another title", title):
        draft = revision.draft.replace(title=typed)
        review.save_draft(office.session, revision, draft, version=revision.version, by=office.author)
    assert field_marks.accepted_fields(revision) == ("title",)


def test_nothing_is_approved_while_a_returned_field_is_not_mended(office, revision):
    send_back(office, revision, {"budget": "Which year?"})
    mend(office, revision, title="Another title")
    with pytest.raises(ValidationFailed) as why:
        approve(office, revision)
    assert [fault.field for fault in why.value.errors] == ["budget"]
    assert revision.state == State.IN_REVIEW


def test_a_mended_field_can_be_approved(office, revision):
    send_back(office, revision, {"budget": "Which year?"})
    mend(office, revision, budget="140000.00")
    approve(office, revision)
    assert revision.state == State.APPROVED


def test_a_returned_field_can_be_accepted_after_all(office, revision):
    send_back(office, revision, {"budget": "Which year?"})
    mend(office, revision)
    approve(office, revision, accepted=("budget",))
    assert "budget" in field_marks.accepted_fields(revision)


def test_approving_accepts_every_changed_field_that_carries_no_mark(office):
    project = office.revision(State.PUBLISHED).project
    change = office.change(project, title="Another title", budget="99000.00")
    review.claim(office.session, change, by=office.reviewer)
    office.session.commit()
    mark(office, change, accepted=("title",))
    approve(office, change, by=office.reviewer)
    assert field_marks.accepted_fields(change) == ("title", "budget")
    assert event_values(office, change, "approve") == [{"accepted": ["budget"]}]


def test_what_was_marked_to_be_returned_goes_back_with_the_rest(office, revision):
    mark(office, revision, reasons={"budget": "Which year?"}, accepted=("title",))
    send_back(office, revision, {"summary": "Too short."})
    assert revision.reasons == {"budget": "Which year?", "summary": "Too short."}
    assert revision.decisions[-1]["accepted"] == ["title"]


def test_a_note_alone_returns_what_was_marked(office, revision):
    mark(office, revision, reasons={"budget": "Which year?"})
    send_back(office, revision, {}, note="See there.")
    assert revision.reasons == {"budget": "Which year?"}


def test_nobody_accepts_what_they_edited_last(office, revision):
    draft = revision.draft.replace(title="Mended by the reviewer")
    review.save_draft(office.session, revision, draft, version=revision.version, by=office.reviewer)
    office.session.commit()
    with pytest.raises(Forbidden, match="neither wrote nor last edited"):
        mark(office, revision, accepted=("summary",))


@pytest.mark.parametrize("fields", [{"accepted": ("colour",)}, {"reasons": {"colour": "Why?"}}, {"cleared": ("id",)}])
def test_a_field_that_is_not_there_cannot_be_marked(office, revision, fields):
    with pytest.raises(ValidationFailed, match="no field"):
        mark(office, revision, **fields)


def test_a_field_is_not_marked_to_be_returned_without_a_reason(office, revision):
    with pytest.raises(ValidationFailed, match="no reason"):
        mark(office, revision, reasons={"title": " \n"})


def test_marks_on_a_text_that_changed_meanwhile_are_a_conflict(office, revision):
    version = revision.version
    mark(office, revision, accepted=("title",))
    with pytest.raises(Conflict):
        review.save_field_decisions(
            office.session, revision, FieldDecisions(accepted=("budget",)), version=version, by=office.reviewer
        )


def test_reasons_and_notes_that_are_too_long_are_refused_with_their_counts(office, revision):
    with pytest.raises(ValidationFailed) as caught:
        mark(office, revision, reasons={"title": "x" * 2_001, "summary": "y" * 3_089, "budget": "z" * 2_000})
    assert [(error.field, error.reason) for error in caught.value.errors] == [
        ("title", "The reason has 2,001 characters; the limit is 2,000."),
        ("summary", "The reason has 3,089 characters; the limit is 2,000."),
    ]
    note = "n" * 3_089
    for decide in (approve, lambda *args, **more: send_back(*args, {}, **more)):
        with pytest.raises(ValidationFailed, match="The note has 3,089 characters; the limit is 2,000"):
            decide(office, revision, note=note)
    assert (revision.state, revision.decisions, revision.field_reviews) == (State.IN_REVIEW, [], {})


def test_a_reason_and_a_note_of_the_limit_are_stored_to_the_letter(office, revision):
    send_back(office, revision, {"title": "r" * 2_000}, note="n" * 2_000)
    assert revision.reasons == {"title": "r" * 2_000}
    assert revision.decisions[-1]["note"] == "n" * 2_000
