"""People who leave: what they held goes back to the queue, what they wrote goes to others, and four eyes hold."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from portal.errors import Conflict, Forbidden, InvalidTransition, NotFound, ValidationFailed
from portal.models import AuditEvent
from portal.services.accounts import administration, sessions
from portal.services.editorial import handover, review, revisions, workflow
from portal.services.editorial.field_marks import FieldDecisions
from portal.vocabulary.workflow import OPEN_STATES, Role, State
from portal.web.review.desk_page import queues
from tests.factories import COMPLETE


def hand_over(office, revision, to, by=None):
    return handover.hand_over(office.session, revision, to.id, version=revision.version, by=by or office.administrator)


def leave(office, account, how):
    if how == "disabled":
        administration.disable(office.session, account, by=office.administrator)
    else:
        _, proof = sessions.start(office.session, office.administrator)
        administration.change_role(office.session, account, Role.AUTHOR, by=office.administrator, auth_session=proof)
    office.session.commit()


def last_event(office, revision):
    query = select(AuditEvent).where(AuditEvent.subject_kind == "revision", AuditEvent.subject_id == str(revision.id))
    return office.session.execute(query.order_by(AuditEvent.id.desc()).limit(1)).scalar_one()


@pytest.mark.parametrize("how", ["disabled", "demoted"])
def test_a_reviewer_who_leaves_gives_back_what_they_hold(office, how):
    revision = office.revision(State.IN_REVIEW)
    due = revision.due_at
    review.save_field_decisions(
        office.session, revision, FieldDecisions(accepted=("title",)), version=revision.version, by=office.reviewer
    )
    leave(office, office.reviewer, how)
    assert (revision.state, revision.claimed_by_id, revision.claimed_at) == (State.SUBMITTED, None, None)
    assert (revision.due_at, set(revision.field_reviews)) == (due, {"title"})
    event = last_event(office, revision)
    assert (event.verb, event.actor_id) == ("release", office.administrator.id)
    assert "Rex" in event.after["reason"]
    desk = queues(revisions.load_desk(office.session, office.second), office.second)
    assert revision in desk["review"]


def test_a_reviewer_who_becomes_administrator_keeps_their_reviews(office):
    revision = office.revision(State.IN_REVIEW)
    _, proof = sessions.start(office.session, office.administrator)
    administration.change_role(
        office.session, office.reviewer, Role.ADMINISTRATOR, by=office.administrator, auth_session=proof
    )
    assert revision.claimed_by_id == office.reviewer.id


def test_what_a_disabled_reviewer_still_holds_is_in_the_queue(office):
    """As in a database from before reviews were given back."""
    revision = office.revision(State.IN_REVIEW)
    office.reviewer.is_disabled = True
    assert workflow.holder_id(revision) is None
    desk = queues(revisions.load_desk(office.session, office.second), office.second)
    assert revision in desk["review"]
    office.session.rollback()


def test_the_draft_of_a_disabled_author_is_seen_by_administrators_alone(office):
    revision = office.draft()
    leave(office, office.author, "disabled")
    assert {name for name, account in office.everyone.items() if office.sees(account, revision)} == {"administrator"}
    assert "disabled" in workflow.status_sentence(revision)
    desk = revisions.load_desk(office.session, office.administrator)
    assert (desk.without_author, desk.mine) == ((revision,), ())
    assert revisions.load_desk(office.session, office.reviewer).without_author == ()


@pytest.mark.parametrize("state", OPEN_STATES, ids=str)
def test_open_work_goes_to_another_author_with_an_event(office, state):
    revision = office.revision(state)
    leave(office, office.author, "disabled")
    hand_over(office, revision, office.other)
    office.session.commit()
    assert (revision.state, revision.author_id, revision.previous_author_id) == (
        state, office.other.id, office.author.id,
    )  # fmt: skip
    event = last_event(office, revision)
    assert (event.verb, event.before["author"], event.after["author"]) == ("hand over", "Ann", "Olu")
    assert handover.recent_hand_overs(office.session, office.other) == [revision]
    assert handover.recent_hand_overs(office.session, office.author) == [revision]
    assert handover.recent_hand_overs(office.session, office.reviewer) == []


@pytest.mark.parametrize("state", [State.PUBLISHED, State.DISCARDED, State.WITHDRAWN, State.SUPERSEDED], ids=str)
def test_closed_work_is_not_handed_over(office, state):
    revision = office.revision(state)
    with pytest.raises(NotFound):
        handover.get_open_revision(office.session, revision.id, by=office.administrator)


def test_only_administrators_hand_over(office):
    revision = office.revision(State.SUBMITTED)
    for account in (office.author, office.other, office.reviewer):
        with pytest.raises(Forbidden):
            hand_over(office, revision, office.other, by=account)
        with pytest.raises(Forbidden):
            handover.get_open_revision(office.session, revision.id, by=account)


def test_neither_the_former_nor_the_new_author_may_approve(office):
    revision = office.revision(State.SUBMITTED)
    office.author.role = Role.REVIEWER
    hand_over(office, revision, office.second)
    with pytest.raises(Forbidden):
        review.claim(office.session, revision, by=office.second)
    review.claim(office.session, revision, by=office.author)
    assert workflow.Action.APPROVE not in workflow.allowed_actions(revision, office.author)
    with pytest.raises(Forbidden):
        review.approve(office.session, revision, version=revision.version, by=office.author)
    office.session.rollback()


def test_the_former_author_counts_only_where_their_text_stands(office):
    revision = office.draft()
    hand_over(office, revision, office.other)
    draft = revision.draft.replace(title="By Olu")
    review.save_draft(office.session, revision, draft, version=revision.version, by=office.other)
    assert "title" not in revision.field_editors
    assert revision.field_editors["summary"][0]["by"] == office.author.id


def test_whoever_reviews_or_approved_is_no_candidate(office):
    in_review, approved = office.revision(State.IN_REVIEW), office.revision(State.APPROVED)
    for revision in (in_review, approved):
        assert office.reviewer not in handover.candidates(office.session, revision)
        with pytest.raises(ValidationFailed):
            hand_over(office, revision, office.reviewer)
    assert office.second in handover.candidates(office.session, approved)


def test_nobody_gets_a_second_open_change_of_one_record(office):
    project = office.revision(State.PUBLISHED, COMPLETE).project
    office.change(project, title="By Olu")
    mine = review.open_change(office.session, project, by=office.author)
    office.session.commit()
    assert office.other not in handover.candidates(office.session, mine)


def test_fields_that_the_new_author_accepted_are_open_again(office):
    revision = office.revision(State.IN_REVIEW)
    review.save_field_decisions(
        office.session, revision, FieldDecisions(accepted=("title",)), version=revision.version, by=office.reviewer
    )
    review.release(office.session, revision, by=office.reviewer)
    hand_over(office, revision, office.reviewer)
    assert revision.field_reviews == {}


def test_a_page_of_before_does_not_hand_over(office):
    revision = office.revision(State.SUBMITTED)
    with pytest.raises(Conflict):
        handover.hand_over(
            office.session, revision, office.other.id, version=revision.version - 1, by=office.administrator
        )


def test_the_database_refuses_another_author_without_the_name_of_the_former(office):
    revision = office.draft()
    revision.author_id = office.other.id
    with pytest.raises(IntegrityError):
        office.session.flush()
    office.session.rollback()


def test_giving_back_says_which_reviews_are_back(office):
    held = [office.revision(State.IN_REVIEW), office.revision(State.IN_REVIEW)]
    office.revision(State.SUBMITTED)
    assert handover.release_reviews(office.session, office.reviewer, reason="Away.", by=None) == tuple(held)


def test_a_review_that_was_saved_by_another_request_is_given_back(office):
    revision = office.revision(State.IN_REVIEW)
    saved = text("UPDATE revision SET version = version + 1, note = 'Read.' WHERE id = :id")
    assert revision.note == ""
    office.session.execute(saved, {"id": revision.id})
    handover.release_reviews(office.session, office.reviewer, reason="Away.", by=None)
    assert (revision.state, revision.note) == (State.SUBMITTED, "Read.")


def test_work_that_another_request_discarded_is_not_handed_over(office):
    revision = office.draft()
    version = revision.version
    office.session.execute(text("UPDATE revision SET state = 'discarded' WHERE id = :id"), {"id": revision.id})
    with pytest.raises(InvalidTransition):
        handover.hand_over(office.session, revision, office.other.id, version=version, by=office.administrator)


def test_what_was_handed_over_has_its_new_author_at_once(office):
    revision = office.draft()
    assert revision.author == office.author
    handed = hand_over(office, revision, office.other)
    assert (handed.author, handed.previous_author) == (office.other, office.author)
