"""What keeps a draft from being submitted: an ID that another project has, a value that no list holds."""

import pytest

from portal.models import Project
from portal.services.records import published, submission_checks
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE, Office
from tests.loops import not_empty


@pytest.fixture
def office(session):
    return Office(session())


@pytest.fixture
def named(session):
    """The fields that a draft is refused for."""

    def named(project_id=None, **changes):
        found = submission_checks.find_errors(session(), COMPLETE.replace(**changes), project_id=project_id)
        return [fault.field for fault in found]

    return named


@pytest.mark.parametrize("number", ["LM.0024", "lm.0024", "Lm.0024"])
def test_a_projects_id_belongs_to_one_project_however_it_is_spelt(office, named, number):
    office.revision(State.PUBLISHED, COMPLETE.replace(number="LM.0024"))
    assert named(number=number) == ["number"]


def test_another_spelling_of_its_own_projects_id_is_no_fault(office, named):
    project = office.revision(State.PUBLISHED, COMPLETE.replace(number="LM.0024")).project
    assert named(project.id, number="lm.0024") == []


def test_an_id_that_only_shares_its_address_is_another_one(office, named):
    office.revision(State.PUBLISHED, COMPLETE.replace(number="LM/0024"))
    assert named(number="LM 0024") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("funding_line", "{{7*7}}"),
        ("funding_line", "line 1"),
        ("countries", ("Ghana",)),
        ("countries", ("GHA;TGO",)),
        ("countries", ("gha",)),
        ("other_countries", ("Togo",)),
        ("status", "Completed"),
        ("project_type", "Labour Migration"),
        ("sdg", ("8;8.8",)),
        ("gcm", ("6;7",)),
    ],
)
def test_what_the_lists_do_not_have_is_one_fault_at_its_field(named, field, value):
    assert named(**{field: value}) == [field]


@pytest.fixture
def older(office, session):
    """A record from a file, with a line of funding that no list has."""
    project = office.revision(State.PUBLISHED).project
    project.funding_line = "Line 1 (pilot)"
    session.flush()
    return project


def test_a_value_that_the_record_holds_already_may_stay(named, older):
    assert named(older.id, title="Another title", funding_line="Line 1 (pilot)") == []


def test_a_value_that_another_record_holds_is_not_taken_over(named, older):
    assert named(funding_line="Line 1 (pilot)") == ["funding_line"]


def test_every_record_of_the_sample_can_be_changed(sample, session):
    for project in not_empty(session.query(Project).limit(20)):
        draft = published.draft_from_project(session(), project)
        found = submission_checks.find_errors(session(), draft, project_id=project.id)
        assert [fault for fault in found if "list" in fault.reason] == []
