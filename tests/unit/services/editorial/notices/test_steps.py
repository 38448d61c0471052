"""Who is told of which step: those whom it concerns, once, with what they need to know, and nobody of their own."""

from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.models import OutboxMessage
from portal.services.accounts import administration
from portal.services.editorial import handover, publication, review
from portal.services.editorial.notices import texts
from portal.vocabulary.mail import MailKind
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE
from tests.loops import not_empty

REVIEWERS = ["ada@example.org", "rex@example.org", "sue@example.org"]


@pytest.fixture
def told(office, outbox):
    """told() are the letters since it was asked last, as {(address, kind): text}."""
    seen = [0]

    def ask():
        office.session.commit()
        letters = outbox()
        new = letters[seen[0] :]
        seen[0] = len(letters)
        found = {(letter.to, letter.kind): f"{letter.subject}\n\n{letter.text}" for letter in new}
        assert len(found) == len(new)
        return found

    return ask


def bring(office, told, state):
    revision = office.revision(state)
    told()
    return revision


def everybody(found):
    return sorted(to for to, _ in found)


def kinds(found):
    return {kind for _, kind in found}


def test_a_submission_waits_for_everybody_who_may_review_it(office, told):
    revision = bring(office, told, State.DRAFT)
    review.submit(office.session, revision, version=revision.version, by=office.author)
    found = told()
    assert (everybody(found), kinds(found)) == (REVIEWERS, {MailKind.WAITS})
    text = found["rex@example.org", MailKind.WAITS]
    subject = f"{revision.label} waits for your review: {COMPLETE.title}"
    assert text.startswith(f"{subject}\n\nDear Rex,\n\n{revision.label} “{COMPLETE.title}” by Ann waits")
    assert f"by Ann waits for your review. It is due on {revision.due_at:%Y-%m-%d}." in text
    assert f"http://127.0.0.1:8000/staff/revisions/{revision.id}\n" in text


def test_nobody_is_told_of_their_own_submission(office, told):
    revision = office.draft_by(office.reviewer)
    review.submit(office.session, revision, version=revision.version, by=office.reviewer)
    assert everybody(told()) == ["ada@example.org", "sue@example.org"]


def test_what_comes_back_says_every_reason(office, told):
    revision = bring(office, told, State.IN_REVIEW)
    reasons = {"title": "Too short.", "countries": "Which ones?"}
    review.return_(
        office.session, revision, version=revision.version, by=office.reviewer, reasons=reasons, note="Nearly there."
    )
    found = told()
    assert list(found) == [("ann@example.org", MailKind.RETURNED)]
    text = found["ann@example.org", MailKind.RETURNED]
    assert "Rex returned" in text
    assert "\n\nTitle: Too short.\n\nBenefiting member states: Which ones?\n\nNote: Nearly there.\n\n" in text


def test_approval_and_publication_are_told_to_the_author(office, told):
    revision = bring(office, told, State.IN_REVIEW)
    review.approve(office.session, revision, version=revision.version, by=office.reviewer, note="Well done.")
    approved = told()
    assert list(approved) == [("ann@example.org", MailKind.APPROVED)]
    assert "Note: Well done." in approved["ann@example.org", MailKind.APPROVED]
    project = publication.publish(office.session, revision, by=office.second)
    published = told()
    assert list(published) == [("ann@example.org", MailKind.PUBLISHED)]
    assert f"/projects/{project.slug}\n" in published["ann@example.org", MailKind.PUBLISHED]
    assert "is published by Sue" in published["ann@example.org", MailKind.PUBLISHED]


def test_a_publication_at_its_time_is_told(office, told):
    revision = bring(office, told, State.SCHEDULED)
    publication.publish(office.session, revision)
    assert "as scheduled" in told()["ann@example.org", MailKind.PUBLISHED]


def approved(office, project, by):
    """An approved change of a project by this account."""
    revision = review.open_change(office.session, project, by=by)
    draft = revision.draft.replace(summary=f"As {by.name} has it.")
    review.save_draft(office.session, revision, draft, version=revision.version, by=by)
    review.submit(office.session, revision, version=revision.version, by=by)
    review.claim(office.session, revision, by=office.reviewer)
    review.approve(office.session, revision, version=revision.version, by=office.reviewer)
    office.session.commit()
    return revision


