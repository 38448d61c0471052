"""What the report says of rows that cannot be told apart."""

from portal.models import Project


def test_rows_that_could_both_be_one_record_are_refused_with_each_other_named(session, take):
    take([{"summary": "First."}])
    slug = session.query(Project.slug).scalar()
    report = take([{"summary": "Second."}, {"summary": "Third."}])
    assert (report.changed, report.refused) == (0, 2)
    why = "The row is ambiguous, since others have its title, countries and year"
    advice = "Enter the Projects ID or a Prima ID that no other row has"
    assert [str(issue) for issue in report.first_issues if issue.kind == "refused"] == [
        f"refused row 2, title “Alpha one”: {why}: the public record {slug}, and row 3. {advice}.",
        f"refused row 3, title “Alpha one”: {why}: the public record {slug}, and row 2. {advice}.",
    ]
