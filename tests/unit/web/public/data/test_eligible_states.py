"""What eligible states have received: each number leads to its projects, and gaps are said where the list is whole."""

import csv
import io

import pytest

from portal.vocabulary.term_lists import eligible_states
from tests.factories import import_records
from tests.loops import not_empty
from tests.pages import words
from tests.urls import projects

ADDRESS = "/data-and-research/eligible-states/"


@pytest.fixture
def records(session):
    import_records(session, [
        {"title": "One", "project_id": "EQ.0001", "budget_usd": "100.01", "year": "2019",
         "benefiting_member_states": "Kenya; Uganda; Chile", "start_date": "2018", "end_date": "2021"},
        {"title": "Two", "project_id": "EQ.0002", "budget_usd": "50", "year": "2005",
         "benefiting_member_states": "Kenya"},
        {"title": "Three", "project_id": "EQ.0003", "benefiting_member_states": "Fiji; Georgia"},
        {"title": "Four", "project_id": "EQ.0004", "budget_usd": "30", "benefiting_member_states": "Chile"},
    ])  # fmt: skip


def rows(page, section):
    """The rows of the table below a heading, by their first cell."""
    found = page.select(f"section[aria-labelledby={section}] tbody tr")
    return {words(row.query("th")[0]): [words(cell) for cell in row.query("td")] for row in found}


def test_a_state_has_its_part_and_its_years(records, visit):
    africa = rows(visit(ADDRESS), "africa")
    assert africa["Kenya"] == ["2", "83.34", "2005", "2021"]
    assert africa["Uganda"] == ["1", "33.33", "2018", "2021"]
    assert africa["Togo"] == ["0", "–", "–", "–"]
    assert "Chile" not in africa


def test_a_region_counts_each_project_once(records, visit):
    regions = rows(visit(ADDRESS), "regions")
    assert regions["Africa"] == ["45", "41 %", "2", "116.67", "100 %", "2005", "2021", "43"]
    assert regions["Asia and Oceania"] == ["31", "28 %", "1", "–", "0 %", "–", "–", "30"]
    europe = regions["Europe, of which 6 are known"]
    assert (europe[4], europe[-1]) == ("not known", "not known")
    assert regions["Middle East"] == ["1", "1 %", *["not known"] * 6]


def test_it_is_said_whose_value_stands_beside_the_share_of_all(records, visit):
    section = words(visit(ADDRESS).one("section[aria-labelledby=regions]"))
    assert "Europe: projects and shared value are those of 6 of the 13 states." in section
    assert section.count("projects and shared value are those of") == 1


def test_the_number_of_states_without_a_project_leads_to_their_names(records, visit):
    page = visit(ADDRESS)
    (row,) = [row for row in page.select("section[aria-labelledby=regions] tbody tr")
              if words(row.query("th")[0]) == "Africa"]  # fmt: skip
    assert [(words(cell), link.attrs["href"]) for cell in row.query("td") for link in cell.query("a")
            if link.attrs["href"].startswith("#")] == [("45", "#africa"), ("43", "#africa")]  # fmt: skip


def test_those_without_a_project_are_named_where_the_list_is_whole(records, visit):
    page = visit(ADDRESS)
    said = {name: words(page.select(f"section[aria-labelledby={name}] p")[0]) for name in ("africa", "europe")}
    assert said["africa"].startswith("Of the 45 eligible states 43 have no project in the records yet: Algeria, Angola")
    assert "Kenya" not in said["africa"]
    assert said["europe"] == "The source is cut off: of the 13 eligible states we know 6."


def test_each_number_leads_to_its_projects(records, visit):
    for row in not_empty(visit(ADDRESS).select("tbody tr")):
        links = [link for link in row.query("td a") if "/projects/" in link.attrs["href"]]
        if links:
            listed = visit(links[0].attrs["href"])
            assert words(links[0]) == str(len(projects(listed.text)))
            shared = [words(figure) for figure in listed.select(".totals dd")]
            assert len(links) == 1 or f"USD {words(links[1])}" in shared[2]


def test_the_file_holds_every_known_state(records, client):
    text = client.get("/data-and-research/eligible-states.csv").data.decode("utf-8-sig")
    found = {row["Code"]: row for row in csv.DictReader(io.StringIO(text))}
    assert found.keys() == {code for _, known in eligible_states().values() for code in known}
    assert (found["KEN"]["Projects"], found["KEN"]["Shared value, USD"]) == ("2", "83.34")


def test_without_records_every_state_has_none(session, visit):
    assert "Of the 21 eligible states 21 have no project" in visit(ADDRESS).text
