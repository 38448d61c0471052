"""Planned and cancelled projects are in the totals, are said beside them, and can be listed."""

import csv
import io
import re
from zipfile import ZipFile

import pytest

from portal.models import Term
from portal.services.imports import Report, import_file
from portal.services.operations import terms
from tests.factories import COLUMNS
from tests.loops import not_empty
from tests.pages import words

PLANNED = "one planned project with USD 1,000 is included"
CANCELLED = "2 cancelled projects with USD 2,500.50 are included"
EVERY = {"benefiting_member_states": "Kenya", "region": "Africa", "title": "One", "year": "2020", "sdg": "10"}
ROWS = [
    {"project_id": "A.1", "status": "Completed", "budget_usd": "100.00"},
    {"project_id": "A.2", "status": "Pipeline", "budget_usd": "1000.00"},
    {"project_id": "A.3", "status": "Cancelled", "budget_usd": "2500.50"},
    {"project_id": "A.4", "status": "Cancelled"},
    {"project_id": "A.5", "status": "Pipeline", "region": "Europe"},
    {"project_id": "A.6"},
]


@pytest.fixture(autouse=True)
def records(session, tmp_path):
    """ROWS as public records; the two words of IATI become terms."""
    path = tmp_path / "records.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(EVERY | row for row in ROWS)
    report = Report()
    import_file(session(), path, report=report, new_terms="add")
    session.commit()
    assert report.added == len(ROWS)


def said(page, within):
    return {words(link): link.attrs["href"] for link in page.select(within) if "included" in words(link)}


def test_a_list_says_them_and_leads_to_them(visit):
    found = said(visit("/projects/?region=africa"), ".totals a")
    assert list(found) == [PLANNED, CANCELLED]
    assert words(visit(found[PLANNED]).one("#status")) == "one project found"
    assert words(visit(found[CANCELLED]).one("#status")) == "2 projects found"


def test_a_chosen_status_stays_chosen(visit):
    found = said(visit("/projects/?region=africa&status=cancelled&status=completed"), ".totals a")
    assert list(found) == [CANCELLED]
    assert words(visit(found[CANCELLED]).one("#status")) == "2 projects found"


def test_a_list_of_what_was_carried_out_says_nothing(visit):
    assert not said(visit("/projects/?status=completed&status=none"), ".totals a")


def test_without_any_budget_none_is_made_up(visit):
    assert list(said(visit("/projects/?region=europe"), ".totals a")) == [
        "one planned project with no stated budget is included"
    ]


PAGES_OF_FIGURES = (
    "/", "/where-we-work/", "/where-we-work/?region=africa", "/where-we-work/KEN", "/data-and-research/?region=africa",
    "/data-and-research/eligible-states/", "/2030-agenda/", "/projects/table?by=year&measure=full",
)  # fmt: skip


@pytest.mark.parametrize("address", PAGES_OF_FIGURES)
def test_pages_of_figures_say_them_and_lead_to_them(visit, address):
    links = [(words(link), link.attrs["href"]) for link in visit(address).select("main a")]
    for kind in ("status=cancelled", "status=pipeline", "budget=none"):
        found = {
            (text, url) for text, url in links if kind in url and "/projects/?" in url and re.match("One|[0-9]+ ", text)
        }
        for text, url in not_empty(found):
            count = text.split()[0].lower()
            assert words(visit(url).one("#status")).startswith(f"{count} project"), text


def test_the_file_of_a_chart_counts_them_apart(client):
    rows = csv.DictReader(io.StringIO(client.get("/data-and-research/budget-by-year.csv").data.decode("utf-8-sig")))
    assert list(rows) == [
        {"Year": "2020", "Projects": "6", "Projects without a budget": "3", "Planned or cancelled projects": "4",
         "Full value, USD": "3600.50"}
    ]  # fmt: skip


@pytest.mark.parametrize("column", [2, 3])
def test_a_chart_leads_to_those_that_it_counts_apart(visit, column):
    cell = visit("/data-and-research/").select("#budget-by-year tbody tr")[0].query("th, td")[column]
    assert words(visit(cell.query("a")[0].attrs["href"]).one("#status")) == f"{words(cell)} projects found"


def test_a_note_of_a_chart_begins_with_a_capital(visit):
    assert "One planned project with USD 1,000 is included" in said(
        visit("/data-and-research/?region=africa"), "main a"
    )


def test_a_table_says_them(visit):
    text = words(visit("/projects/table?by=status&measure=full&region=africa").one("main"))
    assert f"{PLANNED.capitalize().replace('usd', 'USD')}." in text
    assert f"{CANCELLED}." in text


def test_the_api_and_files_count_them_apart(client):
    sums = client.get("/api/v1/projects?region=africa").json["sums"]
    assert (sums["projects"], sums["full_value_usd"]) == (5, 3600.5)
    assert sums["planned"] == {"projects": 1, "full_value_usd": 1000}
    assert sums["cancelled"] == {"projects": 2, "full_value_usd": 2500.5}
    assert client.get("/projects.json?region=africa").json["sums"] == sums
    assert client.get("/api/v1/projects?status=completed").json["sums"]["planned"] == {
        "projects": 0,
        "full_value_usd": None,
    }
    with ZipFile(io.BytesIO(client.get("/projects.xlsx?region=africa").data)) as book:
        texts = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "Of these cancelled" in texts
    assert "2 (full value in US dollars: 2500.50)" in texts


def test_a_status_keeps_its_rule_when_it_becomes_part_of_another(session, visit):
    merge(session, "cancelled", "given-up")
    found = said(visit("/projects/?region=africa"), ".totals a")[CANCELLED]
    assert words(visit(found).one("#status")) == "2 projects found"


def test_a_status_with_a_rule_keeps_that(session, visit):
    merge(session, "cancelled", "completed")
    assert list(said(visit("/projects/?region=africa"), ".totals a")) == [PLANNED]


def test_the_active_projects_of_the_home_page_follow_a_merge(session, visit):
    merge(session, "completed", "active")
    merge(session, "active", "running")
    number = visit("/").select(".figures dd a")[-1]
    assert words(number) == words(visit(number.attrs["href"]).select(".totals dd")[0]) == "1"


def merge(session, status, into):
    """Make one status part of another, which is added if there is none of that code."""
    if not session.query(Term).filter_by(facet="status", code=into).first():
        session.add(Term(facet="status", code=into, name=into, names={"en": into}))
        session.flush()
    terms.merge(session(), terms.get_term(session(), "status", status), terms.get_term(session(), "status", into))
    session.commit()


def test_the_rule_is_on_the_page_of_how_we_count(visit):
    rows = {words(row.query("th")[0]): words(row.query("td")[0]) for row in visit("/how-we-count/").select("tbody tr")
            if row.query("th")}  # fmt: skip
    assert (rows["Pipeline"], rows["Cancelled"], rows["Active"]) == ("planned", "cancelled", "carried out or under way")
