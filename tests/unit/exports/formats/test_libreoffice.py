"""Files as LibreOffice opens them, where it is installed."""

import shutil
import subprocess
from datetime import datetime

import openpyxl
import pytest

from tests.factories import import_records

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(not SOFFICE, reason="LibreOffice is not installed: apt-get install libreoffice-calc")
# Comma, double quotes, UTF-8, from the first line, columns as they look; quoted cells are text, dates are recognised.
AS_OPENED = "CSV:44,34,76,1,,0,false,true"


@pytest.fixture
def opened(file, tmp_path):
    """opened(address) is the first sheet of a file that LibreOffice has opened and saved as a workbook."""

    def convert(address, suffix):
        source = tmp_path / f"file.{suffix}"
        source.write_bytes(file(address).data)
        target = tmp_path / "converted"
        options = [f"--infilter={AS_OPENED}"] if suffix == "csv" else []
        subprocess.run(
            [SOFFICE, f"-env:UserInstallation=file://{tmp_path}/user", "--headless", *options, "--convert-to", "xlsx",
             "--outdir", str(target), str(source)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        return openpyxl.load_workbook(target / "file.xlsx").worksheets[0]

    return convert


def row_of(sheet, reference):
    header = [cell.value for cell in sheet[1]]
    row = next(row for row in sheet.iter_rows(min_row=2, values_only=True) if row[0] == reference)
    return dict(zip(header, row, strict=True))


def test_every_column_of_a_csv_file_is_as_it_should_be(opened):
    sheet = opened("/projects.csv?header=keys", "csv")
    assert sheet.max_row == 10
    row = row_of(sheet, "TC.0107")
    assert (row["budget_usd"], row["year"], row["start_date"]) == (1234567.89, 2010, 2010)
    assert row["other_countries"] == "Algeria; Tunisia"
    assert row["title"] == "Free Movement across Africa"
    odd = row_of(sheet, "LM.0201")
    assert odd["title"] == "'=1+1 is not a formula"
    assert odd["summary"] == "One.\n\nTwo."


def test_no_cell_of_a_csv_file_runs(opened):
    sheet = opened("/projects.csv", "csv")
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert "s" in kinds
    assert "f" not in kinds


def test_a_workbook_opens_with_its_types(session, opened):
    import_records(session, [{"project_id": "LM.0301", "title": "Targets", "sdg": "17.16", "start_date": "2008-05"}])
    sheet = opened("/projects.xlsx?header=keys", "xlsx")
    # A CSV file that is opened by a double click cannot keep them: docs/data.md says so.
    assert (row_of(sheet, "LM.0301")["sdg"], row_of(sheet, "LM.0301")["start_date"]) == ("17.16", "2008-05")
    row = row_of(sheet, "LM.0201")
    assert (row["budget_usd"], row["title"]) == (0.5, "=1+1 is not a formula")
    assert row["end_date"] == datetime(2009, 6, 30)  # noqa: DTZ001 # a day has no zone
