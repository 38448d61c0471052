"""Publishing takes effect in one transaction; withdrawing removes the record everywhere but keeps its address."""

from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.errors import Conflict, Forbidden, InvalidTransition, ValidationFailed
from portal.models import AuditEvent, Project, ProjectCountry, SlugHistory
from portal.search import Filters, directory, projects
from portal.services.audit import history
from portal.services.editorial import publication, review, revisions
from portal.services.records import published
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE


def titles(**filters):
    from werkzeug.datastructures import MultiDict

    return [listing.title for listing in directory.find(Filters.parse(MultiDict(filters))).projects]


def test_what_is_published_is_found_by_text_and_by_filter(office):
    assert titles(q="recruitment horn") == []
    office.revision(State.PUBLISHED)
    assert titles(q="recruitment horn") == [COMPLETE.title]
    assert titles(country="KEN", type="labour-migration") == [COMPLETE.title]


@pytest.mark.parametrize(
    "state", [State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.RETURNED, State.APPROVED, State.SCHEDULED]
)
def test_what_is_on_its_way_is_found_by_nobody(office, state):
    office.revision(state)
    assert titles(q="recruitment horn") == titles(country="KEN") == []


def test_the_record_says_what_the_draft_said(office):
    project = office.revision(State.PUBLISHED).project
    assert published.draft_from_project(office.session, project) == COMPLETE


def test_the_published_version_stays_up_while_a_change_is_on_its_way(office):
    project = office.revision(State.PUBLISHED).project
    change = review.open_change(office.session, project, by=office.author)
    draft = change.draft.replace(title="Renamed entirely")
    review.save_draft(office.session, change, draft, version=change.version, by=office.author)
    review.submit(office.session, change, version=change.version, by=office.author)
    office.session.commit()
    assert (titles(q="recruitment"), titles(q="renamed")) == ([COMPLETE.title], [])


def test_a_change_takes_the_place_of_what_was_there(office):
    first = office.revision(State.PUBLISHED)
    office.publish_change(first.project, title="Renamed entirely", countries=("UGA",))
    assert first.state == State.SUPERSEDED
    assert (titles(q="recruitment horn"), titles(country="UGA")) == ([], ["Renamed entirely"])
    assert titles(country="KEN") == []


def test_a_change_of_countries_alone_is_a_new_version(office):
    project = office.revision(State.PUBLISHED).project
    before = project.version
    office.publish_change(project, countries=("KEN", "UGA"), coverage="regional")
    assert project.version > before


def test_a_new_projects_id_moves_the_address_and_keeps_the_old_one(office):
    project = office.revision(State.PUBLISHED).project
    old = project.slug
    office.publish_change(project, number="LM.7777")
    assert (project.slug, projects.locate(old).slug) == ("LM.7777", "LM.7777")
    assert office.session.get(SlugHistory, old.casefold()).project_id == project.id


def test_two_records_with_the_same_words_get_two_addresses(office):
    one, two = office.revision(State.PUBLISHED).project, office.revision(State.PUBLISHED).project
    assert one.slug != two.slug


def test_approval_and_record_agree_or_nothing_happens(office):
    project = office.revision(State.PUBLISHED).project
    change = review.open_change(office.session, project, by=office.other)
    draft = change.draft.replace(title="Overtaken")
    review.save_draft(office.session, change, draft, version=change.version, by=office.other)
    review.submit(office.session, change, version=change.version, by=office.other)
    review.claim(office.session, change, by=office.reviewer)
    review.approve(office.session, change, version=change.version, by=office.reviewer)
    office.session.commit()
    office.publish_change(project, title="Quicker")
    with pytest.raises(Conflict):
        publication.publish(office.session, change, by=office.reviewer)
    office.session.rollback()
    assert (change.state, project.title) == (State.APPROVED, "Quicker")


def test_a_withdrawn_record_is_found_by_nobody_and_its_address_says_why(office):
    project = office.revision(State.WITHDRAWN).project
    assert titles(q="recruitment horn") == titles(country="KEN") == []
    notice = published.withdrawal_notice(office.session, project.slug.upper())
    assert (notice.reason, notice.withdrawn_at) == ("Entered by mistake.", project.withdrawn_at)


def test_withdrawing_asks_for_a_reason_and_a_reviewer(office):
    project = office.revision(State.PUBLISHED).project
    with pytest.raises(ValidationFailed):
        publication.withdraw(office.session, project, reason=" \x00 ", by=office.reviewer)
    with pytest.raises(Forbidden):
        publication.withdraw(office.session, project, reason="Mine.", by=office.author)


