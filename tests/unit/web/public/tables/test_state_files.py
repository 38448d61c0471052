"""The workbook of a member state."""

import io

import openpyxl
import pytest

from tests.factories import import_records
from tests.unit.web.public.tables.test_table import ROWS


@pytest.fixture
def workbook(session, client):
    """workbook(code) are the rows of each sheet by its name."""
    import_records(session, [*ROWS, {"project_id": "A.5", "title": "=Five", "benefiting_member_states": "Togo"}])

    def read(code):
        answer = client.get(f"/where-we-work/{code}.xlsx")
        assert answer.status_code == 200
        return {sheet.title: list(sheet.values) for sheet in openpyxl.load_workbook(io.BytesIO(answer.data))}

    return read


def test_it_has_a_sheet_for_each_question(workbook):
    assert list(workbook("KEN")) == ["Projects", "Shares", "Themes", "Years", "How this was made"]


def test_shares_follow_the_records(workbook):
    rows = [(row[0], row[4], row[5], row[6], row[7]) for row in workbook("UGA")["Shares"]]
    assert rows == [
        ("Projects ID", "Member states", "Share, per cent", "Full value, USD", "Shared value, USD"),
        ("A.1", 3, 33.33, 100, 33.33), ("A.4", 2, 75, 10, 7.5), ("All", None, None, 110, 40.83),
    ]  # fmt: skip


def test_years_add_up_to_everything(workbook):
    rows = workbook("KEN")["Years"]
    assert rows[1:] == [
        ("2019", 1, 100, 33.34), ("2020", 2, 1000, 1000), ("Not stated", 1, 10, 2.5), ("All", 4, 1110, 1035.84),
    ]  # fmt: skip


def test_a_title_is_no_formula(workbook):
    assert "=Five" in [row[1] for row in workbook("TGO")["Projects"]]


def test_it_says_the_rule_and_where_it_is_from(workbook):
    facts = list(workbook("KEN")["How this was made"])
    said = dict(facts)
    assert said["This file"].endswith("/where-we-work/KEN.xlsx")
    assert said["Selection"].startswith("Projects benefiting Kenya")
    assert any(what == "What the numbers count" and "largest remainders" in how for what, how in facts)


def test_the_same_state_gives_the_same_bytes(workbook, client):
    assert client.get("/where-we-work/KEN.xlsx").data == client.get("/where-we-work/KEN.xlsx").data


def test_a_state_without_projects_has_an_empty_workbook(workbook):
    assert workbook("FRA")["Shares"][1:] == [("All", None, None, None, None, None, None, None)]


@pytest.mark.parametrize("code", ["ke", "KE", "ken", "Ken"])
def test_other_spellings_of_a_code_redirect(session, client, code):
    answer = client.get(f"/where-we-work/{code}.xlsx")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/where-we-work/KEN.xlsx")


@pytest.mark.parametrize("code", ["XXX", "none", "K", "a" * 100])
def test_an_unknown_state_has_no_workbook(session, client, code):
    assert client.get(f"/where-we-work/{code}.xlsx").status_code == 404


def test_the_page_of_a_state_links_its_workbook(session, visit):
    import_records(session, ROWS)
    page = visit("/where-we-work/KEN")
    assert "/where-we-work/KEN.xlsx" in page.links
