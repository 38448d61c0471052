"""Confirming proposed tags: each record is changed once, told of in its history, and can be taken back."""

from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.errors import Conflict, Forbidden, InvalidTransition, NotFound
from portal.models import AuditEvent, Catalogue, Project, ProjectTag
from portal.search import Filters, directory, goals
from portal.services.audit import history, recording
from portal.services.editorial import publication, review, tag_confirmation
from portal.services.editorial.tag_confirmation import MAX_RECORDS, RunVerb, Skipped
from portal.services.operations import terms as term_lists
from portal.services.records import published
from portal.vocabulary.tag_rules import rules_by_name
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE, import_records

RULE = rules_by_name()["sdg-10.7-labour-migration"]
PLAIN = COMPLETE.replace(sdg=(), gcm=())


@pytest.fixture
def project(office):
    return office.revision(State.PUBLISHED).project


@pytest.fixture
def confirm(office):
    """confirm(project, ...) by the reviewer."""

    def go(*projects, by=None, rule=RULE):
        ids = [project.id for project in projects]
        run = tag_confirmation.confirm(office.session, rule, ids, by=by or office.reviewer)
        office.session.commit()
        return run

    return go


@pytest.fixture
def take_back(office):
    def go(run, by=None):
        found = tag_confirmation.get_run(office.session, run.event.id)
        taken_back = tag_confirmation.take_back(office.session, found, by=by or office.reviewer)
        office.session.commit()
        return taken_back

    return go


def stated(office, project):
    return published.draft_from_project(office.session, project).sdg


def selected(code):
    return directory.count_matches(Filters(selected=frozenset({("sdg", code)})))


def test_a_confirmed_tag_is_stated_and_found(office, project, confirm):
    assert (selected("10.7"), selected("10")) == (0, 0)
    run = confirm(project)
    assert (run.verb, run.changed, run.skipped) == (RunVerb.CONFIRM, (project.id,), {})
    assert stated(office, project) == ("8.8", "10.7")
    assert (selected("10.7"), selected("10")) == (1, 1)
    assert goals.proposed_projects({one.term.code: one.term for one in goals.goal_stats("sdg")}["10"], 0, 9).total == 0


def test_the_record_moves_on(office, project, confirm):
    project.changed_at = project.changed_at.replace(year=2020)
    recording.record(office.session, "move", "project", project.id)
    office.session.commit()
    version, catalogue = project.version, office.session.query(Catalogue).one().version
    confirm(project)
    assert (project.version, project.changed_at.year > 2020) == (version + 1, True)
    assert office.session.query(Catalogue).one().version == catalogue + 1


def test_its_history_says_what_became_stated_and_when_but_not_who(office, project, confirm):
    confirm(project)
    change = history.public_changes(office.session, project)[0]
    assert (change.kind, change.before, change.after) == ("changed", {"sdg": ["8.8"]}, {"sdg": ["8.8", "10.7"]})


def test_each_record_has_an_event_of_its_own_and_so_has_the_run(office, confirm):
    two = [office.revision(State.PUBLISHED, COMPLETE.replace(title=title)).project for title in ("One", "Two")]
    last = office.session.query(AuditEvent).count()
    run = confirm(*two)
    events = office.session.query(AuditEvent).order_by(AuditEvent.id)[last:]
    subjects = [(event.verb, event.subject_kind, event.subject_id, event.actor_id) for event in events]
    assert subjects == [
        *(("change", "project", str(each.id), office.reviewer.id) for each in two),
        ("confirm tags", "tag rule", RULE.name, office.reviewer.id),
    ]
    assert tag_confirmation.get_run(office.session, run.event.id) == run


def test_what_changed_meanwhile_is_left_and_told(office, project, confirm):
    tagged = office.revision(State.PUBLISHED, PLAIN.replace(title="Tagged", sdg=("10.7",))).project
    other = office.revision(State.PUBLISHED, PLAIN.replace(title="Other", project_type="durable-solutions")).project
    gone = office.revision(State.WITHDRAWN, PLAIN.replace(title="Gone")).project
    untouched = {each.id: each.version for each in (tagged, other, gone)}
    run = confirm(project, tagged, other, gone)
    assert run.changed == (project.id,)
    assert run.skipped == {
        tagged.id: Skipped.TAGGED,
        other.id: Skipped.OTHER_TYPE,
        gone.id: Skipped.NOT_PUBLIC,
    }
    assert {each.id: each.version for each in (tagged, other, gone)} == untouched
    assert stated(office, gone) == ()


def test_a_record_that_was_deleted_is_not_public(office, project):
    run = tag_confirmation.confirm(office.session, RULE, [project.id, 999_999], by=office.reviewer)
    assert run.skipped == {999_999: Skipped.NOT_PUBLIC}


