"""A table says of its money which value it is: nothing is called shared that was not shared."""

import csv
import io

import openpyxl
import pytest

from tests.factories import import_records
from tests.pages import words
from tests.unit.web.public.tables.test_table import ROWS

# A table, and what its numbers are.
CASES = [
    ("by=year&measure=shared", "Full value, USD", "full"),
    ("by=region&across=year&measure=shared", "All: Full value, USD", "full"),
    ("by=year&measure=full", "Full value, USD", "full"),
    ("by=country&measure=shared", "Shared value, USD", "shared"),
    ("by=year&across=country&measure=shared", "All: Shared value, USD", "shared"),
    ("by=year&across=region", "All", "projects"),
]


@pytest.fixture(autouse=True)
def records(session):
    import_records(session, ROWS)


@pytest.mark.parametrize(("query", "label", "measure"), CASES)
def test_the_page_names_what_it_counts(visit, query, label, measure):
    page = visit(f"/projects/table?{query}")
    assert words(page.select(".crosstab thead th")[1]) == label
    assert page.one("#measure option[selected]").attrs["value"] == measure


@pytest.mark.parametrize(("query", "label", "measure"), CASES)
def test_files_and_the_api_name_what_they_count(client, tmp_path, query, label, measure):
    text = client.get(f"/projects/table.csv?{query}").data.decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(text)))[2] == label
    (tmp_path / "table.xlsx").write_bytes(client.get(f"/projects/table.xlsx?{query}").data)
    assert next(openpyxl.load_workbook(tmp_path / "table.xlsx")["Table"].values)[2] == label
    assert client.get(f"/projects/table.json?{query}").json["measure"] == measure
    assert client.get(f"/api/v1/table?{query}").json["measure"] == measure


def test_what_was_asked_for_and_cannot_be_had_is_said(visit):
    caption = words(visit("/projects/table?by=year&measure=shared").one("caption"))
    assert "This table has none, so it shows the full value." in caption


@pytest.mark.parametrize(
    ("address", "label"),
    [("/fr/projects/table?by=year&measure=shared", "Montant intégral, USD"),
     ("/es/projects/table?by=year&measure=shared", "Valor íntegro, USD")],
)  # fmt: skip
def test_the_name_is_that_of_the_language(visit, address, label):
    assert words(visit(address).select(".crosstab thead th")[1]) == label


def test_what_sums_leave_out_leads_to_it(visit):
    (link,) = [link for link in visit("/projects/table?by=region&measure=full").select("caption a")
               if "budget" in words(link)]  # fmt: skip
    assert words(link) == "One project without a budget is left out of the sum"
    assert words(visit(link.attrs["href"]).one("#status")) == "one project found"


def test_numbers_of_projects_leave_nothing_out(visit):
    assert "without a budget" not in words(visit("/projects/table?by=region").one("caption"))


def test_a_number_that_filters_cannot_ask_for_leads_to_the_file(visit):
    page = visit("/projects/table?by=country&country=KEN&country=UGA")
    links = {words(row.query("th")[0]): row.query("a")[0].attrs["href"] for row in page.select(".crosstab tbody tr")}
    assert links["Togo"] == "/projects/table.csv?by=country&country=KEN&country=UGA"
    assert "it leads to the table as CSV" in words(page.one("caption"))
