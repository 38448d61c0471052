"""The page of charts: any selection, every number a link that gives it, and files that say the same."""

import csv
import io
import re
from xml.etree import ElementTree

import pytest

from portal.web.public.data import by_year
from tests.factories import import_records
from tests.loops import not_empty
from tests.pages import words

ROWS = [
    {"project_id": "A.1", "title": "One", "budget_usd": "100000.00", "region": "Africa", "year": "2019",
     "start_date": "2019", "end_date": "2021", "project_type": "Labour Migration",
     "benefiting_member_states": "Kenya; Uganda"},
    {"project_id": "A.2", "title": "Two", "budget_usd": "1000000.00", "region": "Africa", "year": "2021",
     "start_date": "2021", "end_date": "2021", "project_type": "Counter-Trafficking"},
    {"project_id": "A.3", "title": "Three", "region": "Europe", "year": "2022", "project_type": "Labour Migration"},
    {"project_id": "A.4", "title": "Four", "budget_usd": "200000.50", "region": "Global", "year": "2022",
     "start_date": "2022"},
    {"project_id": "A.5", "title": "Five", "budget_usd": "0", "start_date": "2018", "end_date": "2019"},
]  # fmt: skip
CHARTS = ("budget-by-year", "projects-by-year", "budget-by-theme", "region-shares", "regions-by-year",
          "full-value-by-region", "budget-sizes", "project-lengths", "running-by-year")  # fmt: skip
QUERIES = ("", "?region=africa", "?year_from=2020&year=2021&year=2022", "?budget_min=1&budget_max=500000",
           "?country=KEN&country=UGA&country_match=all", "?q=four")  # fmt: skip


@pytest.fixture
def records(session):
    import_records(session, ROWS)


def heading(page, chart):
    return words(page.one(f"#{chart}-heading"))


def twin(page, chart):
    """The table below a chart as texts, its head first; [] without one."""
    rows = page.select(f"#{chart} .table tr")
    return [[words(cell) for cell in row.query("th, td")] for row in rows]


def listed(client, url):
    """How many projects an address of the directory finds, and their money in cents."""
    text = client.get(url).text
    count = re.search(r'id="status">(No|one|[0-9,]+) project', text)[1]
    number = {"No": 0, "one": 1}.get(count) if count in ("No", "one") else int(count.replace(",", ""))
    sums = client.get(url.replace("/projects/", "/projects/table.json", 1).replace("?", "?by=status&measure=full&"))
    total = sums.json["table_total"]
    return number, round(100 * float(total)) if total is not None else None


@pytest.mark.parametrize("query", QUERIES)
def test_each_number_leads_to_what_it_counts(records, client, visit, query):
    for column, link in not_empty(linked_cells(visit(f"/data-and-research/{query}"))):
        if column == "Shared value, USD":
            continue
        count, cents = listed(client, link.attrs["href"])
        expected = cents / 100 if column.endswith("Full value, USD") else count
        assert float(words(link).replace(",", "")) == expected, link.attrs["href"]


def linked_cells(page):
    """The heading of its column and the link, for each number of the tables of charts that has one."""
    for table in page.select("figure .table"):
        columns = [words(column) for column in table.query("thead th")]
        for row in table.query("tbody tr"):
            for column, cell in zip(columns[1:], row.query("td"), strict=True):
                yield from ((column, link) for link in cell.query("a"))


@pytest.mark.parametrize("query", QUERIES)
def test_each_mark_leads_to_what_it_says(records, client, visit, query):
    page = visit(f"/data-and-research/{query}")
    labels = [link for link in page.select("figure a[aria-label]") if "project" in link.attrs["aria-label"]]
    for link in not_empty(labels):
        label = link.attrs["aria-label"]
        if said := re.search(r"(one|[0-9,]+) projects?\b", label):
            count, cents = listed(client, link.attrs["href"])
            assert said[1].replace("one", "1") == str(count), label
            if money := re.search(r": USD ([0-9,.]+)(?=,|$)", label):
                assert float(money[1].rstrip(",").replace(",", "")) == cents / 100


@pytest.mark.parametrize("query", QUERIES)
def test_each_record_left_out_is_behind_its_link(records, client, visit, query):
    links = visit(f"/data-and-research/{query}").select('figure .sub a[href^="/projects/"]')
    said = [words(link).split()[0].replace("One", "1") for link in links]
    assert said == [str(listed(client, link.attrs["href"])[0]) for link in links]


def test_key_figures_and_gaps_lead_to_what_they_count(records, client, visit):
    page = visit("/data-and-research/?year_from=2019")
    links = [link for link in page.select("dl a, #gaps + .table-wrap td a") if "/projects/?" in link.attrs["href"]]
    for link in not_empty(links):
        assert int(words(link)) == listed(client, link.attrs["href"])[0]


