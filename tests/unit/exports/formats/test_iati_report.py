import csv
import io

import pytest
from lxml import etree

from portal.exports.columns import columns_by_name
from portal.exports.iati.omissions import Reason
from tests.factories import import_records
from tests.loops import not_empty


@pytest.fixture
def report(file):
    def read(address):
        return list(csv.DictReader(io.StringIO(file(address).data.decode("utf-8-sig"), newline="")))

    return read


def test_each_project_is_an_activity_or_left_out_with_a_reason(file, report, rows):
    activities = len(list(etree.fromstring(file("/projects.xml").data).iter("iati-activity")))
    left_out = [row for row in report("/projects.iati-report.csv") if row["field"] == "project"]
    assert activities + len(not_empty(left_out)) == len(rows("/projects.csv"))


def test_a_project_without_a_projects_id_is_named_by_its_key(report):
    lines = report("/projects.iati-report.csv?q=dash")
    assert [(line["project_id"], line["field"], line["reason"]) for line in lines] == [
        ("", "project", Reason.NO_PROJECTS_ID)
    ]  # fmt: skip
    assert lines[0]["key"]


def test_every_field_of_the_report_is_a_column_or_the_project(report):
    fields = {line["field"] for line in report("/projects.iati-report.csv")}
    assert set(not_empty(fields)) <= {"project", *columns_by_name()}


def test_a_projects_id_that_a_spreadsheet_would_run_is_harmless(client, session):
    import_records(session, [{"project_id": "=1+1", "title": "Odd"}])
    assert ",'=1+1," in client.get("/projects.iati-report.csv").data.decode()


def test_one_project_has_a_report(report):
    assert {line["key"] for line in not_empty(report("/projects/LM.0201.iati-report.csv"))} == {"LM.0201"}


def test_a_selection_of_nothing_has_a_header_alone(file):
    assert file("/projects.iati-report.csv?q=nothingofthekind").data.decode("utf-8-sig") == (
        "key,project_id,field,reason,licence,sample\r\n"
    )
