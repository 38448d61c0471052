"""What an import says of its rows, on a terminal and in a file."""

import csv
import io

import pytest

from portal.services.imports.issues import ImportIssue
from portal.services.imports.report import MAX_SHOWN_ISSUES, REPORT_COLUMNS, Report, escape_formula


def issue(kind="refused", row=2, value="x"):
    return ImportIssue(row, "year", value, kind, "=Not a year", "Write four digits")


def test_counts_and_remarks_add_up():
    report = Report(rows=1_004, added=1_000, changed=1, unchanged=1)
    report.refuse([issue(), issue()])
    report.refuse([issue(row=3)])
    report.accept([issue("repaired"), issue("repaired")])
    report.accept([issue("note")])
    report.accept([])
    assert (report.refused, report.repaired, report.issue_count) == (2, 1, 6)
    assert report.summary().splitlines()[:2] == [
        "1,004 rows: 1,000 added, 1 changed, 1 unchanged, 2 refused, 1 repaired.",
        "  refused row 2, year “x”: =Not a year. Write four digits.",
    ]


def test_a_dry_run_says_so():
    assert Report(rows=1).summary(dry_run=True).splitlines()[1:] == ["This was a dry run: nothing was stored."]
    assert "dry run" not in Report(rows=1).summary()


@pytest.mark.parametrize(
    ("writer", "last"),
    [
        (None, "  and 3 more issues; use --report FILE to see all."),
        (csv.writer(io.StringIO()), "  and 3 more issues."),
    ],
)
def test_only_the_first_remarks_are_shown(writer, last):
    report = Report(writer)
    for row in range(MAX_SHOWN_ISSUES + 3):
        report.refuse([issue(row=row)])
    lines = report.summary().splitlines()
    assert len(lines) == 1 + MAX_SHOWN_ISSUES + 1
    assert lines[-1] == last


def test_a_file_gets_every_remark_and_no_formula():
    out = io.StringIO()
    report = Report(csv.writer(out))
    report.refuse([issue(value="@" + "y" * 300)])
    head, row = csv.reader(io.StringIO(out.getvalue()))
    assert tuple(head) == REPORT_COLUMNS
    assert row == ["2", "year", "'@" + "y" * 300, "refused", "'=Not a year", "Write four digits"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_spreadsheet_takes_a_text_for_a_formula(start):
    assert escape_formula(f"{start}1") == f"'{start}1"
    assert escape_formula(f"1{start}") == f"1{start}"


def test_a_remark_is_safe_for_a_terminal():
    text = str(ImportIssue(2, "", "a\x1b[31m\nb", "note", "Reason", "Advice"))
    assert text == "note row 2 “a\ufffd[31m\ufffdb”: Reason. Advice."
    assert str(ImportIssue(2, "", "", "note", "Reason", "Advice")) == "note row 2: Reason. Advice."


def test_refusals_come_first_and_are_never_crowded_out():
    report = Report()
    for row in range(MAX_SHOWN_ISSUES + 3):
        report.accept([issue("repaired", row=row)])
    report.refuse([issue(row=99)])
    assert report.summary().splitlines()[1].startswith("  refused row 99")
