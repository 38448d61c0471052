"""Ten records that are public, and the files made of them."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from tests.factories import import_records
from tests.promises.ten_records import IMPORTED

# What no other record has: a title that a spreadsheet would run, several paragraphs, a month and an exact day.
ODD = [
    {"project_id": "LM.0201", "title": "=1+1 is not a formula", "summary": "One.\n\nTwo.", "start_date": "2008-05",
     "end_date": "2009-06-30", "year": "2008", "budget_usd": "0.50", "benefiting_member_states": "Ghana; Togo"},
    {"title": "- a dash, \"quotes\" and\u00a0a no-break space", "summary": "@home; 1 < 2 & more",
     "start_date": "2001"},
]  # fmt: skip


@pytest.fixture
def records(session):
    """The records of the golden pages, and odd ones."""
    import_records(session, [*IMPORTED, *ODD])


@pytest.fixture
def file(client, records):
    """file(address, status=200) is the answer to a request for a file."""

    def get(address, *, status=200, **request):
        answer = client.get(address, **request)
        assert answer.status_code == status, answer.text[:2000]
        return answer

    return get


@pytest.fixture
def rows(file):
    """rows(address) are the rows of a CSV file as dictionaries."""
    return lambda address: list(csv.DictReader(io.StringIO(file(address).data.decode("utf-8-sig"), newline="")))


@pytest.fixture
def lines(file):
    """lines(address) are the objects of a JSON Lines file."""
    return lambda address: [json.loads(line) for line in file(address).text.splitlines()]


@pytest.fixture
def workbook(file, tmp_path):
    """workbook(address) is an Excel file as openpyxl reads it, and its path."""

    def read(address):
        path = Path(tmp_path / "file.xlsx")
        path.write_bytes(file(address).data)
        return openpyxl.load_workbook(path), path

    return read
