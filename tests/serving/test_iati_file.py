"""A server has the file of all IATI activities written by a process of its own, before anybody asks for it."""

import csv
import os
import subprocess

import pytest

from deploy import rehearsal
from tests.factories import COLUMNS
from tests.waiting import eventually

REPORTER = {
    "PORTAL_IATI_ORGANISATION": "XM-DAC-47066",
    "PORTAL_IATI_ORGANISATION_NAME": "International Organization for Migration",
    "PORTAL_IATI_ORGANISATION_TYPE": "40",
}
TITLE = "Written aside"


def kept(folder):
    """The one file that is kept whole; None while there is none."""
    found = [path for path in folder.glob("portal-exports-*/kept-*/*") if path.name not in ("lock", "part")]
    return found[0].read_bytes() if found else None


# The process has the lowest priority: beside other tests it would take minutes.
@pytest.mark.alone
def test_the_file_is_written_before_anybody_asks_and_again_after_a_change(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with rehearsal.bare(more=REPORTER) as portal:
        first = eventually(lambda: kept(tmp_path), "the file")
        assert first.rstrip().endswith(b"</iati-activities>")
        assert TITLE.encode() not in first
        source = tmp_path / "one.csv"
        with source.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerow(
                {
                    "project_id": "ZZ.0001",
                    "title": TITLE,
                    "year": "2020",
                    "start_date": "2020-01-01",
                    "status": "Active",
                }
            )
        environ = {**os.environ, "DATABASE_URL": f"sqlite:///{portal.folder}/portal.db"}
        subprocess.run(
            [rehearsal.program("portal"), "import", str(source)], env=environ, check=True, capture_output=True
        )
        eventually(lambda: TITLE.encode() in (kept(tmp_path) or b""), "the file of the new state")