def test_who_is_replaced_is_told_by_whom(office, told):
    live = bring(office, told, State.PUBLISHED)
    newer = approved(office, live.project, office.other)
    told()
    publication.publish(office.session, newer, by=office.second)
    found = told()
    assert sorted(found) == [("ann@example.org", MailKind.OVERTAKEN), ("olu@example.org", MailKind.PUBLISHED)]
    assert f"{newer.label} by Olu replaced it" in found["ann@example.org", MailKind.OVERTAKEN]


def test_who_replaces_their_own_is_not_told_so(office, told):
    live = bring(office, told, State.PUBLISHED)
    office.publish_change(live.project)
    assert MailKind.OVERTAKEN not in kinds(told())


def test_an_open_change_of_a_record_that_changes_is_overtaken(office, told):
    live = bring(office, told, State.PUBLISHED)
    open_change = office.change(live.project, budget="1.00")
    told()
    office.publish_change(live.project)
    found = told()
    assert f"{open_change.label} “{COMPLETE.title}” was overtaken" in found["olu@example.org", MailKind.OVERTAKEN]


def test_a_schedule_that_is_overtaken_is_told_to_its_author_and_waits_again(office, told):
    live = bring(office, told, State.PUBLISHED)
    scheduled = approved(office, live.project, office.other)
    publication.schedule(office.session, scheduled, at=now() + timedelta(days=3), by=office.reviewer)
    told()
    faster = approved(office, live.project, office.author)
    told()
    publication.publish(office.session, faster, by=office.reviewer)
    found = told()
    assert "It was not published." in found["olu@example.org", MailKind.OVERTAKEN]
    assert "It was not published." in found["sue@example.org", MailKind.WAITS]


def test_a_review_that_somebody_takes_over_is_told_to_who_had_it(office, told):
    revision = bring(office, told, State.IN_REVIEW)
    review.claim(office.session, revision, by=office.second)
    found = told()
    assert list(found) == [("rex@example.org", MailKind.TAKEN_OVER)]
    assert "Sue took over the review" in found["rex@example.org", MailKind.TAKEN_OVER]


def test_a_first_claim_tells_nobody(office, told):
    revision = bring(office, told, State.SUBMITTED)
    review.claim(office.session, revision, by=office.reviewer)
    assert told() == {}


def test_a_revision_that_is_handed_over_is_told_to_both(office, told):
    revision = bring(office, told, State.RETURNED)
    handover.hand_over(office.session, revision, office.other.id, version=revision.version, by=office.administrator)
    found = told()
    assert sorted(found) == [("ann@example.org", MailKind.TAKEN_OVER), ("olu@example.org", MailKind.TAKEN_OVER)]
    assert "over from Ann to you" in found["olu@example.org", MailKind.TAKEN_OVER]
    assert f"/staff/revisions/{revision.id}" in found["olu@example.org", MailKind.TAKEN_OVER]
    # It is not on the desk of the former author any more.
    assert f"/staff/revisions/{revision.id}" not in found["ann@example.org", MailKind.TAKEN_OVER]


def test_a_review_that_is_given_back_waits_for_the_others(office, told):
    revision = bring(office, told, State.IN_REVIEW)
    review.release(office.session, revision, by=office.reviewer)
    assert everybody(told()) == ["ada@example.org", "sue@example.org"]


def test_the_reviews_of_a_reviewer_who_leaves_wait_again(office, told):
    bring(office, told, State.IN_REVIEW)
    administration.disable(office.session, office.reviewer, by=office.administrator)
    found = told()
    assert everybody(found) == ["sue@example.org"]
    assert "The account of Rex was disabled." in found["sue@example.org", MailKind.WAITS]


def test_a_step_that_is_undone_tells_nobody(office, told):
    revision = bring(office, told, State.DRAFT)
    review.submit(office.session, revision, version=revision.version, by=office.author)
    office.session.rollback()
    assert told() == {}


def test_without_mail_no_step_stores_any(office):
    office.revision(State.SUPERSEDED)
    assert office.session.query(OutboxMessage).count() == 0


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", "{{7*7}} %s {0}", "Bcc: all@example.org"])
def test_what_is_typed_stays_text(title, office, told):
    office.revision(State.SUBMITTED, COMPLETE.replace(title=title))
    for text in not_empty(told().values()):
        assert title in text


def test_every_field_of_a_record_has_a_label():
    labels = {name: texts.field_label(name) for name in COMPLETE.as_json()}
    assert {name for name, label in labels.items() if label == name} == set()