@pytest.mark.parametrize("query", QUERIES)
def test_the_file_is_the_table(records, client, visit, query):
    page, compared = visit(f"/data-and-research/{query}"), 0
    for chart in CHARTS:
        if rows := twin(page, chart):
            url = next(link.attrs["href"] for link in page.select(f"#{chart} a") if ".csv" in link.attrs["href"])
            answer = client.get(url)
            assert answer.mimetype == "text/csv"
            read = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
            assert [plain(row) for row in read] == [plain(row) for row in rows]
            compared += 1
    assert compared >= 4


def plain(row):
    """Numbers as numbers; a dash and an empty cell are no number."""
    texts = [text.replace(",", "").removesuffix("\u00a0%").removesuffix(" %").replace("–", "") for text in row]
    return [row[0], *(float(text) if re.fullmatch(r"[0-9.]+", text) else text for text in texts[1:])]


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("query", ["", "?q=two", "?year=none"])
def test_the_picture_is_whole_by_itself(records, client, chart, query):
    answer = client.get(f"/data-and-research/{chart}.svg{query}")
    assert answer.mimetype == "image/svg+xml"
    root = ElementTree.fromstring(answer.data)  # noqa: S314 # our own
    texts = [element.text for element in root.iter() if element.tag.endswith("}text")]
    assert texts[0]
    assert root[0].tag.endswith("}title")
    # No link, no style and nothing from elsewhere, so that it looks the same wherever it is shown.
    assert not re.search(rb"<a |class=|style|href", answer.data)
    assert b'fill="#13213a"' in answer.data


def test_the_headings_say_what_stands_out(records, visit):
    page = visit("/data-and-research/")
    assert heading(page, "budget-by-year") == "Allocations peaked in 2021"
    assert heading(page, "projects-by-year") == "More projects were allocated in 2022 than in any other year"
    assert heading(page, "running-by-year") == "Most projects ran at the ends of 2019 and 2021, 2 at each"
    assert heading(page, "region-shares") == "Is it shared fairly?"


def test_a_year_without_projects_stands_in_the_chart_and_not_in_the_table(records, visit):
    page = visit("/data-and-research/")
    names = [words(text) for text in page.select("#budget-by-year .chart g .chart-text")]
    assert [name for name in names if name.startswith("20")] == ["2019", "2020", "2021", "2022"]
    assert [row[0] for row in twin(page, "budget-by-year")] == ["Year", "2019", "2021", "2022"]


def test_a_year_without_a_budget_has_a_dash_and_no_column(records, visit):
    page = visit("/data-and-research/?region=europe")
    assert twin(page, "budget-by-year")[1] == ["2022", "1", "1", "–"]
    assert heading(page, "budget-by-year") == "Budget by year of allocation"
    (link,) = page.select("#budget-by-year .chart a")
    assert link.attrs["aria-label"] == "2022: budget not stated, one project"


def test_with_member_states_the_table_has_what_they_receive_too(records, client, visit):
    page = visit("/data-and-research/?country=KEN")
    for chart in ("budget-by-year", "budget-by-theme"):
        head, row = twin(page, chart)
        assert head[-2:] == ["Full value, USD", "Shared value, USD"]
        assert row[-2:] == ["100,000", "50,000"]
        assert "What the chosen member states receive of it" in words(page.one(f"#{chart} .sub"))
    shared = sum(float(row[-1].replace(",", "")) for row in twin(page, "budget-by-year")[1:])
    listed = client.get("/projects.json?country=KEN&year_from=1900").json["sums"]
    assert (shared, 100_000) == (listed["shared_value_usd"], listed["full_value_usd"])


def test_money_by_region_and_year_has_a_chart_a_table_and_a_file(records, visit, client):
    page = visit("/data-and-research/")
    head, *rows = twin(page, "full-value-by-region")
    assert head == ["Year", *(f"{name}: Full value, USD" for name in ("Africa", "Europe", "Global", "Not stated"))]
    assert rows == [
        ["2019", "100,000", "0", "0", "0"], ["2021", "1,000,000", "0", "0", "0"],
        ["2022", "0", "–", "200,000.50", "0"],
    ]  # fmt: skip
    labels = [link.attrs["aria-label"] for link in page.select("#full-value-by-region .chart a")]
    assert "Africa, 2021: USD 1,000,000, one project" in labels


def test_of_another_day_running_projects_lead_to_the_file(records, visit):
    page = visit("/data-and-research/?on=2021-06-30")
    assert [link.attrs["href"] for link in page.select("#running-by-year td a")] == [
        "/data-and-research/running-by-year.csv?on=2021-06-30"
    ] * 3


def test_one_record_is_enough(records, visit):
    page = visit("/data-and-research/?q=two")
    assert heading(page, "budget-by-year") == "All budgets with a year are of 2021"
    assert words(page.one("#sentence")).startswith("Projects mentioning “two”: one project")


