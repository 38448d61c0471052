"""What keeps a draft from being submitted: an ID that another project has, a value that no list holds."""

import pytest

from portal.errors import ValidationFailed
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


@pytest.fixture
def said(session):
    """said(**changes) is what a draft is refused for, as (field, reason, advice)."""

    def said(**changes):
        errors = submission_checks.find_errors(session(), COMPLETE.replace(**changes))
        return [(error.field, error.reason, error.advice) for error in errors]

    return said


@pytest.mark.parametrize("field", submission_checks.REQUIRED_FIELDS)
def test_what_is_missing_is_asked_for(said, field):
    empty = () if field == "countries" else ""
    ((name, reason, advice),) = said(**{field: empty})
    assert name == field
    assert reason in ("This field is empty.", "The title is empty.")
    assert advice == submission_checks.REQUIRED_FIELDS[field]


def test_a_global_project_need_not_name_a_country(named):
    assert named(coverage="global", countries=()) == []


def test_all_that_is_missing_is_said_in_the_order_of_the_fields(named):
    assert named(summary="", title="", budget="x", year="", status="") == [
        "title", "summary", "year", "budget", "status",
    ]  # fmt: skip


TOO_MANY = tuple(f"X{number}" for number in range(251))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"title": "x" * 301}, ("title", "The text is longer than 300 characters.", "Shorten it.")),
        ({"summary": "x" * 20_001}, ("summary", "The text is longer than 20,000 characters.", "Shorten it.")),
        (
            {"language": "e"},
            ("language", "'e' is not a language.", "Enter its name (French) or its code (fr), or leave it empty."),
        ),
        ({"gcm": TOO_MANY}, ("gcm", "More than 250 are selected.", "Remove some.")),
        (
            {"funding_line": "Line 9"},
            ("funding_line", "Line 9 is not in the list.", "Choose from the list."),
        ),
    ],
)
def test_limits_are_said(said, changes, error):
    assert said(**changes)[-1] == error


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "x" * 300},
        {"summary": "x" * 20_000},
        {"language": "fr"},
        {"title_language": "pt-BR"},
        {"title_language": ""},
    ],
)
def test_what_is_just_within_a_limit_may_be_submitted(named, changes):
    assert named(**changes) == []


def test_the_other_project_with_the_id_is_named(office, said):
    office.revision(State.PUBLISHED, COMPLETE.replace(number="LM.0024"))
    assert said(number="lm.0024") == [
        ("number", "The Projects ID lm.0024 belongs to another project.", "Correct it, or change LM.0024 instead.")
    ]


def test_a_faulty_draft_makes_no_values(session):
    with pytest.raises(ValidationFailed):
        submission_checks.build_values(session(), COMPLETE.replace(year="soon"))
    values = submission_checks.build_values(session(), COMPLETE)
    assert (values.title, values.summary, values.budget) == (COMPLETE.title, COMPLETE.summary, 15_000_000)


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ({"title": " A \u200b title "}, {"title": "A title"}),
        ({"budget": "64,240.5"}, {"budget": "64240.50"}),
        ({"budget": "a  lot"}, {"budget": "a lot"}),
        ({"countries": ("KEN", " KEN ", "", "UGA")}, {"countries": ("KEN", "UGA")}),
        ({"summary": "One.\n\n\n\nTwo.  "}, {"summary": "One.\n\nTwo."}),
    ],
)
def test_a_draft_is_cleaned(typed, clean):
    assert submission_checks.clean_draft(COMPLETE.replace(**typed)) == COMPLETE.replace(**clean)


def test_every_record_of_the_sample_can_be_changed(sample, session):
    for project in not_empty(session.query(Project).limit(20)):
        draft = published.draft_from_project(session(), project)
        found = submission_checks.find_errors(session(), draft, project_id=project.id)
        assert [fault for fault in found if "list" in fault.reason] == []
