"""portal sample --remove after staff have worked on samples: none is public any more, and no revision is lost."""

import pytest

from portal.cli.database import SAMPLE_FILE
from portal.models import AuditEvent, Project, Revision
from portal.search.fulltext import text_index
from portal.search.index import current
from portal.services.audit import history
from portal.services.editorial import publication, review
from portal.services.imports import Report, import_file
from portal.services.operations.sample import remove_sample
from portal.vocabulary.workflow import State
from tests.factories import Office

NUMBER = "LM.0024"


@pytest.fixture
def office(session, sample):
    return Office(session())


@pytest.fixture
def project(session, sample):
    return session.query(Project).filter_by(reference=NUMBER).one()


@pytest.fixture
def draft(office, project):
    """A change of a sample record with edited content."""
    revision = review.open_change(office.session, project, by=office.author)
    typed = revision.draft.replace(summary="What Ann typed.")
    review.save_draft(office.session, revision, typed, version=revision.version, by=office.author)
    office.session.commit()
    return revision


def removed(session):
    removal = remove_sample(session())
    session.commit()
    return removal


def imported(session, **options):
    report = Report()
    import_file(session(), SAMPLE_FILE, report=report, **options)
    session.commit()
    return report


@pytest.mark.parametrize("state", [State.DRAFT, State.DISCARDED])
def test_what_staff_typed_is_kept_and_its_record_withdrawn(session, office, project, draft, state):
    if state == State.DISCARDED:
        review.discard(session(), draft, by=office.author)
    before = dict(draft.payload)
    assert removed(session) == (99, 1)
    session.expire_all()
    assert (draft.state, draft.payload, draft.project_id) == (state, before, project.id)
    assert (project.published_at, project.withdrawn_reason) == (None, "It was a sample.")


def test_no_sample_is_public_or_found_after_it(session, draft):
    removed(session)
    snapshot = current.current_snapshot()
    assert (snapshot.sample_count, len(snapshot.index.all_rows)) == (0, 0)
    assert text_index.find_stale_documents(session()) == []


def test_the_trail_keeps_all_and_says_that_the_operator_took_it_back(session, project, draft):
    before = [event.id for event in session.query(AuditEvent).order_by(AuditEvent.id)]
    removed(session)
    events = session.query(AuditEvent).order_by(AuditEvent.id).all()
    assert [event.id for event in events][: len(before)] == before
    recorded = [(event.actor, event.verb, event.subject_id) for event in events[len(before) :]]
    assert ("the portal", "withdraw", str(project.id)) in recorded
    assert ("the portal", "remove sample", "sample") in recorded


def test_the_address_says_that_it_was_a_sample(session, draft, visit):
    removed(session)
    assert "It was a sample." in visit(f"/projects/{NUMBER}", status=410).text


def test_a_draft_of_it_can_still_become_public(session, office, project, draft):
    removed(session)
    session.expire_all()
    review.save_draft(
        session(), draft, draft.draft, version=draft.version, by=office.author, base_version=project.version
    )
    for act, by in ((review.submit, office.author), (review.claim, office.reviewer), (review.approve, office.reviewer)):
        act(session(), draft, by=by, **({} if act is review.claim else {"version": draft.version}))
    publication.publish(session(), draft, by=office.reviewer)
    session.commit()
    assert (project.is_sample, project.summary, project.withdrawn_reason) == (False, "What Ann typed.", "")


def test_a_second_time_finds_nothing_to_do(session, draft):
    removed(session)
    assert removed(session) == (0, 0)


def test_a_scheduled_change_goes_back_to_the_reviewers(session, office, project):
    revision = office.change(project, summary="Another summary.")
    review.claim(session(), revision, by=office.reviewer)
    review.approve(session(), revision, version=revision.version, by=office.reviewer)
    session.execute(Revision.__table__.update().where(Revision.id == revision.id).values(state=State.SCHEDULED))
    session.expire_all()
    assert remove_sample(session()) == (99, 1)
    assert revision.state == State.SUBMITTED


def test_a_real_record_of_the_same_id_is_public_after_it(session, project, draft):
    removed(session)
    report = imported(session)
    assert (report.added, report.changed) == (99, 1)
    session.expire_all()
    assert (project.is_sample, project.published_at is None, project.withdrawn_reason) == (False, False, "")
    assert project.id in text_index.match(session(), "georgian").all
    assert history.public_changes(session(), project)[0].kind == "published again"
    assert imported(session).unchanged == 100


def test_a_record_that_a_reviewer_withdrew_does_not_come_back_with_a_file(session, office, project):
    publication.withdraw(session(), project, reason="Entered twice.", by=office.reviewer)
    imported(session)
    session.expire_all()
    assert (project.is_sample, project.published_at) == (False, None)


@pytest.mark.usefixtures("draft")
def test_the_command_says_how_many_of_each(app, session):
    result = app.test_cli_runner().invoke(args=["sample", "--remove"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("99 sample records removed.\n1 more were withdrawn")


def test_the_demonstration_does_not_stand_in_the_way(app, session):
    for words in (["sample"], ["demo"], ["sample", "--remove"], ["demo"], ["sample"]):
        result = app.test_cli_runner().invoke(args=words)
        assert result.exit_code == 0, result.output
    assert "100 unchanged" not in result.output
    assert current.current_snapshot().sample_count == 100
