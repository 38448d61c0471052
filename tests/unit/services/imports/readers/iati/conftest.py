"""Activities as files state them, and what is read of them."""

import pytest

from portal.services.imports.readers.table import open_table

# The elements that the standard demands, but for those that a test is about.
WHOLE = (
    "<iati-identifier>XM-TEST-LM.0001</iati-identifier>"
    '<reporting-org ref="XM-TEST" type="40"><narrative>Somebody</narrative></reporting-org>'
    "<title><narrative>A title</narrative></title>"
)


@pytest.fixture
def read_file(tmp_path):
    """read_file(bytes) is the rows of an IATI file as dictionaries of what is stated, and the notes on it."""

    def read(content, **options):
        path = tmp_path / "in.data"
        path.write_bytes(content)
        with open_table(path, **options) as table:
            rows = [{name: text for name, text in row.values.items() if text} for row in table.rows]
            return rows, list(table.closing_notes())

    return read


@pytest.fixture
def read(read_file):
    """read(elements) is the row of an activity that has these elements besides WHOLE, and the notes on it."""

    def read(elements="", *, attributes='xml:lang="en" default-currency="USD"', whole=WHOLE, **options):
        activity = f"<iati-activity {attributes}>{whole}{elements}</iati-activity>"
        rows, notes = read_file(f'<iati-activities version="2.03">{activity}</iati-activities>'.encode(), **options)
        (row,) = rows
        return row, notes

    return read
