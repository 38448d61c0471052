"""Updates that are held back until they are asked for."""

import csv

import pytest

from portal.errors import InvalidTransition, NotFound
from portal.models import AuditEvent, Project
from portal.search.fulltext import text_index
from portal.services.imports import Report, import_file
from portal.services.imports.header import KNOWN_COLUMNS
from portal.services.imports.runs.undo import undo_run

ROW = {
    "project_id": "XX.1",
    "title": "Alpha training",
    "budget_usd": "50000",
    "year": "2019",
    "benefiting_member_states": "Kenya",
    "summary": "First.",
    "sdg": "10.7",
}


@pytest.fixture
def take(session, tmp_path):
    def run(row, **options):
        path, report = tmp_path / "in.csv", Report()
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, KNOWN_COLUMNS)
            writer.writeheader()
            writer.writerow(row)
        import_file(session(), path, report=report, **options)
        return report

    return run


@pytest.mark.parametrize("column", ["budget_usd", "year", "benefiting_member_states", "summary", "sdg"])
def test_an_update_that_empties_a_public_field_is_held_back_with_its_value(take, column):
    take(ROW)
    report = take(ROW | {column: ""})
    assert (report.changed, report.refused) == (0, 1)
    issue = report.first_issues[0]
    assert (issue.column, "--allow-emptying" in issue.advice) == (column, True)
    assert take(ROW | {column: ""}, allow_emptying=True).changed == 1


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
