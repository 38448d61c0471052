"""Updates that are held back until they are asked for."""

import csv

import pytest

from portal.errors import InvalidTransition, NotFound
from portal.models import AuditEvent, ImportChange, Project, SlugHistory
from portal.search.fulltext import text_index
from portal.services.editorial import review
from portal.services.imports import Report, import_file
from portal.services.imports.header import KNOWN_COLUMNS, REQUIRED_COLUMNS
from portal.services.imports.runs.undo import undo_run
from portal.services.operations.sample import remove_sample
from portal.services.records import published
from tests.factories import make_account

ROW = {
    "project_id": "XX.1",
    "title": "Alpha training",
    "budget_usd": "50000",
    "year": "2019",
    "benefiting_member_states": "Kenya",
    "summary": "First.",
    "sdg": "10.7",
    "title_language": "fr",
    "language": "es",
}
FURTHER = {
    "prima_id": "PR.7", "source_url": "https://example.org/a", "other_countries": "Ghana; Togo", "gcm": "5",
    "funding_line": "Line 1",
}  # fmt: skip


@pytest.fixture
def held(session):
    """held() is all that the one record states, as a file would."""
    return lambda: published.draft_from_project(session(), session.query(Project).one())


@pytest.fixture
def take(session, tmp_path):
    def run(row, *, columns=KNOWN_COLUMNS, **options):
        path, report = tmp_path / "in.csv", Report()
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerow(row)
        import_file(session(), path, report=report, **options)
        return report

    return run


@pytest.mark.parametrize(
    "column", ["budget_usd", "year", "benefiting_member_states", "summary", "sdg", "title_language", "language"]
)
def test_an_update_that_empties_a_public_field_is_held_back_with_its_value(take, column):
    take(ROW)
    report = take(ROW | {column: ""})
    assert (report.changed, report.refused) == (0, 1)
    issue = report.first_issues[0]
    assert (issue.column, "--allow-emptying" in issue.advice) == (column, True)
    assert take(ROW | {column: ""}, allow_emptying=True).changed == 1


def test_an_update_that_empties_the_other_countries_is_held_back(take):
    take(ROW | {"other_countries": "Ghana; Togo"})
    (issue,) = take(ROW | {"other_countries": ""}).first_issues
    assert (issue.column, "XX.1 states Ghana; Togo" in issue.reason) == ("other_countries", True)


def test_other_countries_that_all_became_benefiting_ones_are_still_stated(take, held):
    take(ROW | {"other_countries": "Ghana"})
    assert take(ROW | {"benefiting_member_states": "Kenya; Ghana", "other_countries": ""}).changed == 1
    assert (held().countries, held().other_countries) == (("GHA", "KEN"), ())


def test_a_benefiting_state_that_became_another_country_is_held_back(take):
    take(ROW)
    (issue,) = take(ROW | {"benefiting_member_states": "", "other_countries": "Kenya"}).first_issues
    assert (issue.column, issue.kind) == ("benefiting_member_states", "refused")


def test_an_update_of_title_and_countries_at_once_is_held_back_with_both_versions(take, session):
    take(ROW)
    other = ROW | {"title": "Beta research", "benefiting_member_states": "Ghana"}
    report = take(other)
    assert (report.changed, report.refused) == (0, 1)
    said = " ".join(map(str, report.first_issues))
    assert all(text in said for text in ("Alpha training", "Beta research", "Kenya", "Ghana", "--allow-replacing"))
    assert session.query(Project.title).one() == ("Alpha training",)
    assert take(other, allow_replacing=True).changed == 1


@pytest.mark.parametrize("change", [{"title": "Renamed"}, {"benefiting_member_states": "Ghana"}, {"budget_usd": "0"}])
def test_an_ordinary_update_is_stored(take, change):
    take(ROW)
    assert take(ROW | change).changed == 1


def test_a_language_that_earlier_versions_assumed_may_go(take):
    take(ROW | {"language": "en", "title_language": "en"})
    assert take(ROW | {"language": "", "title_language": ""}).changed == 1


@pytest.mark.parametrize("project_id", ["XX.1", ""])
def test_a_column_that_the_file_lacks_empties_nothing(take, session, held, project_id):
    take(ROW | FURTHER | {"project_id": project_id})
    before = held()
    assert take(ROW | {"project_id": project_id}, columns=REQUIRED_COLUMNS).unchanged == 1
    report = take(ROW | {"project_id": project_id, "budget_usd": "7"}, columns=REQUIRED_COLUMNS)
    assert (report.changed, report.refused) == (1, 0)
    assert held() == before.replace(budget="7.00")
    assert text_index.match(session(), "PR.7").all.size == text_index.match(session(), "Togo").all.size == 1
    assert take(ROW | FURTHER | {"project_id": project_id, "budget_usd": "7"}).unchanged == 1


