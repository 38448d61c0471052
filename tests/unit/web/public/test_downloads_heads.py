"""What every file says in its head, whatever is inside: its licence, and that it is of a sample; HEAD makes no file."""

import io
import zipfile
from dataclasses import replace

import pytest

from portal.exports.registry import FORMATS
from portal.exports.tables import table_file
from portal.web.public.data import files
from tests.factories import import_records

LICENCE, ADDRESS = "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"
SELECTIONS = [f"/projects.{suffix}" for suffix in FORMATS]
PROJECTS = [f"/projects/LM.0024.{suffix}" for suffix in FORMATS]
TABLES = [f"/projects/table.{suffix}?by=country&across=year" for suffix in ("csv", "xlsx", "json")]
CHARTS = [
    "/data-and-research/budget-by-year.csv", "/data-and-research/budget-by-year.svg",
    "/data-and-research/key-figures.csv", "/data-and-research/eligible-states.csv",
]  # fmt: skip
OTHERS = ["/where-we-work/KEN.xlsx", "/iati/activities.xml"]
CHOSEN = ["/projects.csv?columns=title", "/projects.jsonl?columns=title"]
FILES = [*SELECTIONS, *PROJECTS, *TABLES, *CHARTS, *OTHERS, *CHOSEN]
# They have no place for it.
SILENT = {*CHARTS, TABLES[0], *CHOSEN}
all_files = pytest.mark.parametrize("address", FILES)


@pytest.fixture
def licensed(app, sample, monkeypatch):
    """A portal with the sample, whose operator states a licence."""
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], licence=LICENCE))


def text_of(body):
    """What a file says; a workbook is an archive of files, and a calendar goes on after a line break and a space."""
    if not body.startswith(b"PK"):
        return body.decode().replace("\r\n ", "")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


@all_files
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_head_of_a_file_links_the_licence(client, licensed, address, method):
    answer = client.open(address, method=method)
    assert answer.status_code == 200
    assert answer.headers["Link"] == f'<{ADDRESS}>; rel="license"'


@pytest.mark.parametrize("address", [address for address in FILES if address not in SILENT])
def test_a_file_states_the_licence_inside(client, licensed, address):
    text = text_of(client.get(address).data)
    assert LICENCE in text or ADDRESS in text


@all_files
def test_without_a_licence_there_is_no_link(client, sample, address):
    assert "Link" not in client.get(address).headers


@all_files
def test_the_name_of_a_file_says_that_all_is_a_sample(client, sample, address):
    assert "_sample" in client.get(address).headers["Content-Disposition"]


def test_the_name_says_it_in_the_language_of_the_page(client, sample):
    assert "_echantillon_" in client.get("/fr/projects.csv").headers["Content-Disposition"]


@pytest.mark.parametrize("address", ["/projects.csv", TABLES[0], CHARTS[0]])
def test_the_name_says_nothing_once_there_is_a_real_record(client, session, sample, address):
    import_records(session, [{"title": "Real", "year": "2020", "budget_usd": "1"}])
    assert "sample" not in client.get(address).headers["Content-Disposition"]


@all_files
def test_head_is_that_of_the_file_and_states_no_length(client, sample, address):
    answer, file = client.head(address), client.get(address)
    assert (answer.status_code, answer.data) == (200, b"")
    for name in ("ETag", "Content-Type", "Content-Disposition"):
        assert answer.headers[name] == file.headers[name]
    assert "Content-Length" not in answer.headers


def refuse(*_):
    raise AssertionError("a file was made")


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_head_makes_no_table(client, sample, monkeypatch, suffix):
    monkeypatch.setattr(table_file, f"write_{suffix}", refuse)
    assert client.head(f"/projects/table.{suffix}?by=country").status_code == 200


@pytest.mark.parametrize("address", CHARTS)
def test_head_makes_no_file_of_a_chart(client, sample, monkeypatch, address):
    monkeypatch.setattr(files, "write_svg" if address.endswith("svg") else "write_csv", refuse)
    assert client.head(address).status_code == 200


def test_head_of_a_chart_that_there_is_not_is_404(client, sample):
    assert client.head("/data-and-research/nothing.csv").status_code == 404
