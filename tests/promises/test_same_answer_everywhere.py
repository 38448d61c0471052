"""One search has one answer: the same projects in the same order, and the same sums, on the page and in every file."""

import json
import random
import re
from decimal import Decimal

import pytest

from portal.cli.database import SAMPLE_FILE
from portal.database.orm import db
from portal.services.imports import Report, import_file
from tests.export_readers import HOLDS, LISTED, READERS, column_of_xlsx, rows_of_csv
from tests.factories import import_records
from tests.pages import Page, words
from tests.urls import projects

SEARCHES, BUDGET = 36, "Budget in US dollars"
# Records that the sample has none of: days and months, neither budget nor year, no country, titles alike.
ODD = [
    {"project_id": "TW.0001", "title": "Twin", "start_date": "2019-05-07", "end_date": "2020-02", "budget_usd": "1.01",
     "year": "2019", "benefiting_member_states": "Kenya;Uganda", "summary": "One.", "status": "Active"},
    {"title": "Twin", "start_date": "2021", "end_date": "2022-12-31", "summary": "Two.", "region": "Africa",
     "project_id": "=1+1"},
    {"title": "=SUM(A1)", "budget_usd": "0", "year": "2019", "benefiting_member_states": "Fiji;Tonga"},
    {"title": "A title, and “quotes”; <tags> & \\n", "summary": "Line\n\nline", "year": "2020", "budget_usd": "99.9"},
]  # fmt: skip
VALUES = {
    "status": ("active", "completed", "none"),
    "coverage": ("national", "regional", "none"),
    "region": ("africa", "europe", "asia-and-oceania", "none"),
    "country": ("KEN", "UGA", "GEO", "FJI", "none"),
    "theme": ("policy-and-law", "labour-migration", "borders-and-identity"),
    "year": ("2008", "2019", "2021", "none"),
    "budget": ("none",),
    "q": ("migration", "border management", "twin", "kenya"),
    "year_from": ("2008", "2015"),
    "budget_max": ("100000", "200000"),
    "sdg": ("8", "8.8", "10", "none"),
    "gcm": ("6", "23", "none"),
    "length": ("1", "2", "10-", "none"),
    "on": ("2009-06-30", "2020-02-29", "2022-12-31"),
    "type": ("labour-migration", "migration-policy-activities", "none"),
    "country_match": ("all&country=KEN&country=UGA", "any&country=FJI&country=TON"),
}
SORTS = ("", "relevance", "newest", "oldest", "-budget", "budget", "title")


def searches():
    """Query strings: everything, nothing, and random ones, the same each time."""
    chance = random.Random(360)  # noqa: S311 # nobody has to be unable to guess it
    found = ["", "q=zzzz", "country=KEN&country=UGA&country_match=all", "sort=title"]
    # Each filter alone once, whatever chance chooses.
    found += [f"{name}={chance.choice(values)}".replace(" ", "+") for name, values in VALUES.items()]
    while len(found) < SEARCHES:
        names = chance.sample(sorted(VALUES), chance.choice((1, 1, 2, 3)))
        pairs = [f"{name}={chance.choice(VALUES[name])}".replace(" ", "+") for name in names]
        query = "&".join([*pairs, f"sort={chance.choice(SORTS)}"])
        if query not in found:
            found.append(query)
    return found


@pytest.fixture(scope="module")
def world(new_app, new_database):
    """An application with the sample and the odd records, on a database of its own."""
    app = new_app(new_database())
    with app.app_context():
        import_file(db.session(), SAMPLE_FILE, is_sample=True, report=Report())
        import_records(db.session, ODD)
        db.session.remove()
    return app


@pytest.fixture
def get(world):
    def go(address):
        with world.app_context():
            # Buffered: whoever only looks at the status leaves no file open.
            return world.test_client().get(address, buffered=True)

    return go


def walk(get, query):
    """The keys on all pages of a search."""
    keys = []
    for number in range(1, 1_000):
        answer = get(f"/projects/?{query}&per_page=40&page={number}")
        found = projects(answer.text) if answer.status_code == 200 else []
        if not found:
            return keys
        keys += [address.removeprefix("/projects/") for address in found]
    raise AssertionError("the list has no end")


