import pytest
from lxml import etree

from portal.errors import ConfigurationError
from portal.exports.document import Document
from portal.exports.formats.iati import publication_of, report_address
from portal.exports.licence import licence_named
from portal.search.read_models.sums import Sums
from portal.vocabulary.iati import NAMESPACE
from tests.factories import import_records
from tests.iati.rules import faults, schema
from tests.loops import not_empty


def identifiers(document):
    return [each.text for each in etree.fromstring(document).iter("iati-identifier")]


@pytest.fixture
def root(file):
    return lambda address: etree.fromstring(file(address).data)


def test_odd_records_have_no_fault(file):
    assert faults(file("/projects.xml").data) == []


def test_the_sample_has_no_fault(client, sample):
    document = client.get("/projects.xml").data
    assert len(identifiers(document)) == 53
    assert faults(document) == []


def test_activities_stand_in_the_order_of_the_page(file, rows):
    listed = [row["Projects ID"] for row in rows("/projects.csv?sort=title")]
    expected = [f"AA-AAA-123456789-{reference}" for reference in not_empty(listed)]
    exported = identifiers(file("/projects.xml?sort=title").data)
    assert exported == [identifier for identifier in expected if identifier in exported]


def test_a_selection_has_its_activities_alone(file, rows):
    active = {f"AA-AAA-123456789-{row['Projects ID']}" for row in rows("/projects.csv?status=active")}
    assert set(identifiers(file("/projects.xml?status=active").data)) == set(not_empty(active))


def test_one_project_is_a_file_too(file, rows):
    active = next(row for row in rows("/projects.csv?status=active") if row["Projects ID"])
    document = file(f"/projects/{active['Key']}.xml").data
    assert identifiers(document) == [f"AA-AAA-123456789-{active['Projects ID']}"]
    assert faults(document) == []


def test_a_selection_without_an_activity_is_well_formed_and_says_so(root):
    # The schema demands at least one activity, so no empty file can be valid.
    empty = root("/projects.xml?q=nothingofthekind")
    assert len(empty) == 1
    assert empty[0].text == " 0 of 0 projects; portal:report lists the others. "
    assert not schema().validate(empty.getroottree())


def test_the_file_says_what_it_is(root):
    stated = root("/projects.xml?status=active").attrib
    assert stated["version"] == "2.03"
    assert stated[f"{{{NAMESPACE}}}address"] == "http://127.0.0.1:8000/projects.xml?status=active"
    assert stated[f"{{{NAMESPACE}}}page"] == "http://127.0.0.1:8000/projects/?status=active"
    assert stated[f"{{{NAMESPACE}}}report"] == "http://127.0.0.1:8000/projects.iati-report.csv?status=active"
    assert stated[f"{{{NAMESPACE}}}licence"] == "No licence stated"


def test_samples_are_said_to_be_samples(client, sample):
    root = etree.fromstring(client.get("/projects.xml").data)
    assert root.get(f"{{{NAMESPACE}}}note") == "These records are a sample of the Fund’s projects, not all of them."
    assert {each.get("sample") for each in root.iter(f"{{{NAMESPACE}}}record")} == {"true"}


def test_the_time_of_the_file_is_that_of_its_state(client, file):
    first = file("/projects.xml").data
    assert etree.fromstring(first).get("generated-datetime")
    assert client.get("/projects.xml").data == first


def test_the_end_says_how_many_projects_there_are(file, rows):
    total, exported = len(rows("/projects.csv")), len(identifiers(file("/projects.xml").data))
    assert f"<!-- {exported} of {total} projects; portal:report lists the others. -->" in file("/projects.xml").text


def test_terms_that_an_operator_added_have_no_fault(client, session):
    import_records(session, [{"project_id": "A 1", "title": "<b> & ]]>", "start_date": "2001", "status": "Active"}])
    assert faults(client.get("/projects.xml").data) == []


@pytest.mark.parametrize(
    ("address", "report"),
    [
        ("https://x.org/projects.xml", "https://x.org/projects.iati-report.csv"),
        ("https://x.org/projects.xml?q=a.xml", "https://x.org/projects.iati-report.csv?q=a.xml"),
        ("https://x.org/projects/a.xml.xml", "https://x.org/projects/a.xml.iati-report.csv"),
        ("https://x.org/iati/activities.xml", "https://x.org/iati/report.csv"),
    ],
)
def test_the_report_stands_beside_the_file(address, report):
    assert report_address(address) == report


def test_nobody_reports_for_a_portal_without_an_identifier():
    sums = Sums(0, 0, 0, 0, None, None)
    silent = Document("IDF", "https://x.org", "", "", "", "", "", None, licence_named(""), sums)
    with pytest.raises(ConfigurationError, match="PORTAL_IATI_ORGANISATION is not set"):
        publication_of(silent)
