"""What the report says of rows that cannot be told apart."""

import csv

import pytest

from portal.models import Project
from portal.services.imports import Report, import_file
from portal.services.imports.header import KNOWN_COLUMNS

ROW = {"title": "Alpha one", "start_date": "2008", "year": "2008", "benefiting_member_states": "Georgia"}


@pytest.fixture
def take(session, tmp_path):
    """take(summaries) imports a row of the same title for each, and gives the report."""

    def run(*summaries):
        path, report = tmp_path / "in.csv", Report()
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, KNOWN_COLUMNS)
            writer.writeheader()
            writer.writerows(ROW | {"summary": summary} for summary in summaries)
        import_file(session(), path, report=report)
        return report

    return run


def test_rows_that_could_both_be_one_record_are_refused_with_each_other_named(session, take):
    take("First.")
    slug = session.query(Project.slug).scalar()
    report = take("Second.", "Third.")
    assert (report.changed, report.refused) == (0, 2)
    why = "The row is ambiguous, since others have its title, countries and year"
    advice = "Enter the Projects ID or a Prima ID that no other row has"
    assert [str(issue) for issue in report.first_issues if issue.kind == "refused"] == [
        f"refused row 2, title “Alpha one”: {why}: the public record {slug}, and row 3. {advice}.",
        f"refused row 3, title “Alpha one”: {why}: the public record {slug}, and row 2. {advice}.",
    ]
