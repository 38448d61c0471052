"""A scheduled revision whose record changes first goes back to the reviewers with the reason."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.database.orm import now
from portal.errors import Conflict
from portal.models import AuditEvent, Catalogue
from portal.services.audit import recording
from portal.services.editorial import publication, review, revisions
from portal.vocabulary.workflow import State
from portal.web.review import event_text
from tests.staff_clients import Colleague


def scheduled(office, project):
    """A change by the other author, scheduled for tomorrow."""
    session, change = office.session, office.change(project, title="To come")
    review.claim(session, change, by=office.second)
    review.approve(session, change, version=change.version, by=office.second)
    publication.schedule(session, change, at=now() + timedelta(days=1), by=office.second)
    session.commit()
    return change


@pytest.fixture
def project(office):
    return office.revision(State.PUBLISHED).project


@pytest.fixture
def change(office, project):
    return scheduled(office, project)


def events(office, revision):
    query = select(AuditEvent).where(AuditEvent.verb == "give back", AuditEvent.subject_id == str(revision.id))
    return list(office.session.execute(query).scalars())


def test_another_change_that_is_published_first_takes_it_off_the_schedule(office, project, change):
    was_at = change.publish_at
    first = office.publish_change(project)
    assert (change.state, change.publish_at, change.decided_by_id, change.due_at) == (
        State.SUBMITTED, None, None, was_at,
    )  # fmt: skip
    assert change.schedule_failure.startswith(f"{first.label} was published first")
    assert change in revisions.load_desk(office.session, office.reviewer).waiting
    assert event_text.badge(change) == ("Out of date", "bad")


def test_the_trail_says_who_published_the_other_one(office, project, change):
    office.publish_change(project)
    (event,) = events(office, change)
    assert event.actor_id == office.reviewer.id
    assert "was published first" in event.after["reason"]


def test_withdrawing_the_record_takes_it_off_the_schedule(office, project, change):
    publication.withdraw(office.session, project, reason="Wrong.", by=office.reviewer)
    office.session.commit()
    assert change.state == State.SUBMITTED
    assert change.schedule_failure.startswith("The record was withdrawn")


def test_publishing_itself_or_another_record_leaves_a_schedule_alone(office, project, change):
    office.revision(State.PUBLISHED)
    assert change.state == State.SCHEDULED
    publication.publish(office.session, change, by=office.second)
    office.session.commit()
    assert change.state == State.PUBLISHED
    assert events(office, change) == []


def test_its_author_brings_it_up_to_date_and_it_is_published(office, project, change):
    session = office.session
    office.publish_change(project)
    review.claim(session, change, by=office.reviewer)
    session.commit()
    with pytest.raises(Conflict):
        review.approve(session, change, version=change.version, by=office.reviewer)
    review.return_(session, change, version=change.version, by=office.reviewer, reasons={}, note="See R-2.")
    draft = change.draft.replace(summary=project.summary)
    review.save_draft(session, change, draft, version=change.version, by=office.other, base_version=project.version)
    review.submit(session, change, version=change.version, by=office.other)
    assert change.schedule_failure == ""
    review.claim(session, change, by=office.reviewer)
    review.approve(session, change, version=change.version, by=office.reviewer)
    publication.publish(session, change, by=office.reviewer)
    session.commit()
    assert (project.title, project.summary) == ("To come", "Another summary.")


def test_what_an_import_overtook_goes_back_when_its_time_comes(app, office, project, change):
    session = office.session
    project.summary = "Imported meanwhile."
    session.flush()
    recording.record(session, "import", "project", project.id)
    Catalogue.touch(session, [project.id])
    change.publish_at = now() - timedelta(seconds=1)
    recording.record(session, "schedule", "revision", change.id)
    session.commit()
    result = app.test_cli_runner().invoke(args=["publish-due"])
    assert result.exit_code == 1
    assert f"R-{change.id} was not published, and is back with the reviewers" in result.output
    session.expire_all()
    assert (change.state, project.summary) == (State.SUBMITTED, "Imported meanwhile.")
    assert change.schedule_failure.startswith("The public record was changed")
    assert app.test_cli_runner().invoke(args=["publish-due"]).exit_code == 0


def test_the_page_says_it_was_overtaken(app, session, office, project, change):
    office.publish_change(project)
    page = Colleague(app, session, office.reviewer).visit(f"/staff/revisions/{change.id}")
    assert "was published first" in page.text
    assert "Out of date" in page.text
