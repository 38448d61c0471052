"""Texts with the marks of HTML, Markdown and word processors read as their authors meant them, wherever they stand."""

import csv
import html
import json

import pytest

from portal.config import ROOT
from portal.models import Project, ProjectDraft
from portal.services.imports import Report, import_file
from portal.services.records.submission_checks import clean_draft
from portal.web.presentation.markdown import plain_text, render_text
from tests.loops import not_empty

CASES = ROOT / "tests" / "cases"


def read(name):
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# By Projects ID: the title, the summary as HTML, and the summary on one line.
EXPECTED = {reference: tuple(texts) for reference, *texts in (row.values() for row in read("markup_expected.csv"))}


@pytest.fixture
def imported(session):
    """The report of an import of every case."""
    report = Report()
    import_file(session(), CASES / "markup.csv", report=report)
    session.commit()
    return report


@pytest.fixture
def records(session, imported):
    """The stored records by their Projects ID."""
    return {record.reference: record for record in session.query(Project)}


def html_of(summary):
    shown = render_text(summary)
    return (shown.lede + shown.rest).strip()


def test_every_case_is_stored_and_shown_as_meant(records):
    shown = {
        reference: (record.title, html_of(record.summary), plain_text(record.summary))
        for reference, record in records.items()
    }
    assert shown == EXPECTED


def test_a_form_shows_what_a_file_shows(records):
    for row in not_empty(read("markup.csv")):
        draft = clean_draft(ProjectDraft(title=row["title"], summary=row["summary"]))
        assert (draft.title, html_of(draft.summary), plain_text(draft.summary)) == EXPECTED[row["project_id"]]


def test_a_form_that_is_saved_unchanged_changes_nothing(records):
    for record in not_empty(records.values()):
        draft = clean_draft(ProjectDraft(title=record.title, summary=record.summary))
        assert (draft.title, draft.summary) == (record.title, record.summary)


def test_pages_and_their_data_have_the_same_text(records, visit):
    for reference, (title, rendered, plain) in not_empty(EXPECTED.items()):
        page = visit(f"/projects/{reference}")
        about = json.loads(page.one('script[type="application/ld+json"]').to_text())["fundedItem"]
        assert page.one("h1").to_text() == title
        assert (about["name"], about["description"]) == (title, plain)
        assert html.unescape(page.one("meta[name=description]").attrs["content"]) == plain
        assert [line for line in rendered.splitlines() if line not in page.text] == []


def test_the_list_has_the_same_texts(records, visit):
    page = visit("/projects/?per_page=100")
    assert {item.to_text() for item in page.select(".result h3 a")} == {title for title, _, _ in EXPECTED.values()}
    assert {item.to_text() for item in page.select(".result .summary")} == {plain for _, _, plain in EXPECTED.values()}


def test_the_report_names_what_was_converted(imported):
    converted = {issue.row for issue in imported.first_issues if "HTML was converted to plain text" in str(issue)}
    assert converted == {2, 3, 4, 24}
