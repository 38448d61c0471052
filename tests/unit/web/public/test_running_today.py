"""`running=now` leads to the day of today, on pages and files; records without dates are left out and said."""

import io
import re
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from tests.factories import import_records
from tests.pages import words

TODAY = datetime.now(UTC).date()


@pytest.fixture
def records(session):
    """Projects that run by day, month and year, one that is over, and one whose end is not stated."""
    year = {"start_date": str(TODAY.year), "end_date": str(TODAY.year)}
    yesterday = {"start_date": "2001", "end_date": str(TODAY - timedelta(days=1))}
    import_records(
        session,
        [
            {"title": "By year", "project_id": "TD.0001", **year},
            {
                "title": "By month",
                "project_id": "TD.0002",
                "start_date": f"{TODAY:%Y-%m}",
                "end_date": f"{TODAY:%Y-%m}",
            },
            {"title": "By day", "project_id": "TD.0003", "start_date": str(TODAY), "end_date": str(TODAY)},
            {"title": "Over", "project_id": "TD.0004", **yesterday},
            {"title": "No end", "project_id": "TD.0005", "start_date": "2001"},
        ],
    )


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("/projects/?running=now", "/projects/?on={}"),
        ("/projects/?q=by&running=now&country=KEN", "/projects/?q=by&country=KEN&on={}"),
        ("/projects/?country=KEN&running=now&country=UGA", "/projects/?country=KEN&country=UGA&on={}"),
        ("/projects.csv?on=2008-01-01&running=now", "/projects.csv?on={}"),
        ("/projects/table?by=year&running=now", "/projects/table?by=year&on={}"),
        ("/embed/projects?running=now", "/embed/projects?on={}"),
        ("/where-we-work/map?running=now", "/where-we-work/map?on={}"),
        ("/data-and-research/?running=now", "/data-and-research/?on={}"),
    ],
)
def test_now_leads_to_today(client, records, asked, answer):
    led = client.get(asked)
    assert (led.status_code, led.headers["Cache-Control"]) == (302, "no-store")
    assert led.headers["Location"] == answer.format(datetime.now(UTC).date())


def test_dates_that_are_known_by_year_or_month_count_whole(visit, records):
    page = visit(f"/projects/?on={TODAY}&sort=title")
    assert [words(title) for title in page.select(".result h3")] == ["By day", "By month", "By year"]


def test_records_without_dates_are_said_with_a_way_to_them(visit, records):
    page = visit(f"/projects/?on={TODAY}")
    assert "One more project matches but states no start or no end" in page.text
    (link,) = [link for link in page.select(".notice a") if words(link) == "Show them"]
    assert [words(title) for title in visit(link.attrs["href"]).select(".result h3")] == ["No end"]


def test_nobody_is_left_out_where_lengths_are_chosen(visit, records):
    assert "states no start" not in visit(f"/projects/?on={TODAY}&length=1").text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("on=2024-02-30", "not a day written as 2024-06-30"),
        ("on=30.6.2024", "not a day written as 2024-06-30"),
        ("on=0000-01-01", "not a day written as 2024-06-30"),
        ("running=soon", "not understood"),
        ("length=11", "a number from 1 to 9"),
        ("budget=50000", "use the lowest and highest budget instead"),
    ],
)
def test_what_is_no_day_or_band_is_said_and_ignored(visit, records, query, said):
    page = visit(f"/projects/?{query}")
    assert said in words(page.one(".chip.is-ignored"))
    assert len(page.select(".result")) == 5


UNDATED = "One more project matches but states no start or no end, so it is left out."


@pytest.mark.parametrize("path", ["/data-and-research/?", "/projects/table?by=year&"])
def test_charts_and_tables_say_them_with_a_way_to_them(visit, records, path):
    page = visit(f"{path}on={TODAY}")
    (notice,) = page.select(".notice")
    assert words(notice) == f"{UNDATED} Show them"
    assert [words(title) for title in visit(notice.query("a")[0].attrs["href"]).select(".result h3")] == ["No end"]


@pytest.mark.parametrize("chart", ["project-lengths", "running-by-year"])
def test_a_chart_of_dates_counts_those_that_the_day_has_left_out(visit, records, chart):
    note = words(visit(f"/data-and-research/?on={TODAY}").one(f"#{chart} .sub"))
    assert "One record states no start or no end and is left out." in note


def test_files_and_the_api_say_them(client, records):
    for address in (f"/projects.json?on={TODAY}", f"/projects/table.json?by=year&on={TODAY}"):
        assert UNDATED in client.get(address).json["note"], address
    for address in (f"/api/v1/projects?on={TODAY}", f"/api/v1/table?by=year&on={TODAY}"):
        assert UNDATED in client.get(address).json["notes"], address
    lines = re.sub("<[^>]+>", " ", client.get(f"/data-and-research/budget-by-year.svg?on={TODAY}").text)
    assert UNDATED in " ".join(lines.split())
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/projects.xlsx?on={TODAY}").data))
    assert UNDATED in [cell for row in book["How this was made"].values for cell in row]


def test_files_of_a_search_without_a_day_say_nothing_of_them(client, records):
    assert client.get("/projects.json").json["note"] is None
