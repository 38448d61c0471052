"""Updates that are held back until they are asked for."""

import csv

import pytest

from portal.models import Project
from portal.services.imports import Report, import_file
from portal.services.imports.header import KNOWN_COLUMNS

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
