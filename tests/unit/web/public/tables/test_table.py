"""The page of a table and its files."""

import csv
import io
import json

import openpyxl
import pytest

from portal.web.public.tables import table as tables
from tests.factories import import_records
from tests.loops import not_empty
from tests.pages import words

ROWS = [
    {"project_id": "A.1", "title": "One", "budget_usd": "100.00", "region": "Africa", "year": "2019", "sdg": "8; 10",
     "benefiting_member_states": "Kenya; Uganda; Togo"},
    {"project_id": "A.2", "title": "Two", "budget_usd": "1000.00", "region": "Africa", "year": "2020",
     "benefiting_member_states": "Kenya"},
    {"project_id": "A.3", "title": "Three", "region": "Europe", "year": "2020", "benefiting_member_states": "Kenya"},
    {"project_id": "A.4", "title": "Four", "budget_usd": "10.00",
     "benefiting_member_states": "Kenya; Uganda", "country_shares": "25; 75"},
]  # fmt: skip


@pytest.fixture
def records(session):
    import_records(session, ROWS)


@pytest.fixture
def table(records, visit):
    """table(query) are the rows of the page as texts, without the heading row; the last is that of the totals."""

    def read(query):
        page = visit(f"/projects/table?{query}")
        return [[words(cell) for cell in row.query("th, td")] for row in page.select(".crosstab tr")][1:]

    return read


@pytest.fixture
def file(client, records):
    def get(address, status=200):
        answer = client.get(address)
        assert answer.status_code == status, answer.text
        return answer

    return get


def test_a_regional_project_counts_in_each_row_and_once_in_the_total(table):
    assert table("by=country") == [["Kenya", "4"], ["Togo", "1"], ["Uganda", "2"], ["All", "4"]]


def test_full_value_counts_whole_budgets(table):
    assert table("by=country&measure=full") == [
        ["Kenya", "1,110"], ["Togo", "100"], ["Uganda", "110"], ["All", "1,110"],
    ]  # fmt: skip


def test_shared_value_follows_stated_shares_and_adds_up_to_the_cent(table):
    assert table("by=country&measure=shared") == [
        ["Kenya", "1,035.84"], ["Togo", "33.33"], ["Uganda", "40.83"], ["All", "1,110"],
    ]  # fmt: skip


def test_a_second_facet_makes_columns(table):
    assert table("by=region&across=year") == [
        ["Africa", "2", "1", "1", "0"], ["Europe", "1", "0", "1", "0"], ["Not stated", "1", "0", "0", "1"],
        ["All", "4", "1", "2", "1"],
    ]  # fmt: skip


def test_where_no_project_states_a_budget_there_is_a_dash(table):
    assert ["Europe", "–"] in table("by=region&measure=full")


def test_filters_choose_the_projects(table):
    assert table("by=country&region=africa&year=2020") == [["Kenya", "1"], ["All", "1"]]


def test_each_number_leads_to_its_projects(records, visit):
    page = visit("/projects/table?by=country&across=year&region=africa")
    for link in not_empty(page.select(".crosstab td a")):
        listed = visit(link.attrs["href"])
        assert int(words(link)) == len(listed.select(".results-list > li")), link.attrs["href"]


def test_each_number_leads_to_its_projects_where_a_state_is_chosen_too(records, visit):
    page = visit("/projects/table?by=year&across=country&country=UGA")
    links = page.select(".crosstab tfoot td a")
    assert [words(link) for link in links] == ["2", "2", "1", "2"]
    for link in not_empty(links):
        assert int(words(link)) == len(visit(link.attrs["href"]).select(".results-list > li")), link.attrs["href"]


def test_the_page_says_why_rows_do_not_add_up(records, visit):
    text = words(visit("/projects/table?by=country").one("caption"))
    assert "add up to more than the total" in text


def test_unknown_options_are_named_and_ignored(records, visit):
    page = visit("/projects/table?by=colour&measure=weight")
    assert [words(notice).partition(":")[0] for notice in page.select(".notice")] == ["by=colour", "measure=weight"]


def test_columns_of_the_facet_of_the_rows_are_ignored_and_it_is_said_why(records, visit):
    page = visit("/projects/table?by=year&across=year")
    assert [words(notice) for notice in page.select(".notice")] == [
        "across=year: the rows show it already, so it is ignored"
    ]