def test_an_imported_record_is_withdrawn_and_comes_back_by_a_change(office, sample):
    project = published.get_project_by_slug(office.session, "lm.0024")
    publication.withdraw(office.session, project, reason="Wrong budget.", by=office.reviewer)
    office.session.commit()
    assert titles(q="LM.0024") == []
    with pytest.raises(InvalidTransition):
        publication.withdraw(office.session, project, reason="Again.", by=office.reviewer)
    office.publish_change(project, summary="Corrected.")
    assert (len(titles(q="LM.0024")), project.withdrawn_at) == (1, None)


def test_a_set_time_is_kept(office):
    revision = office.revision(State.SCHEDULED)
    assert publication.due_for_publication(office.session) == []
    assert publication.due_for_publication(office.session, now() + timedelta(days=2)) == [revision.id]
    publication.publish(office.session, revision)
    office.session.commit()
    assert (revision.state, titles(q="recruitment horn")) == (State.PUBLISHED, [COMPLETE.title])


def test_the_past_is_no_time_to_publish_at(office):
    revision = office.revision(State.APPROVED)
    with pytest.raises(ValidationFailed):
        publication.schedule(office.session, revision, at=now() - timedelta(seconds=1), by=office.reviewer)


def test_only_a_set_time_publishes_without_a_person(office):
    with pytest.raises(InvalidTransition):
        publication.publish(office.session, office.revision(State.APPROVED))


def test_nothing_is_half_published(office):
    revision = office.revision(State.APPROVED)
    projects = office.session.query(Project).count()
    publication.publish(office.session, revision, by=office.reviewer)
    office.session.rollback()
    assert (revision.state, office.session.query(Project).count()) == (State.APPROVED, projects)
    assert titles(q="recruitment horn") == []
    assert office.session.query(ProjectCountry).count() == 0


def test_the_public_history_says_what_changed_and_names_nobody(office):
    project = office.revision(State.PUBLISHED).project
    office.publish_change(project, budget="99000.00")
    changes = history.public_changes(office.session, project)
    assert [change.kind for change in changes] == ["changed", "published"]
    assert (changes[0].before, changes[0].after) == ({"budget": "150000.00"}, {"budget": "99000.00"})
    assert all(name not in repr(changes) for name in ("Ann", "Rex", "example.org"))


def test_an_imported_record_has_a_history_too(office, sample):
    changes = history.public_changes(office.session, published.get_project_by_slug(office.session, "LM.0024"))
    assert [change.kind for change in changes] == ["published"]


def test_a_record_that_comes_back_says_so(office):
    project = office.revision(State.WITHDRAWN).project
    office.publish_change(project, summary="Corrected.")
    changes = history.public_changes(office.session, project)
    assert [change.kind for change in changes] == ["published again", "withdrawn", "published"]


def test_savings_do_not_drown_the_history(office):
    revision = office.draft()
    for number in range(5):
        draft = COMPLETE.replace(title=f"Title {number}")
        review.save_draft(office.session, revision, draft, version=revision.version, by=office.author)
    assert [event.verb for event in history.revision_events(office.session, revision.id)] == ["draft"]
    assert len(history.revision_events(office.session, revision.id, with_saves=True)) == 6


def test_every_step_to_the_public_is_in_the_trail(office):
    revision = office.revision(State.PUBLISHED)
    events = office.session.query(AuditEvent).filter_by(subject_kind="revision", subject_id=str(revision.id))
    verbs = [(event.verb, event.actor_id) for event in events.order_by(AuditEvent.id)]
    ann, rex = office.author.id, office.reviewer.id
    assert verbs == [("draft", ann), ("submit", ann), ("claim", rex), ("approve", rex), ("publish", rex)]


def test_a_projects_revisions_are_listed_newest_first(office):
    first = office.revision(State.SUPERSEDED)
    listed = revisions.project_revisions(office.session, first.project, office.reviewer)
    assert [revision.state for revision in listed] == [State.PUBLISHED, State.SUPERSEDED]


def test_a_publication_is_dated(office):
    before = now()
    revision = office.revision(State.PUBLISHED)
    assert before <= revision.published_at <= now()


def test_the_trail_says_who_held_a_review_before_and_after_it_was_taken_over(office):
    revision = office.revision(State.IN_REVIEW)
    review.claim(office.session, revision, by=office.second)
    event = history.revision_events(office.session, revision.id)[0]
    assert (event.before, event.after) == ({"claimed_by_id": office.reviewer.id}, {"claimed_by_id": office.second.id})
