"""The dump of all projects."""

import csv
import hashlib
import json

import pytest
from frictionless import Package, system
from sqlalchemy import select

from portal.cli.jobs.dump import _describe
from portal.exports.dump.folder import write_dump
from portal.models import Project
from portal.services.editorial import publication
from tests.factories import Office, import_records
from tests.loops import not_empty


@pytest.fixture
def dumped(records, app, tmp_path):
    """dumped() writes a dump into a folder and returns the folder."""
    folder = tmp_path / "dump"

    def dump():
        write_dump(folder, _describe, "https://data.example.org/dump")
        return folder

    return dump


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def changed(folder):
    with (folder / "changes.csv").open(encoding="utf-8", newline="") as file:
        return [(row["key"], row["change"]) for row in csv.DictReader(file)][1:]


def test_two_runs_over_one_state_give_the_same_bytes(dumped):
    first = contents(dumped())
    assert {"projects.csv", "projects.jsonl", "changes.csv", "datapackage.json", "dcat.jsonld"} <= first.keys()
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


def test_nothing_half_written_stays(dumped):
    assert [name for name in contents(dumped()) if name.endswith(".part")] == []