def test_nothing_found_is_said_with_a_way_back(records, visit):
    page = visit("/data-and-research/?q=zzzz")
    assert "nothing to count" in words(page.one("main"))
    assert page.select("figure, svg.chart, dl") == []
    assert {"/projects/?q=zzzz", "/data-and-research/"} <= set(page.links)


def test_records_that_state_nothing_have_no_charts_but_say_so(session, visit):
    import_records(session, [{"title": "One"}])
    page = visit("/data-and-research/")
    assert len(page.select("figure")) == len(CHARTS)
    assert page.select("figure .chart") == []
    assert "states no year" in words(page.one("#budget-by-year"))


def test_a_selection_of_regions_does_not_compare_them(records, visit, client):
    for query in ("?region=africa", "?country=KEN"):
        page = visit(f"/data-and-research/{query}")
        assert "say nothing here" in words(page.one("section[aria-labelledby=region-shares-heading]"))
        assert client.get(f"/data-and-research/region-shares.csv{query}").status_code == 404


def test_the_selection_is_said_and_kept(records, visit):
    page = visit("/data-and-research/?region=africa&year_from=2019&sort=title&page=3")
    assert (
        words(page.one("#sentence"))
        == "Projects in Africa allocated from 2019 on: 2 projects, USD 1.1 million full value"
    )
    assert [words(chip) for chip in page.select(".chips .chip")] == [
        "Region Africa remove", "Allocated from 2019 remove",
    ]  # fmt: skip
    removed = page.select(".chips .chip")[0].attrs["href"]
    assert removed == "/data-and-research/?year_from=2019"
    assert "/projects/?region=africa&year_from=2019" in page.links


def test_what_is_not_understood_is_said_and_ignored(records, visit):
    page = visit("/data-and-research/?year_from=x&budget=5")
    assert [words(chip.query("span")[0]) for chip in page.select(".chip")] == [
        "use the lowest and highest budget instead, or none for not stated",
        "not a plain whole number, so it is ignored",
    ]  # fmt: skip
    assert words(page.one("#sentence")).startswith("All projects")


def test_a_range_that_ends_before_it_begins_is_said(records, visit):
    assert "before the first year" in words(visit("/data-and-research/?year_from=2020&year_to=2010").one(".notice"))


def test_search_engines_are_shown_the_page_of_all_records_alone(records, visit):
    whole, part = visit("/data-and-research/"), visit("/data-and-research/?region=africa&view=table")
    assert whole.select('meta[name="robots"]') == []
    assert part.one('meta[name="robots"]').attrs["content"] == "noindex, follow"
    assert part.one('link[rel="canonical"]').attrs["href"].endswith("/data-and-research/?region=africa")


def test_the_list_and_the_table_lead_to_the_charts(records, visit):
    assert "/data-and-research/?region=africa" in visit("/projects/?region=africa&sort=title").links
    assert "/data-and-research/?region=africa" in visit("/projects/table?by=year&region=africa").links


def test_a_figure_is_cited_with_its_address(records, visit):
    text = words(visit("/data-and-research/?region=africa").one("#budget-by-year .cite"))
    assert text.startswith("IOM Development Fund. Budget by year of allocation, USD million. ")
    assert text.endswith(" http://127.0.0.1:8000/data-and-research/?region=africa#budget-by-year")


def test_the_page_says_that_it_does_not_count_the_whole_fund(records, visit):
    assert "not the whole Fund" in words(visit("/data-and-research/").one("main"))


def test_an_unknown_chart_is_not_there(records, client):
    assert client.get("/data-and-research/no-such.csv").status_code == 404
    assert client.get("/data-and-research/no-such.svg").status_code == 404


def test_a_file_that_the_client_has_is_not_sent_again(records, client):
    first = client.get("/data-and-research/budget-sizes.csv")
    again = client.get("/data-and-research/budget-sizes.csv", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_key_figures_have_a_file(records, client):
    rows = dict(csv.reader(io.StringIO(client.get("/data-and-research/key-figures.csv").text.removeprefix("\ufeff"))))
    assert rows == {
        "Figure": "Number", "records": "5", "with every field filled": "0", "without a year of allocation": "1",
        "without a budget": "1", "median budget": "150000.25", "median length in calendar years": "2",
    }  # fmt: skip


def test_of_a_long_time_the_chart_shows_the_last_years(session, monkeypatch, visit):
    monkeypatch.setattr(by_year, "MAX_YEARS", 3)
    import_records(session, [{"title": f"Of {year}", "year": str(year)} for year in (1950, 1990, 2000, 2010, 2020)])
    page = visit("/data-and-research/")
    names = [words(text) for text in page.select("#projects-by-year .chart g .chart-text")]
    assert [name for name in names if len(name) == 4] == ["2000", "2010", "2020"]
    assert len(twin(page, "projects-by-year")) == 6
    assert "shows the last 3 years" in words(page.one("#projects-by-year"))