@pytest.mark.parametrize("query", searches())
def test_every_file_holds_the_projects_of_the_page_in_its_order(get, query):
    keys = walk(get, query)
    stated = {project["key"]: project for project in map(json.loads, get("/projects.jsonl").data.splitlines())}
    expected = {suffix: [key for key in keys if HOLDS.get(suffix, bool)(stated[key])] for suffix in LISTED}
    assert {suffix: READERS[suffix](get(f"/projects.{suffix}?{query}").data) for suffix in LISTED} == expected


def ask(get, query):
    """An answer of the API, which refuses an empty value."""
    answer = get(f"/api/v1/projects?{query}".removesuffix("&sort=").replace("&sort=&", "&"))
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.mark.parametrize("query", searches())
def test_the_api_lists_the_projects_of_the_page_in_its_order(get, query):
    keys, by_page, by_cursor = walk(get, query), [], []
    address = ask(get, f"{query}&per_page=40")["links"]["self"]
    while address:
        answer = get(address.removeprefix("http://127.0.0.1:8000")).json
        by_page += [item["key"] for item in answer["items"]]
        address = answer["links"]["next"]
    answer = ask(get, f"{query}&per_page=7")
    while True:
        by_cursor += [item["key"] for item in answer["items"]]
        if answer["next_cursor"] is None:
            break
        answer = ask(get, f"{query}&per_page=7&cursor={answer['next_cursor']}")
    assert (by_page, by_cursor) == (keys, keys)
    assert answer["sums"] == json.loads(get(f"/projects.json?{query}").data)["sums"]
    assert answer["total"] == len(keys)


def test_most_searches_find_something(get):
    found = [query for query in searches() if walk(get, query)]
    assert len(found) > SEARCHES / 2


@pytest.mark.parametrize("query", searches())
def test_the_sums_are_those_of_the_page(get, query):
    page = Page(get(f"/projects/?{query}"))
    sums = json.loads(get(f"/projects.json?{query}").data)["sums"]
    assert json.loads(get(f"/projects.geojson?{query}").data)["sums"] == sums
    budgets = {
        "csv": [row[BUDGET] for row in rows_of_csv(get(f"/projects.csv?{query}").data)],
        "xlsx": column_of_xlsx(get(f"/projects.xlsx?{query}").data, BUDGET),
        "jsonl": [json.loads(line)["budget_usd"] for line in get(f"/projects.jsonl?{query}").data.splitlines()],
        "json": [item["budget_usd"] for item in json.loads(get(f"/projects.json?{query}").data)["items"]],
    }
    assert {suffix: total(values) for suffix, values in budgets.items()} == dict.fromkeys(
        budgets, total([sums["full_value_usd"]])
    )
    assert totals_of(page) == (sums["projects"], sums["full_value_usd"])


def total(values):
    """The sum of amounts, exact to the cent; None if there is none."""
    amounts = [Decimal(str(value)) for value in values if value not in ("", None)]
    return sum(amounts) if amounts else None


def totals_of(page):
    """The number of projects and the exact full value in US dollars, as the page prints them."""
    figures = [words(figure) for figure in page.select(".totals dd")]
    if not figures:
        return 0, None
    amounts = re.findall(r"USD\s([0-9,]+(?:\.[0-9]+)?)(?!\S*\smillion)", figures[1])
    return int(figures[0].replace(",", "")), float(amounts[-1].replace(",", "")) if amounts else None


@pytest.mark.parametrize("suffix", LISTED)
def test_the_same_state_gives_the_same_bytes(get, suffix):
    assert get(f"/projects.{suffix}?sort=title").data == get(f"/projects.{suffix}?sort=title").data


@pytest.mark.parametrize("suffix", LISTED)
def test_the_file_of_a_project_holds_that_project(get, suffix):
    assert READERS[suffix](get(f"/projects/TW.0001.{suffix}").data) == ["TW.0001"]