def test_confirming_twice_changes_nothing_the_second_time(office, project, confirm):
    confirm(project)
    version, catalogue = project.version, office.session.query(Catalogue).one().version
    assert confirm(project).skipped == {project.id: Skipped.TAGGED}
    assert (project.version, office.session.query(Catalogue).one().version) == (version, catalogue)
    assert office.session.query(ProjectTag).filter_by(project_id=project.id).count() == 3


@pytest.mark.parametrize("who", ["author", "other"])
def test_authors_may_not(office, project, confirm, take_back, who):
    with pytest.raises(Forbidden):
        confirm(project, by=getattr(office, who))
    office.session.rollback()
    run = confirm(project)
    with pytest.raises(Forbidden):
        take_back(run, by=getattr(office, who))


def test_a_disabled_reviewer_may_not(office, project, confirm):
    office.reviewer.is_disabled = True
    recording.record(office.session, "disable", "account", office.reviewer.id)
    with pytest.raises(Forbidden):
        confirm(project)


def test_none_and_too_many_are_refused(office):
    for ids in ([], range(1, MAX_RECORDS + 2)):
        with pytest.raises(InvalidTransition, match=f"1 to {MAX_RECORDS}"):
            tag_confirmation.confirm(office.session, RULE, ids, by=office.reviewer)


def test_as_many_as_are_allowed_at_once(session, office):
    row = {"project_type": "Labour Migration"}
    import_records(session, [row | {"project_id": f"L.{n}", "title": f"Record {n}"} for n in range(MAX_RECORDS)])
    ids = [each.id for each in session.query(Project)]
    run = tag_confirmation.confirm(office.session, RULE, ids, by=office.reviewer)
    office.session.commit()
    assert (len(run.changed), selected("10.7")) == (MAX_RECORDS, MAX_RECORDS)


def test_an_open_change_keeps_its_text_and_must_look_again(office, project, confirm):
    change = office.change(project, budget="1.00")
    review.claim(office.session, change, by=office.reviewer)
    review.approve(office.session, change, version=change.version, by=office.reviewer)
    office.session.commit()
    assert tag_confirmation.count_open_changes(office.session, [project.id]) == 1
    confirm(project)
    with pytest.raises(Conflict):
        publication.publish(office.session, change, by=office.reviewer)


def test_a_scheduled_change_goes_back_to_the_reviewers(office, project, confirm):
    change = office.change(project, budget="1.00")
    review.claim(office.session, change, by=office.reviewer)
    review.approve(office.session, change, version=change.version, by=office.reviewer)
    publication.schedule(office.session, change, at=now() + timedelta(days=1), by=office.reviewer)
    office.session.commit()
    confirm(project)
    assert (change.state, "10.7" in change.decisions[-1]["note"]) == (State.SUBMITTED, True)


def test_a_run_can_be_taken_back(office, project, confirm, take_back):
    run = take_back(confirm(project))
    assert (run.verb, run.changed, run.skipped) == (RunVerb.TAKE_BACK, (project.id,), {})
    assert (stated(office, project), selected("10.7")) == (("8.8",), 0)
    change = history.public_changes(office.session, project)[0]
    assert (change.before, change.after) == ({"sdg": ["8.8", "10.7"]}, {"sdg": ["8.8"]})


def test_taking_back_leaves_what_changed_since(office, project, confirm, take_back):
    gone = office.revision(State.PUBLISHED, COMPLETE.replace(title="Gone")).project
    run = confirm(project, gone)
    office.publish_change(project, sdg=("16",))
    publication.withdraw(office.session, gone, reason="Wrong.", by=office.reviewer)
    assert take_back(run).skipped == {project.id: Skipped.NOT_TAGGED, gone.id: Skipped.NOT_PUBLIC}
    assert stated(office, project) == ("16",)


def test_only_a_confirmation_can_be_taken_back(office, project, confirm, take_back):
    with pytest.raises(InvalidTransition):
        take_back(take_back(confirm(project)))


def test_an_event_of_something_else_is_no_run(office, project):
    other = office.session.query(AuditEvent).first()
    for event_id in (other.id, 10**9):
        with pytest.raises(NotFound):
            tag_confirmation.get_run(office.session, event_id)


def test_a_rule_whose_tag_was_merged_gives_the_one_that_took_its_place(session, office, project, confirm):
    former, into = (term_lists.get_term(session(), "sdg", code) for code in ("10.7", "10.c"))
    term_lists.merge(session(), former, into)
    confirm(project)
    assert stated(office, project) == ("8.8", "10.c")


def test_a_rule_whose_tag_was_removed_gives_nothing(session, office, project, confirm):
    term_lists.remove(session(), term_lists.get_term(session(), "gcm", "5"))
    with pytest.raises(NotFound):
        confirm(project, rule=rules_by_name()["gcm-5-labour-migration"])