def test_a_country_that_moves_between_the_lists_is_in_one(take, held):
    take(ROW | {"other_countries": "Ghana; Togo"})
    take(ROW | {"benefiting_member_states": "Kenya; Ghana"}, columns=REQUIRED_COLUMNS)
    assert (held().countries, held().other_countries) == (("GHA", "KEN"), ("TGO",))


def test_a_run_is_undone_where_nobody_has_changed_the_record_since(take, session):
    first = take(ROW)
    second = take(ROW | {"title": "Renamed", "budget_usd": "1", "summary": "New."})
    assert undo_run(session(), second.run_id)[:2] == (1, 0)
    project = session.query(Project).one()
    assert (project.title, str(project.budget), project.summary) == ("Alpha training", "50000.00", "First.")
    assert text_index.find_stale_documents(session()) == []
    with pytest.raises(InvalidTransition):
        undo_run(session(), second.run_id)
    # The record has changed since the first run.
    assert undo_run(session(), first.run_id) == (0, 0, 0, 1)
    assert session.query(AuditEvent).filter_by(verb="undo import").count() == 2


def test_an_added_record_is_removed_and_a_later_change_survives(take, session):
    run = take(ROW)
    assert undo_run(session(), run.run_id) == (0, 1, 0, 0)
    assert session.query(Project).count() == 0
    with pytest.raises(NotFound):
        undo_run(session(), 999)


def test_an_added_record_with_a_revision_is_withdrawn(take, session):
    run = take(ROW)
    project = session.query(Project).one()
    review.open_change(session(), project, by=make_account(session()))
    assert undo_run(session(), run.run_id) == (0, 0, 1, 0)
    session.expire_all()
    assert (project.published_at, project.withdrawn_reason) == (None, "The import that added this record was undone.")
    assert text_index.find_stale_documents(session()) == []
    assert session.query(AuditEvent).filter_by(verb="withdraw", subject_id=str(project.id)).count() == 1


def test_a_record_that_got_an_id_gets_its_address_back(take, session):
    take(ROW | {"project_id": ""})
    slug = session.query(Project.slug).scalar()
    second = take(ROW)
    assert session.query(Project.slug).scalar() == "XX.1"
    assert undo_run(session(), second.run_id) == (1, 0, 0, 0)
    project = session.query(Project).one()
    assert (project.slug, project.reference) == (slug, None)
    assert session.query(SlugHistory).filter_by(slug_folded=slug).count() == 0
    assert take(ROW | {"project_id": ""}).unchanged == 1


def test_a_sample_record_that_was_withdrawn_is_withdrawn_again(take, session):
    take(ROW, is_sample=True)
    review.open_change(session(), session.query(Project).one(), by=make_account(session()))
    assert remove_sample(session()) == (0, 1)
    second = take(ROW)
    assert session.query(Project).one().published_at is not None
    assert undo_run(session(), second.run_id) == (1, 0, 0, 0)
    session.expire_all()
    project = session.query(Project).one()
    assert (project.published_at, project.is_sample) == (None, True)
    assert text_index.find_stale_documents(session()) == []


def test_a_run_of_a_version_with_fewer_columns_is_undone(take, session):
    take(ROW)
    second = take(ROW | {"budget_usd": "1"})
    change = session.query(ImportChange).filter_by(run_id=second.run_id).one()
    change.before = {name: value for name, value in change.before.items() if name != "funding_line"}
    session.flush()
    assert undo_run(session(), second.run_id).restored == 1
    session.expire_all()
    assert str(session.query(Project).one().budget) == "50000.00"


def test_an_amount_that_would_be_emptied_is_shown_as_a_file_states_it(take):
    take(ROW | {"budget_usd": "1234567.05"})
    assert list(map(str, take(ROW | {"budget_usd": ""}).first_issues)) == [
        "refused row 2, budget_usd: The row empties a public field: XX.1 states 1234567.05. "
        "Enter it, or import with --allow-emptying."
    ]


def test_a_row_that_may_be_another_project_is_refused_in_these_words(take):
    take(ROW)
    report = take(ROW | {"title": "Beta research", "benefiting_member_states": "Ghana"})
    why = "The row changes title and countries of a record at once, so it may be another project"
    advice = "Check the ID of the row, or import with --allow-replacing."
    assert list(map(str, report.first_issues)) == [
        f"refused row 2, title “Beta research”: {why}: the public title of XX.1 is Alpha training. {advice}",
        f"refused row 2, benefiting_member_states “Ghana”: {why}: the public countries of XX.1 are Kenya. {advice}",
    ]
