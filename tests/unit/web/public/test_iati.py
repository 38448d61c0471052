"""The whole directory as one kept file, its report, and the lists of our own codes."""

import tempfile
from dataclasses import replace

import pytest
from lxml import etree

from portal.exports.file_cache import file_cache
from tests.factories import import_records
from tests.iati.rules import faults, schema
from tests.loops import not_empty

ADDRESS = "/iati/activities.xml"


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def files(app):
    settings = app.extensions["settings"]
    return file_cache(settings.database_url, settings.public_url)


@pytest.fixture
def settings(app, monkeypatch):
    """settings(name=value) gives the portal other settings."""

    def change(**changes):
        monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], **changes))

    return change


def test_the_whole_directory_has_no_fault(client, sample):
    answer = client.get(ADDRESS)
    assert answer.content_type == "application/xml"
    assert faults(answer.data) == []


def test_the_whole_directory_has_what_the_selection_of_everything_has(client, sample):
    whole, selection = (etree.fromstring(client.get(address).data) for address in (ADDRESS, "/projects.xml"))
    assert [etree.tostring(each) for each in not_empty(whole)] == [etree.tostring(each) for each in selection]


def test_the_file_is_kept_for_the_next_who_asks(client, sample, files):
    first = client.get(ADDRESS)
    with files.open(first.headers["ETag"].strip('"')) as file:
        assert file.read() == first.data
    assert client.get(ADDRESS).data == first.data


def test_a_kept_file_is_not_made_again(client, sample, files):
    etag = client.head(ADDRESS).headers["ETag"].strip('"')
    claim = files.claim(0)
    assert list(claim.keep(etag, [b"<kept/>"])) == [b"<kept/>"]
    claim.release()
    answer = client.get(ADDRESS)
    assert (answer.data, answer.headers["ETag"]) == (b"<kept/>", f'"{etag}"')


def test_an_unchanged_file_is_not_sent_again(client, sample):
    etag = client.get(ADDRESS).headers["ETag"]
    answer = client.get(ADDRESS, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.data) == (304, b"")


def test_head_makes_no_file(client, sample, files):
    answer = client.head(ADDRESS)
    assert (answer.status_code, answer.data) == (200, b"")
    assert files.open(answer.headers["ETag"].strip('"')) is None


def test_a_change_of_the_records_replaces_the_file(client, sample, session, files):
    old = client.get(ADDRESS).headers["ETag"]
    import_records(session, [{"project_id": "ZZ.0001", "title": "New", "start_date": "2020", "status": "Active"}])
    answer = client.get(ADDRESS)
    assert answer.headers["ETag"] != old
    assert b"AA-AAA-123456789-ZZ.0001" in answer.data
    assert files.open(old.strip('"')) is None


def test_whoever_asks_while_another_makes_the_file_is_asked_to_come_back(client, sample, files, monkeypatch):
    monkeypatch.setattr("portal.web.public.iati.MAX_WAIT_SECONDS", 0.1)
    claim = files.claim(0)
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    claim.release()
    assert client.get(ADDRESS).status_code == 200


def test_the_claim_is_free_after_the_file_is_made(client, sample, files):
    client.get(ADDRESS)
    files.claim(0).release()


def test_a_portal_without_records_has_a_file_without_activities(client):
    assert len(list(etree.fromstring(client.get(ADDRESS).data).iter("iati-activity"))) == 0


def test_the_report_on_the_whole_file_is_that_of_the_selection_of_everything(client):
    answer = client.get("/iati/report.csv")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/projects.iati-report.csv")


@pytest.mark.parametrize("facet", ["type", "region", "gcm"])
def test_the_lists_of_our_own_codes_are_valid(client, sample, facet):
    answer = client.get(f"/iati/codelists/{facet}.xml")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert schema("codelist.xsd").validate(etree.fromstring(answer.data).getroottree())


def test_every_own_code_of_a_file_is_in_the_list_that_it_names(client, sample):
    activities = etree.fromstring(client.get(ADDRESS).data)
    named = {
        (element.get("vocabulary-uri").removeprefix("http://127.0.0.1:8000"), element.get("code"))
        for element in activities.xpath("//*[@vocabulary='99']")
    }
    listed = {
        (address, code.text)
        for address in {address for address, _ in named}
        for code in etree.fromstring(client.get(address).data).iter("code")
    }
    assert set(not_empty(named)) <= listed


@pytest.mark.parametrize(
    "address",
    [ADDRESS, "/projects.xml", "/projects/LM.0024.xml", "/iati/report.csv", "/projects.iati-report.csv"],
)
def test_a_production_portal_without_an_identifier_has_no_iati_files(client, sample, settings, address):
    settings(is_production=True)
    assert client.get(address).status_code == 404


def test_a_production_portal_without_an_identifier_offers_none(visit, sample, settings):
    settings(is_production=True)
    page = visit("/projects/?country=KEN")
    links = [link.attrs["href"] for link in page.select("details.menu .sheet li a")]
    assert [link for link in not_empty(links) if ".xml" in link] == []


def test_a_portal_with_an_identifier_reports_under_it(client, sample, settings):
    settings(
        is_production=True, iati_organisation="GB-COH-1", iati_organisation_name="Us & them",
        iati_organisation_type="70",
    )  # fmt: skip
    document = client.get("/projects/LM.0024.xml").data
    assert faults(document) == []
    reporter = etree.fromstring(document).find("iati-activity/reporting-org")
    assert (reporter.get("ref"), reporter.findtext("narrative")) == ("GB-COH-1", "Us & them")
    assert etree.fromstring(document).findtext("iati-activity/iati-identifier") == "GB-COH-1-LM.0024"