def test_the_controls_keep_the_filters(records, visit):
    page = visit("/projects/table?by=year&q=one&region=africa")
    hidden = {field.attrs["name"]: field.attrs["value"] for field in page.select(".table-controls input")}
    assert hidden == {"q": "one", "region": "africa"}


def test_nothing_found_is_nothing_to_count(records, visit):
    assert "nothing to count" in words(visit("/projects/table?q=zzzz").one("main"))


def test_the_list_of_projects_links_its_table(records, visit):
    page = visit("/projects/?region=africa")
    assert "/projects/table?by=country&region=africa" in page.links


def test_columns_beyond_the_limit_are_one_and_the_files_hold_all(session, monkeypatch, visit, client):
    monkeypatch.setattr(tables, "MAX_COLUMNS", 2)
    years = enumerate((2001, 2002, 2003, 2003))
    import_records(session, [{"title": f"Number {number}", "year": str(year)} for number, year in years])
    page = visit("/projects/table?by=status&across=year")
    assert [words(cell) for cell in page.select(".crosstab thead th")] == ["Status", "All", "2003", "All others"]
    assert [words(cell) for cell in page.select(".crosstab tfoot td")] == ["4", "2", "2"]
    text = client.get("/projects/table.csv?by=status&across=year").data.decode("utf-8-sig")
    assert text.startswith("Status,Code,All,2001,2002,2003\r\n")


def test_rows_beyond_the_limit_are_one_that_leads_to_the_file(session, monkeypatch, visit):
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    years = enumerate((2001, 2002, 2003, 2003))
    import_records(session, [{"title": f"Number {number}", "year": str(year)} for number, year in years])
    page = visit("/projects/table?by=year&across=status")
    rows = page.select(".crosstab tbody tr")
    assert [[words(cell) for cell in row.query("th, td")] for row in rows] == [
        ["2003", "2", "2"], ["All others", "2", "2"],
    ]  # fmt: skip
    file = "/projects/table.csv?by=year&across=status"
    assert {link.attrs["href"] == file for link in rows[0].query("a")} == {False}
    assert [link.attrs["href"] for link in rows[1].query("a")] == [file] * 2


def test_a_csv_file_has_amounts_with_two_decimals(file):
    text = file("/projects/table.csv?by=country&across=region&measure=shared").data.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["Member state", "Code", "All: Shared value, USD", "Africa", "Europe", "Not stated"],
        ["Kenya", "KEN", "1035.84", "1033.34", "", "2.50"],
        ["Togo", "TGO", "33.33", "33.33", "0.00", "0.00"],
        ["Uganda", "UGA", "40.83", "33.33", "0.00", "7.50"],
        ["All", "", "1110.00", "1100.00", "", "10.00"],
    ]


def test_json_states_what_it_counts(file):
    content = json.loads(file("/projects/table.json?by=country&across=region&measure=shared").text)
    assert (content["by"], content["across"], content["measure"], content["unit"]) == (
        "country",
        "region",
        "shared",
        "USD",
    )
    assert content["table_total"] == 1110
    kenya = content["rows"][0]
    assert kenya == {"value": "KEN", "label": "Kenya", "total": 1035.84, "cells": [1033.34, None, 2.5]}
    assert content["columns"][0] == {"value": "africa", "label": "Africa", "total": 1100}


def test_a_workbook_has_numbers(file, tmp_path):
    path = tmp_path / "table.xlsx"
    path.write_bytes(file("/projects/table.xlsx?by=country&measure=shared").data)
    rows = list(openpyxl.load_workbook(path)["Table"].values)
    assert rows[0] == ("Member state", "Code", "Shared value, USD")
    assert rows[-1] == ("All", None, 1110)
    assert rows[1] == ("Kenya", "KEN", 1035.84)


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_a_file_has_the_same_bytes_twice(file, suffix):
    address = f"/projects/table.{suffix}?by=country&across=year&measure=full"
    assert file(address).data == file(address).data


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_whoever_has_the_file_is_told_so(file, client, suffix):
    address = f"/projects/table.{suffix}?by=country"
    etag = file(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("query", ["by=colour", "across=money", "measure=weight", "by=year&across=year"])
def test_a_file_of_an_unknown_kind_is_refused(file, query):
    assert query.rpartition("&")[2].partition("=")[2] in file(f"/projects/table.csv?{query}", status=400).text


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_a_table_of_nothing_is_a_valid_file(file, suffix):
    assert file(f"/projects/table.{suffix}?by=country&across=year&q=zzzz").data
