"""What a file has no column for stays as the record states it, whatever the format."""

import json

import pytest

from portal.models import Project
from portal.services.imports import Report, import_file
from portal.services.records import published
from tests.factories import import_records

RECORD = {
    "project_id": "X-1", "title": "A title", "start_date": "2008", "end_date": "2009", "status": "Active",
    "project_type": "Labour Migration", "budget_usd": "64240.00", "coverage": "National", "year": "2007",
    "region": "Europe", "benefiting_member_states": "Georgia", "summary": "Text.", "funding_line": "Line 1",
    "other_countries": "Chile", "gcm": "6", "sdg": "10", "prima_id": "RW10P0532", "language": "fr",
}  # fmt: skip
GRANT = {
    "id": "X-1", "title": "A title", "description": "New text.", "currency": "USD", "amountAwarded": 5,
    "awardDate": "2007-01-01", "plannedDates": [{"startDate": "2008", "endDate": "2009"}],
    "beneficiaryLocation": [{"countryCode": "GE"}], "classifications": [{"title": "Labour Migration"}],
}  # fmt: skip
ACTIVITY = (
    '<iati-activities version="2.03"><iati-activity xml:lang="fr" default-currency="USD">'
    "<iati-identifier>X-1</iati-identifier><title><narrative>A title</narrative></title>"
    "<description><narrative>New text.</narrative></description>"
    '<other-identifier ref="RW10P0532" type="A1"/><activity-status code="2"/>'
    '<activity-date type="2" iso-date="2008-02-01"/><activity-date type="4" iso-date="2009-03-01"/>'
    '<activity-scope code="4"/><recipient-country code="GE"/><tag vocabulary="2" code="10"/>'
    '<sector vocabulary="99" code="LM"><narrative>Labour Migration</narrative></sector>'
    "<budget><value>5.00</value></budget>"
    "</iati-activity></iati-activities>"
)


@pytest.fixture
def updated(session, tmp_path):
    """updated(file) is the record that stated RECORD, after an import of this file, and the report."""

    def run(content):
        import_records(session, [RECORD])
        (tmp_path / "in.data").write_text(content, encoding="utf-8")
        report = Report()
        import_file(session(), tmp_path / "in.data", report=report, allow_emptying=True)
        return published.draft_from_project(session(), session.query(Project).one()), report

    return run


def test_360giving_says_nothing_of_what_it_has_no_key_for(updated):
    draft, report = updated(json.dumps({"grants": [GRANT]}))
    assert report.changed == 1, report.summary()
    assert (draft.summary, draft.budget) == ("New text.", "5.00")
    kept = (draft.status, draft.coverage, draft.region, draft.funding_line, draft.other_countries, draft.gcm, draft.sdg)
    assert kept == ("active", "national", "europe", "Line 1", ("CHL",), ("6",), ("10",))
    assert (draft.prima_id, draft.language) == ("RW10P0532", "fr")


def test_iati_of_others_says_nothing_of_the_year_and_what_else_it_has_no_element_for(updated):
    draft, report = updated(ACTIVITY)
    assert report.changed == 1, report.summary()
    assert (draft.summary, draft.budget, draft.start) == ("New text.", "5.00", "2008-02-01")
    assert (draft.year, draft.funding_line, draft.other_countries, draft.gcm) == ("2007", "Line 1", ("CHL",), ("6",))


def test_the_fingerprint_of_a_record_follows_what_it_states(session, updated):
    """Otherwise the same file would not find a record without an ID again by its content."""
    draft, _ = updated(json.dumps({"grants": [GRANT]}))
    assert draft.number == "X-1"
    assert session.query(Project.fingerprint).one() == ("",)
