"""What an import says of its rows, on a terminal and in a file."""

import csv
import io

import pytest

from portal.services.imports.issues import ImportIssue, RowLabel
from portal.services.imports.report import MAX_SHOWN_ISSUES, REPORT_COLUMNS, Report
from portal.text.formulas import escape_formula

LABEL = RowLabel("T.1", "One")


def issue(kind="refused", row=2, value="x"):
    return ImportIssue(row, "year", value, kind, "=Not a year", "Write four digits")


def test_counts_and_remarks_add_up():
    report = Report(rows=1_004, added=1_000, changed=1, unchanged=1)
    report.refuse([issue(), issue()], LABEL)
    report.refuse([issue(row=3)], LABEL)
    report.accept([issue("repaired"), issue("repaired")], LABEL)
    report.accept([issue("note")], LABEL)
    report.accept([], LABEL)
    assert (report.refused, report.repaired, report.issue_count) == (2, 1, 6)
    assert report.summary().splitlines()[:4] == [
        "1,004 rows: 1,000 added, 1 changed, 1 unchanged, 2 refused, 1 repaired.",
        "  2 refused: year: =Not a year.",
        "  Refused: T.1, T.1.",
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
        report.refuse([issue(row=row)], LABEL)
    lines = report.summary().splitlines()
    assert len(lines) == 3 + MAX_SHOWN_ISSUES + 1
    assert lines[-1] == last


def test_a_file_gets_every_remark_and_no_formula():
    out = io.StringIO()
    report = Report(csv.writer(out))
    report.refuse([issue(value="@" + "y" * 300)], LABEL)
    head, row = csv.reader(io.StringIO(out.getvalue()))
    assert tuple(head) == REPORT_COLUMNS
    assert row == ["2", "T.1", "One", "year", "'@" + "y" * 300, "refused", "'=Not a year", "Write four digits"]


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
        report.accept([issue("repaired", row=row)], LABEL)
    report.refuse([issue(row=99)], LABEL)
    assert report.summary().splitlines()[3].startswith("  refused row 99")


@pytest.mark.parametrize(
    ("reason", "general"),
    [
        ("'abc' is not a year", "… is not a year"),
        ("Row 1,204 has the same Projects ID", "Row … has the same Projects ID"),
        ("The row empties a public field: T.1 states 64240.00", "The row empties a public field"),
        ("The row has 11 cells, the header 12", "The row has … cells, the header …"),
        ("Line 2 of the list", "Line … of the list"),
    ],
)
def test_a_reason_is_counted_without_what_it_says_of_one_row(reason, general):
    assert ImportIssue(2, "year", "", "refused", reason, "").general_reason == general


def test_reasons_are_counted_by_rows_and_the_rows_named():
    report = Report()
    for row in range(2, 25):
        reason = f"'{row}' is no year"
        report.refuse([ImportIssue(row, "year", "", "refused", reason, "A")] * 2, RowLabel(f"T.{row}"))
    total = [ImportIssue(25, "", "", kind, "Total", "A") for kind in ("note", "refused")]
    report.refuse(total, RowLabel())
    lines = report.summary().splitlines()
    assert lines[1:3] == ["  23 refused: year: … is no year.", "  1 refused: Total."]
    assert lines[3] == f"  Refused: {', '.join(f'T.{row}' for row in range(2, 22))} and 4 more."


def test_a_refused_row_without_an_id_is_named_by_its_number():
    report = Report()
    report.refuse([issue(row=7)], RowLabel("", "One"))
    report.refuse([issue(row=8)], RowLabel("T\x1b[31m"))
    assert "  Refused: row 7, T\ufffd[31m." in report.summary().splitlines()


def test_a_question_has_no_full_stop():
    text = str(ImportIssue(2, "", "", "refused", "Is this 64,240 or 64.24?", "Did you mean 'Armenia'?"))
    assert text == "refused row 2: Is this 64,240 or 64.24? Did you mean 'Armenia'?"


def test_a_note_on_the_whole_file_is_a_row_of_its_own():
    out = io.StringIO()
    Report(csv.writer(out)).note_file(["=The cells are separated by tabs"])
    _, row = csv.reader(io.StringIO(out.getvalue()))
    assert row == ["", "", "", "", "", "note", "'=The cells are separated by tabs", ""]


def test_a_note_on_the_whole_file_is_in_the_summary():
    report = Report(rows=1)
    report.note_file(["The cells are separated by tabs"])
    assert report.summary().splitlines()[1] == "  The cells are separated by tabs."
