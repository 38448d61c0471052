"""Files of rows that are alike, in the tests of imports."""

import csv

import pytest

from portal.services.imports import Report, import_file
from portal.services.imports.header import KNOWN_COLUMNS

ROW = {
    "title": "Alpha one",
    "start_date": "2008",
    "status": "Active",
    "year": "2008",
    "benefiting_member_states": "Georgia",
}


@pytest.fixture
def take(session, tmp_path):
    """take(rows) imports them as one file and gives its report; nothing is committed."""

    def run(rows):
        path, report = tmp_path / "in.csv", Report()
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, KNOWN_COLUMNS)
            writer.writeheader()
            writer.writerows({**ROW, **row} for row in rows)
        import_file(session(), path, report=report)
        return report

    return run
