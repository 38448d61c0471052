"""The actions on a revision: the transition table, conflicts, who may decide, what is returned to the author."""

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from portal.database.orm import now
from portal.errors import Conflict, Forbidden, InvalidTransition, NotFound, ValidationFailed
from portal.models import ProjectDraft, Revision
from portal.services.editorial import handover, publication, review, revisions, workflow
from portal.services.editorial.field_marks import FieldDecisions
from portal.services.editorial.workflow import TRANSITIONS, Action
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE


def run(office, action, revision, by):
    """Take one action with the function that belongs to it."""
    session, version = office.session, revision.version
    draft = revision.draft.replace(title=revision.draft.title + " again")
    return {
        Action.SAVE: lambda: review.save_draft(session, revision, draft, version=version, by=by),
        Action.SUBMIT: lambda: review.submit(session, revision, version=version, by=by),
        Action.RECALL: lambda: review.recall(session, revision, by=by),
        Action.DISCARD: lambda: review.discard(session, revision, by=by),
        Action.CLAIM: lambda: review.claim(session, revision, by=by),
        Action.RELEASE: lambda: review.release(session, revision, by=by),
        Action.SET_DUE: lambda: review.set_due(session, revision, at=now() + timedelta(days=3), by=by),
        Action.MARK: lambda: review.save_field_decisions(
            session, revision, FieldDecisions(cleared=("title",)), version=version, by=by
        ),
        Action.RETURN: lambda: review.return_(session, revision, version=version, by=by, reasons={"title": "Why?"}),
        Action.APPROVE: lambda: review.approve(session, revision, version=version, by=by),
        Action.PUBLISH: lambda: publication.publish(session, revision, by=by),
        Action.SCHEDULE: lambda: publication.schedule(session, revision, at=now() + timedelta(days=1), by=by),
        Action.UNSCHEDULE: lambda: publication.unschedule(session, revision, by=by),
        Action.WITHDRAW: lambda: publication.withdraw(session, revision.project, reason="Wrong.", by=by),
        Action.RESTORE: lambda: review.restore(session, revision, by=by),
        Action.HAND_OVER: lambda: handover.hand_over(session, revision, office.other.id, version=version, by=by),
    }[action]()


# Withdrawing is done to a project, which is there only once its revision was published.
TRIED = [(a, s) for a, s in itertools.product(Action, State) if a != Action.WITHDRAW or s == State.PUBLISHED]


@pytest.mark.parametrize(("action", "state"), TRIED, ids=[f"{a}-{s}" for a, s in TRIED])
def test_an_action_does_on_a_state_what_the_table_says(office, action, state):
    revision = office.revision(state)
    may = [account for account in office.everyone.values() if action in workflow.allowed_actions(revision, account)]
    refusal = Forbidden if (action, state) in TRANSITIONS else InvalidTransition
    for account in office.everyone.values():
        if account not in may:
            with pytest.raises(refusal):
                run(office, action, revision, account)
            office.session.rollback()
    assert revision.state == state
    if may:
        run(office, action, revision, may[0])
        office.session.commit()
        assert revision.state == TRANSITIONS[action, state].target


def test_a_disabled_account_may_nothing(office):
    office.author.is_disabled = True
    revision = Revision(id=1, state=State.DRAFT, author_id=office.author.id, last_editor_id=office.author.id)
    assert workflow.allowed_actions(revision, office.author) == ()
    office.session.rollback()


@pytest.mark.parametrize("state", [State.DRAFT, State.DISCARDED])
def test_what_was_never_submitted_is_its_authors_alone(office, state):
    revision = office.revision(state)
    seen = {name for name, account in office.everyone.items() if office.sees(account, revision)}
    assert seen == {"author"}


def test_what_was_submitted_is_seen_by_reviewers_and_not_by_other_authors(office):
    revision = office.revision(State.SUBMITTED)
    seen = {name for name, account in office.everyone.items() if office.sees(account, revision)}
    assert seen == {"author", "reviewer", "second reviewer", "administrator"}


def test_another_authors_revision_reads_like_one_that_is_not_there(office):
    revision = office.revision(State.SUBMITTED)
    for number in (revision.id, 99_999):
        with pytest.raises(NotFound):
            revisions.get_revision(office.session, number, office.other)


def test_a_draft_may_lack_everything(office):
    revision = review.new_draft(office.session, ProjectDraft(), by=office.author)
    office.session.commit()
    assert revision.draft == ProjectDraft()


