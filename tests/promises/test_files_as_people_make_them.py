"""Files as people make them, each read as it was meant, and what was done to read it is said."""

from decimal import Decimal

import pytest

from portal.config import ROOT
from portal.errors import UnreadableFile
from portal.models import PartialDate, Project
from portal.services.imports import Report, import_file

CASES = ROOT / "tests" / "cases"


@pytest.fixture
def load(session):
    """load(file name) imports a case and gives its report."""

    def load(name):
        report = Report()
        import_file(session(), CASES / name, report=report)
        session.commit()
        return report

    return load


@pytest.fixture
def record(session):
    """record(reference) is the stored project."""
    return lambda reference: session.query(Project).filter_by(reference=reference).one()


def said(report):
    return [*report.file_notes, *map(str, report.first_issues)]


@pytest.mark.parametrize("name", ["semicolon_excel.csv", "semicolon_quoted.csv"])
def test_cells_separated_by_semicolons_are_read(load, record, name):
    report = load(name)
    assert (report.refused, record("T.0001").budget) == (0, Decimal(64240))
    assert said(report)[0] == "The cells are separated by semicolons"


def test_commas_at_the_end_of_lines_are_nothing(load):
    report = load("a_trailing_commas.csv")
    assert (report.added, said(report)) == (2, [])


def test_cells_missing_at_the_end_of_a_line_are_empty(load):
    report = load("b_short_rows.csv")
    assert report.added == 2
    assert said(report) == [
        "note row 3: The row has 12 cells, the header 14; the missing ones were read as empty. "
        "Check the commas of this row."
    ]


def test_the_first_visible_sheet_is_read(load, record):
    report = load("hidden_first_sheet.xlsx")
    assert record("T.0001").title == "New title"
    assert said(report) == ["The sheet “Projects” was read", "Hidden sheets before it were not read: “2024 old”"]


def test_merged_cells_count_for_each_of_their_rows(load, record):
    report = load("merged_cells.xlsx")
    assert report.added == 3
    (region,) = {record(reference).region_id for reference in ("T.0001", "T.2", "T.3")}
    assert region is not None
    assert "merged cells" in said(report)[0]


def test_a_date_is_as_exact_as_its_cell_shows_it(load, record):
    load("a_month_and_year_formats.xlsx")
    assert (record("T.0001").start, record("T.0001").end) == (PartialDate(2008, 5), PartialDate(2009))


def test_a_year_typed_into_a_cell_for_dates_is_refused(load):
    report = load("year_in_date_cell_1905.xlsx")
    assert (report.added, report.refused) == (0, 2)
    assert "the year 2008 that was typed into it became 1905-06-30" in said(report)[0]


def test_a_formula_without_a_value_erases_nothing(load, record):
    load("a_before.xlsx")
    report = load("b_formulas_without_results.xlsx")
    assert (report.changed, report.refused) == (0, 1)
    assert "a formula without a value" in said(report)[0]
    assert (record("T.0001").budget, record("T.0001").summary) == (Decimal(64240), "One line.")


def test_a_total_is_no_project(load):
    report = load("total_row.xlsx")
    assert (report.added, report.refused) == (1, 1)
    assert said(report)[-1] == "refused row 3: The row is a total, not a project. Delete the row."


def test_line_ends_that_excel_escapes_are_line_ends(load, record):
    load("x000D.xlsx")
    assert (record("T.0001").title, record("T.0001").summary) == (
        "Training border officers",
        "First line.\nSecond line.",
    )


def test_na_is_not_namibia(load, session):
    report = load("NA_from_R.csv")
    assert report.refused == 2
    assert "Namibia" in said(report)[0]
    assert session.query(Project).count() == 0


def test_invisible_characters_and_other_dashes_are_read_and_said(load, record, session):
    report = load("zero_width_and_dashes.csv")
    # The second row has the Projects ID of the first once the character without width is gone.
    assert (report.added, report.refused) == (13, 1)
    assert record("Z.8").title == "migration"
    assert record("Z.10").title == "T Z.10"
    assert len([line for line in said(report) if "Invisible characters were removed" in line]) > 5


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("<!DOCTYPE html><html>", "this is an HTML page, not a table"),
        ('<?xml version="1.0"?><rss/>', "this is no IATI: the first element is 'rss'"),
        ('{"projects": []}', "this JSON file is no object with a list “grants” or “items”, and no JSON Lines"),
        ("  [1]", "this JSON file is no object with a list “grants” or “items”, and no JSON Lines"),
    ],
)
def test_a_file_of_another_kind_is_called_what_it_is(session, tmp_path, start, words):
    path = tmp_path / "records.csv"
    path.write_text(f"{start}\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match=words):
        import_file(session(), path, report=Report())
