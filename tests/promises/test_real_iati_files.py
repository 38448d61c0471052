"""Activity files as publishers write them: each is imported, and a second time changes nothing."""

import json
import re
from pathlib import Path

import pytest

from portal.config import ROOT
from portal.errors import UnreadableFile
from portal.models import Project
from portal.services.imports import Report, import_file
from tests.export_readers import rows_of_csv
from tests.loops import not_empty
from tests.whole_portals import empty_portal

IATI = ROOT.parent / "shared" / "data" / "iati"
# How many activities a file has, and how many of them are refused: for an end before the start, the year 1013, or an
# identifier that stands twice.
ACTIVITIES = {
    "2.02/acfspain-co.xml": (1, 0),
    "2.02/acfspain-ph.xml": (6, 0),
    "2.02/be-dgd-2021_invalid.xml": (4, 1),
    "2.03/adb-am.xml.xz": (43, 0),
    "2.03/aiddata-colombiaaims.xml.xz": (693, 0),
    "2.03/aiddata-drc-aims.xml.xz": (2289, 0),
    "2.03/aiddata-hondurasaims.xml.xz": (1050, 2),
    "2.03/aiddata-iraqaims.xml.xz": (1338, 0),
    "2.03/aiddata-nigeriaaims.xml.xz": (140, 0),
    "2.03/aiddata-senegalaims.xml.xz": (701, 0),
    "2.03/aiddata-somaliaaims.xml.xz": (1217, 4),
    "2.03/aiddata-timorlesteaims.xml.xz": (773, 4),
    "2.03/aiddata-ugandaaims.xml.xz": (1456, 4),
    "2.03/caf-2025-10-10.xml.xz": (478, 0),
    "2.03/iom-dp2154.xml": (1, 0),
    "2.03/usaid-bb.xml": (1, 0),
    "2.03/usaid-bo.xml.xz": (63, 0),
    "2.03/who-ar.xml.xz": (157, 0),
    "2.03/worldbank-sv.xml.xz": (13, 0),
    "2.03/wri-2023-2027.xml": (1, 0),
}
# Files without a single record that IATI can express again; the report names each of them.
NOT_EXPRESSED = {
    "2.03/aiddata-iraqaims.xml.xz", "2.03/aiddata-nigeriaaims.xml.xz", "2.03/aiddata-somaliaaims.xml.xz",
}  # fmt: skip
REFUSED = {
    "1.0x/dfid-cd_1.01.xml.xz": "this is IATI 1.01",
    "1.0x/sida-se_1.00.xml.xz": "this is IATI 1.00",
    "1.0x/unitedstates-tz_1.0.xml.xz": "this is IATI 1.0;",
    "1.0x/worldbank-tz_1.01.xml.xz": "this is IATI 1.01",
    "2.03/adb-organisation-file.xml.xz": "this is an IATI organisation file",
}


def records_in(lines):
    """The records of a JSON Lines file by their keys."""
    return {record["key"]: record for record in map(json.loads, lines.splitlines())}


def real(name):
    if not (IATI / name).exists():
        pytest.skip("real IATI files are not in shared/data/iati beside the project")
    return IATI / name


@pytest.fixture
def take(session):
    """take(name) imports a real file and gives its report."""

    def run(name, **options):
        report = Report()
        import_file(session(), real(name), report=report, new_terms="add", **options)
        return report

    return run


def test_every_file_is_tried():
    real(Path())
    names = {path.relative_to(IATI).as_posix() for path in IATI.glob("*/*.xml*")}
    assert names == ACTIVITIES.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", ACTIVITIES)
def test_a_file_is_imported_and_a_second_time_changes_nothing(take, name):
    activities, refused = ACTIVITIES[name]
    first, again = take(name), take(name)
    assert (first.rows, first.added, first.refused) == (activities, activities - refused, refused), first.summary()
    assert (again.unchanged, again.refused) == (first.added, refused), again.summary()


@pytest.mark.parametrize("name", ACTIVITIES)
def test_what_is_exported_again_keeps_every_field(two_portals, tmp_path, name):
    first_app, second_app = two_portals
    path = real(name)
    with empty_portal(first_app, tmp_path) as portal:
        portal.take_file(path)
        activities, records = portal.give("xml"), records_in(portal.give("jsonl"))
        left_out = {row["key"] for row in rows_of_csv(portal.give("iati-report.csv")) if row["field"] == "project"}
    expressed = {key: record for key, record in records.items() if key not in left_out}
    assert activities.count(b"<iati-activity ") == len(expressed)
    assert (not expressed) == (name in NOT_EXPRESSED)
    if expressed:
        with empty_portal(second_app, tmp_path) as portal:
            report = portal.take("again.xml", activities)
            again = records_in(portal.give("jsonl"))
        assert report.refused == 0, report.summary()
        assert again == expressed


@pytest.mark.parametrize("name", REFUSED)
def test_other_files_are_refused_with_one_clear_line(take, name):
    with pytest.raises(UnreadableFile, match=re.escape(REFUSED[name])):
        take(name)


def test_an_identifier_that_stands_twice_is_refused_by_its_row(take):
    report = take("2.02/be-dgd-2021_invalid.xml")
    (issue,) = [issue for issue in report.first_issues if issue.kind == "refused"]
    assert (issue.row, issue.column, issue.reason) == (4, "project_id", "Row 3 has the same Projects ID")


def test_an_activity_of_the_fund_has_its_projects_id_behind_the_prefix(take, session):
    take("2.03/iom-dp2154.xml", iati_prefix="XM-DAC-47066")
    project = session.query(Project).one()
    assert (project.reference, str(project.start), str(project.end)) == ("DP.2154", "2020-03-15", "2021-03-14")
    assert str(project.budget) == "1459753.72"


def test_revised_budgets_are_in_place_of_the_original_ones(take, session):
    take("2.03/worldbank-sv.xml.xz")
    budgets = dict(not_empty(session.query(Project.reference, Project.budget).all()))
    assert budgets["44000-P178734"] == 100_000_000


def test_the_report_counts_what_a_record_has_no_place_for(take):
    report = take("2.03/adb-am.xml.xz")
    assert any("transaction (6,444), document-link (267)" in note for note in report.file_notes)
    assert "Amounts in other currencies than US dollars are not converted: EUR (1)" in report.file_notes