def test_submitting_says_all_that_is_missing_at_once(office):
    revision = office.draft(ProjectDraft(end="2019", start="2020", budget="lots"))
    with pytest.raises(ValidationFailed) as why:
        review.submit(office.session, revision, version=revision.version, by=office.author)
    named = {fault.field for fault in why.value.errors}
    assert named >= {"title", "summary", "status", "project_type", "coverage", "region", "countries", "budget", "end"}


def test_a_submission_keeps_what_was_typed(office):
    draft = COMPLETE.replace(budget="12,5 or so", start="soon")
    assert office.draft(draft).draft == draft


def test_paragraphs_survive(office):
    assert office.draft(COMPLETE.replace(summary="One.\n\nTwo.\n- a\n- b")).draft.summary == "One.\n\nTwo.\n- a\n- b"


def test_unseen_characters_are_taken_out(office):
    draft = office.draft(COMPLETE.replace(title="A\x00 title\u202e here", summary="x\x07y\r\nz\ud800")).draft
    assert (draft.title, draft.summary) == ("A title here", "xy\nz")


def test_saving_the_same_again_changes_nothing(office):
    revision = office.draft()
    version = revision.version
    review.save_draft(office.session, revision, COMPLETE, version=version, by=office.author)
    assert revision.version == version


def test_the_second_to_save_gets_both_texts(office):
    revision = office.draft()
    seen = revision.version
    review.save_draft(office.session, revision, COMPLETE.replace(title="First"), version=seen, by=office.author)
    office.session.commit()
    with pytest.raises(Conflict) as why:
        review.save_draft(office.session, revision, COMPLETE.replace(title="Second"), version=seen, by=office.author)
    conflict = why.value
    assert (conflict.conflict_with, conflict.mine.title, conflict.theirs.title) == ("revision", "Second", "First")
    assert conflict.version == revision.version


def test_a_change_of_a_record_that_moved_on_meets_it_before_it_is_submitted(office):
    project = office.revision(State.PUBLISHED).project
    mine = review.open_change(office.session, project, by=office.other)
    review.save_draft(office.session, mine, mine.draft.replace(title="Mine"), version=mine.version, by=office.other)
    office.session.commit()
    office.publish_change(project, title="Theirs")
    with pytest.raises(Conflict) as why:
        review.submit(office.session, mine, version=mine.version, by=office.other)
    assert (why.value.conflict_with, why.value.mine.title, why.value.theirs.title) == ("project", "Mine", "Theirs")
    review.save_draft(
        office.session, mine, mine.draft, version=mine.version, by=office.other, base_version=why.value.version
    )
    assert review.submit(office.session, mine, version=mine.version, by=office.other).state == State.SUBMITTED


def test_approving_a_text_that_was_edited_meanwhile_is_a_conflict(office):
    revision = office.revision(State.IN_REVIEW)
    with pytest.raises(Conflict):
        review.approve(office.session, revision, version=revision.version - 1, by=office.reviewer)


def test_whoever_mends_a_proposal_cannot_approve_it(office):
    revision = office.revision(State.IN_REVIEW)
    mended = revision.draft.replace(title="Mended by the reviewer")
    review.save_draft(office.session, revision, mended, version=revision.version, by=office.reviewer)
    with pytest.raises(Forbidden):
        review.approve(office.session, revision, version=revision.version, by=office.reviewer)
    review.claim(office.session, revision, by=office.second)
    review.approve(office.session, revision, version=revision.version, by=office.second)
    assert revision.decided_by_id == office.second.id


def test_a_reviewer_does_not_approve_what_they_wrote(office):
    revision = review.new_draft(office.session, COMPLETE, by=office.reviewer)
    review.submit(office.session, revision, version=revision.version, by=office.reviewer)
    with pytest.raises(Forbidden):
        review.claim(office.session, revision, by=office.reviewer)


@pytest.mark.parametrize("state", ["approved", "scheduled", "published", "superseded", "withdrawn"])
def test_the_database_too_refuses_that_editors_agree_with_themselves(office, state):
    revision = office.revision(State.IN_REVIEW)
    number, author = revision.id, office.author.id
    with pytest.raises(IntegrityError):
        office.session.execute(
            text("UPDATE revision SET state = :state, decided_by_id = :by WHERE id = :id"),
            {"state": state, "by": author, "id": number},
        )
    office.session.rollback()


