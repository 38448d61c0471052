"""The dump of all projects."""

import csv
import hashlib
import json
from dataclasses import replace

import pytest
from frictionless import Package, system
from lxml import etree
from sqlalchemy import select

from portal.cli.jobs.dump import _describe
from portal.exports.dump.folder import write_dump
from portal.models import Project
from portal.services.editorial import publication
from tests.factories import Office, import_records
from tests.loops import not_empty

ADDRESS = "https://creativecommons.org/licenses/by/4.0/"


@pytest.fixture
def dumped(records, app, tmp_path):
    """dumped() writes a dump into a folder and returns the folder."""
    folder = tmp_path / "dump"

    def dump():
        write_dump(folder, _describe, "https://data.example.org/dump")
        return folder

    return dump


@pytest.fixture
def licensed(app, monkeypatch):
    """An operator who states a licence."""
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], licence="CC-BY-4.0"))


@pytest.fixture
def licensed_in_words(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], licence="Ask us"))


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def changed(folder):
    with (folder / "changes.csv").open(encoding="utf-8", newline="") as file:
        return [(row["key"], row["change"]) for row in csv.DictReader(file)][1:]


def test_two_runs_over_one_state_give_the_same_bytes(dumped):
    first = contents(dumped())
    assert first.keys() == {
        "projects.csv", "projects.jsonl", "activities.xml", "changes.csv", "datapackage.json", "dcat.jsonld",
    }  # fmt: skip
    assert contents(dumped()) == first


def test_the_package_is_valid(dumped):
    folder = dumped()
    with system.use_context(trusted=True):
        report = Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "message"])


def test_a_changed_byte_is_noticed(dumped):
    folder = dumped()
    path = folder / "projects.csv"
    path.write_bytes(path.read_bytes().replace(b"LM.0101", b"LM.0102"))
    with system.use_context(trusted=True):
        report = Package(str(folder / "datapackage.json")).validate()
    assert "hash-count" in [kind for (kind,) in report.flatten(["type"])]


def test_every_file_has_its_checksum(dumped):
    folder = dumped()
    package = json.loads((folder / "datapackage.json").read_text())
    for resource in not_empty(package["resources"]):
        content = (folder / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["bytes"] == len(content)


def test_every_column_has_a_type(dumped):
    package = json.loads((dumped() / "datapackage.json").read_text())
    fields = {field["name"]: field["type"] for field in package["resources"][0]["schema"]["fields"]}
    assert (fields["budget_usd"], fields["year"], fields["status_code"]) == ("number", "integer", "string")


def test_the_first_dump_lists_every_project_as_added(dumped):
    assert {change for _, change in changed(dumped())} == {"added"}


def test_the_next_state_says_what_changed(dumped, session):
    folder = dumped()
    office = Office(session())
    gone = session.execute(select(Project).where(Project.reference == "PO.0103")).scalar_one()
    publication.withdraw(session(), gone, by=office.reviewer, reason="Entered twice")
    session.commit()
    import_records(session, [{"title": "A new one"}])
    before = contents(folder)
    dumped()
    assert dict(changed(folder))["PO.0103"] == "removed"
    assert sorted(change for _, change in changed(folder)) == ["added", "removed"]
    assert contents(folder)["datapackage.json"] != before["datapackage.json"]


def test_dcat_says_where_each_file_is(dumped):
    dataset = json.loads((dumped() / "dcat.jsonld").read_text())
    addresses = [distribution["dcat:downloadURL"]["@id"] for distribution in dataset["dcat:distribution"]]
    assert "https://data.example.org/dump/projects.csv" in addresses


def test_the_activities_are_those_of_the_whole_directory(dumped):
    activities = etree.fromstring((dumped() / "activities.xml").read_bytes()).findall("iati-activity")
    assert "LM.0101" in {activity.findtext("iati-identifier").rpartition("-")[2] for activity in not_empty(activities)}


def test_each_file_states_the_licence(licensed, dumped):
    package, *others = (json.loads((dumped() / name).read_text()) for name in ("datapackage.json", "dcat.jsonld"))
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    assert [dataset["dct:license"] for dataset in others] == [{"@id": ADDRESS}]
    for name in ("projects.csv", "projects.jsonl", "activities.xml", "changes.csv"):
        assert "CC-BY-4.0" in (dumped() / name).read_text(encoding="utf-8"), name


def test_a_licence_without_an_address_is_named(dumped, licensed_in_words):
    assert json.loads((dumped() / "dcat.jsonld").read_text())["dct:license"] == "Ask us"


def test_samples_are_marked_among_what_changed(dumped, session):
    import_records(session, [{"title": "Of the sample"}], is_sample=True)
    with (dumped() / "changes.csv").open(encoding="utf-8", newline="") as file:
        marks = {row["title"]: row["sample"] for row in csv.DictReader(file)}
    assert (marks["Of the sample"], marks["Labour Inspectors for Kenya"]) == ("sample", "")


def test_a_media_type_that_is_not_registered_links_no_page(dumped):
    dataset = json.loads((dumped() / "dcat.jsonld").read_text())
    files = {each["dct:title"]: each for each in dataset["dcat:distribution"]}
    assert files["projects.csv"]["dcat:mediaType"]["@id"].endswith("/media-types/text/csv")
    assert "dcat:mediaType" not in files["projects.jsonl"]
    assert files["projects.jsonl"]["dct:format"]["rdfs:label"] == "application/jsonl"


def test_nothing_half_written_stays(dumped):
    assert [name for name in contents(dumped()) if name.endswith(".part")] == []