def test_the_database_refuses_agreement_by_nobody(office):
    revision = office.revision(State.IN_REVIEW)
    with pytest.raises(IntegrityError):
        office.session.execute(
            text("UPDATE revision SET state = 'approved', decided_by_id = NULL WHERE id = :id"), {"id": revision.id}
        )
    office.session.rollback()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE revision SET payload = '{}' WHERE id = :id",
        "UPDATE revision SET last_editor_id = last_editor_id + 1 WHERE id = :id",
        "UPDATE revision SET author_id = author_id + 1 WHERE id = :id",
    ],
)
def test_the_database_refuses_to_edit_what_was_agreed(office, change):
    revision = office.revision(State.APPROVED)
    with pytest.raises(IntegrityError):
        office.session.execute(text(change), {"id": revision.id})
    office.session.rollback()


def test_the_database_refuses_to_delete_a_revision(office):
    revision = office.revision(State.DISCARDED)
    with pytest.raises(IntegrityError):
        office.session.execute(text("DELETE FROM revision WHERE id = :id"), {"id": revision.id})
    office.session.rollback()


def test_reasons_come_back_in_place_and_stay_in_the_history(office):
    revision = office.revision(State.RETURNED)
    assert revision.reasons == {"title": "Too short."}
    draft = revision.draft.replace(title="A longer title")
    review.save_draft(office.session, revision, draft, version=revision.version, by=office.author)
    assert revision.reasons == {"title": "Too short."}
    review.submit(office.session, revision, version=revision.version, by=office.author)
    assert (revision.reasons, revision.decisions[0]["reasons"]) == ({}, {"title": "Too short."})


@pytest.mark.parametrize("reasons", [{}, {"title": "  "}, {"no_such_field": "Why?"}])
def test_returning_asks_for_a_reason(office, reasons):
    revision = office.revision(State.IN_REVIEW)
    with pytest.raises(ValidationFailed):
        review.return_(office.session, revision, version=revision.version, by=office.reviewer, reasons=reasons)


def test_an_author_has_one_open_change_of_a_project(office):
    project = office.revision(State.PUBLISHED).project
    first = review.open_change(office.session, project, by=office.author)
    assert review.open_change(office.session, project, by=office.author).id == first.id


def test_restoring_beside_an_open_change_is_refused_in_words(office):
    revision = office.revision(State.PUBLISHED)
    review.open_change(office.session, revision.project, by=office.author)
    office.session.commit()
    with pytest.raises(InvalidTransition):
        review.restore(office.session, revision, by=office.author)


def test_an_old_revision_comes_back_as_a_draft(office):
    old = office.revision(State.SUPERSEDED)
    restored = review.restore(office.session, old, by=office.author)
    assert (restored.state, restored.draft, restored.base_version) == (State.DRAFT, old.draft, old.project.version)


def test_a_projects_id_of_another_project_is_refused(office, sample):
    revision = office.draft(COMPLETE.replace(number="LM.0024"))
    with pytest.raises(ValidationFailed) as why:
        review.submit(office.session, revision, version=revision.version, by=office.author)
    assert [fault.field for fault in why.value.errors] == ["number"]


def test_the_desk_sorts_work_by_whose_turn_it_is(office):
    draft = office.revision(State.DRAFT)
    waiting = office.revision(State.SUBMITTED)
    taken = office.revision(State.IN_REVIEW)
    mine, theirs = (
        revisions.load_desk(office.session, office.author),
        revisions.load_desk(office.session, office.reviewer),
    )
    assert [r.id for r in mine.mine] == [draft.id]
    assert [r.id for r in theirs.waiting] == [waiting.id]
    assert [r.id for r in theirs.with_me] == [taken.id]
    assert [r.id for r in revisions.load_desk(office.session, office.second).with_others] == [taken.id]


def test_every_screen_can_say_whose_turn_it_is(office):
    assert "Rex" in workflow.status_sentence(office.revision(State.IN_REVIEW))
    assert set(workflow.STATUS_SENTENCES) == set(State)


@pytest.mark.parametrize("typed", ["150000", "150,000.00", "150 000.00", "0150000.00"])
def test_an_amount_spelt_another_way_is_no_change(typed, office):
    assert office.draft(COMPLETE.replace(budget=typed)).draft == COMPLETE


def test_what_changes_nothing_is_not_submitted(office):
    project = office.revision(State.PUBLISHED).project
    revision = review.open_change(office.session, project, by=office.other)
    with pytest.raises(ValidationFailed) as why:
        review.submit(office.session, revision, version=revision.version, by=office.other)
    assert [fault.reason for fault in why.value.errors] == ["Nothing differs from the public record."]
    assert revision.state == State.DRAFT
