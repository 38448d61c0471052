"""Every number of the pages that add up the records, against a plain loop over the records as they were written."""

import csv
import random
import re
from collections import Counter
from fractions import Fraction
from functools import cache
from math import floor
from statistics import median

import pytest

from portal.config import ROOT
from tests.factories import import_records
from tests.loops import not_empty
from tests.pages import words

TERMS = ROOT / "portal" / "terms"
COUNTRIES = ("Kenya", "Uganda", "Georgia", "Tonga", "Vanuatu", "Peru", "Ghana", "Togo", "Nepal", "Jordan")
TYPES = ("Labour Migration", "Immigration and Borders", "International Migration Law", "Counter-Trafficking",
         "Health Promotion and Assistance for Migrants", "Durable Solutions")  # fmt: skip
# Seeds of many records, and of few, among which many countries have as many projects as others.
SEEDS = {1: 60, 2: 14}


@cache
def terms(name):
    """The rows of a term list by their English names, in the order of the list."""
    with (TERMS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["name_en"]: row for row in csv.DictReader(file)}


def some(chance, values, most=1):
    """One of the values or nothing; up to `most` of them, separated as in a file."""
    return ";".join(chance.sample(values, chance.randint(0 if chance.random() < 0.3 else 1, most)))


def records(seed, count):
    """Random rows of an import file; each column is sometimes empty."""
    chance = random.Random(seed)  # noqa: S311 # the same records every time
    return [
        {
            "project_id": f"S.{number:03}",
            "title": f"Record {number}",
            "start_date": some(chance, ["2003", "2008-05", "2015-01-31", "2020"]),
            "end_date": some(chance, ["2021", "2022-12", "2024-02-29"]),
            "status": some(chance, ["Active", "Completed"]),
            "project_type": some(chance, TYPES),
            "budget_usd": some(chance, ["0", "1.50", "99999.99", "64240", "400000.01", "1234567.89"]),
            "coverage": some(chance, ["National", "Regional", "Global"]),
            "year": some(chance, ["2001", "2008", "2019", "2024"]),
            "region": some(chance, [*terms("region")]),
            "benefiting_member_states": some(chance, COUNTRIES, most=4),
            "sdg": some(chance, ["8.8", "10.7", "10", "16", "3.8"], most=3),
            "gcm": some(chance, ["1", "6", "23"], most=2),
        }
        for number in range(count)
    ]


@pytest.fixture(params=SEEDS)
def rows(request, session):
    made = records(request.param, SEEDS[request.param])
    import_records(session, made)
    return made


def several(row, column):
    return [part for part in row[column].split(";") if part]


def states(row):
    return several(row, "benefiting_member_states")


def budget(row):
    return Fraction(row["budget_usd"] or 0)


def total(rows):
    return sum(map(budget, rows), Fraction(0))


def dollars(amount):
    """Money as the tables print it: to the cent downwards, then to the dollar."""
    return round(Fraction(floor(amount * 100), 100))


def theme(row):
    """The code of the theme of a record's type, "" without a type."""
    return terms("type")[row["project_type"]]["parent"] if row["project_type"] else ""


def figures(page):
    return [words(number) for number in page.select("main dl dd")]


def table(page, number):
    """The cells of one of the tables of a page, its head left out; numbers as numbers, bars as their length."""
    return [tuple(map(value, row.query("th, td"))) for row in page.select("main table")[number].query("tbody tr")]


def value(cell):
    if bars := cell.query("rect"):
        return float(bars[-1].attrs["width"])
    text = words(cell)
    plain = text.replace(",", "").removesuffix(" %")
    return int(plain) if plain.isdigit() else text


def bars(amounts):
    """How long the bars of a table are, the longest 100."""
    most = max(amounts, default=0)
    return [round(float(100 * amount / most), 1) if most else 0 for amount in amounts]


def assert_rounded(text, amount):
    """The text says the amount in dollars, or in millions with one place from a million on."""
    said = float(re.search(r"[0-9][0-9,.]*", text)[0].replace(",", ""))
    assert ("million" in text) == (amount >= 1_000_000)
    unit = 1_000_000 if "million" in text else 1
    assert abs(said * unit - amount) <= Fraction(unit, 20 if unit > 1 else 2), (text, float(amount))


def test_the_home_page(rows, visit):
    page = visit("/")
    shown = figures(page)
    assert [shown[0], shown[1], shown[3]] == [
        str(len(rows)), str(len({state for row in rows for state in states(row)})),
        str(sum(row["status"] == "Active" for row in rows)),
    ]  # fmt: skip
    assert_rounded(shown[2], total(rows))
    codes = {term["code"]: [row for row in rows if theme(row) == term["code"]] for term in terms("theme").values()}
    check_tiles(page, "theme", codes)
    codes = {term["code"]: [row for row in rows if row["region"] == name] for name, term in terms("region").items()}
    check_tiles(page, "region", codes)


def check_tiles(page, facet, rows):
    """The links to the values of a facet, in the order of its list, with projects and money; empty ones left out."""
    tiles = [link for link in page.select(f'main li a[href^="/projects/?{facet}="]') if link.query("span")]
    assert [link.attrs["href"].partition("=")[2] for link in tiles] == [code for code in rows if rows[code]]
    for link in not_empty(tiles):
        mine = rows[link.attrs["href"].partition("=")[2]]
        counted, money = sorted(map(words, link.query("span")), key=lambda text: "USD" in text)
        assert counted == ("one project" if len(mine) == 1 else f"{len(mine)} projects")
        assert_rounded(money, total(mine))


def test_where_we_work(rows, visit):
    page = visit("/where-we-work/")
    everywhere = {state for row in rows for state in states(row)}
    said = re.findall(r"[0-9]+", words(page.one("main h1 + p")))
    assert said == [str(len(rows)), str(len(everywhere))]
    regions = {name: [row for row in rows if row["region"] == name] for name in terms("region")}
    regions = {name: mine for name, mine in regions.items() if mine}
    tabs = [words(link).rsplit(" ", 1) for link in page.select("main nav a")]
    assert tabs == [["World", str(len(rows))], *([name, str(len(mine))] for name, mine in regions.items())]
    assert table(page, 0) == [
        (name, len(mine), len({state for row in mine for state in states(row)}), dollars(total(mine)))
        for name, mine in regions.items()
    ]
    assert table(page, 1) == places(rows)


def part_of(name, row):
    """What a state gets of a budget: an equal part in whole cents, and one of those left if it is among the first."""
    ours = [state for state in terms("country") if state in states(row)]
    cents, left = divmod(int(budget(row) * 100), len(ours))
    return Fraction(cents + (ours.index(name) < left), 100)


def places(rows):
    """What each member state got, most projects first, then by its code."""
    made = []
    for name, term in terms("country").items():
        if mine := [row for row in rows if name in states(row)]:
            shared = sum((part_of(name, row) for row in mine), Fraction(0))
            national = sum(row["coverage"] == "National" for row in mine)
            years = [row[column][:4] for row in mine for column in ("start_date", "end_date", "year") if row[column]]
            latest = int(max(years)) if years else "–"
            made.append((term["code"], name, len(mine), national, total(mine), shared, latest))
    made.sort(key=lambda place: (-place[2], place[0]))
    lengths = bars([floor(place[5] * 100) for place in made])
    return [
        (name, count, national, dollars(full), dollars(shared), length, latest, f"Excel {name}")
        for (_, name, count, national, full, shared, latest), length in zip(made, lengths, strict=True)
    ]


FILLED_IN = ("region", "benefiting_member_states", "status", "coverage", "project_type", "year", "budget_usd",
             "start_date", "end_date")  # fmt: skip


def test_data_and_research(rows, visit):
    page = visit("/data-and-research/")
    gaps = {column: sum(not row[column] for row in rows) for column in FILLED_IN}
    complete = sum(all(row[column] for column in FILLED_IN) for row in rows)
    stated = sorted(int(budget(row) * 100) for row in rows if row["budget_usd"])
    middle = (stated[(len(stated) - 1) // 2] + stated[len(stated) // 2]) // 2
    spans = [(int(row["start_date"][:4]), int(row["end_date"][:4])) for row in rows
             if row["start_date"] and row["end_date"]]  # fmt: skip
    shown = figures(page)
    assert shown[:4] == [str(number) for number in (len(rows), complete, gaps["year"], gaps["budget_usd"])]
    assert shown[4] == f"USD {middle / 100:,.2f}".removesuffix(".00")
    assert int(shown[5]) == floor(median(last - first + 1 for first, last in spans))
    years = {int(year): [row for row in rows if row["year"] == year] for year in sorted({row["year"] for row in rows})
             if year}  # fmt: skip
    assert twin(page, "budget-by-year") == twin(page, "projects-by-year") == sums(years)
    themes = {name: [row for row in rows if theme(row) == term["code"]] for name, term in terms("theme").items()}
    themes = {name: mine for name, mine in themes.items() if mine}
    order = sorted(themes, key=lambda name: (-total(themes[name]), -len(themes[name]), name))
    assert twin(page, "budget-by-theme") == sums({name: themes[name] for name in order})
    assert twin(page, "region-shares") == shares(rows)
    regions = [name for name in terms("region") if any(row["region"] == name for row in rows)]
    assert twin(page, "regions-by-year") == [
        (year, *(sum(row["region"] == name for row in mine) for name in (*regions, ""))) for year, mine in years.items()
    ]
    # Of an end of which only the year is known, the last day counts.
    days = [(row["start_date"][:4], (row["end_date"] + "-99-99")[:10]) for row in rows
            if row["start_date"] and row["end_date"]]  # fmt: skip
    running = [
        year for year in range(1990, 2100) for first, last in days if first <= str(year) and last >= f"{year}-12-31"
    ]
    assert twin(page, "running-by-year") == [
        (year, running.count(year)) for year in range(min(running), max(running) + 1)
    ]
    assert sum(row[1] for row in twin(page, "project-lengths")) == len(spans)
    dateless = sum(not (row["start_date"] and row["end_date"]) for row in rows)
    expected = [gaps[column] for column in FILLED_IN[:7]]
    assert [row[1] for row in table(page, -1)] == [*expected[:6], dateless, expected[6]]


def twin(page, chart):
    """The table below a chart."""
    return [tuple(map(value, row.query("th, td"))) for row in page.select(f"#{chart} .table tbody tr")]


def sums(groups):
    return [(name, len(mine), exact(int(total(mine) * 100)) if any(row["budget_usd"] for row in mine) else "–")
            for name, mine in groups.items()]  # fmt: skip


def exact(cents):
    """Money as a table writes it: cents only if there are any."""
    return f"{cents / 100:,.2f}" if cents % 100 else cents // 100


def shares(rows):
    """Of the projects in regions that have eligible states, and of these states, in per cent."""
    with (TERMS / "eligibility_regions.csv").open(encoding="utf-8", newline="") as file:
        eligible = {row["region"]: int(row["states"]) for row in csv.DictReader(file)}
    counts = Counter(terms("region")[row["region"]]["code"] for row in rows if row["region"])
    counted, names = (
        sum(counts[code] for code in eligible),
        {term["code"]: name for name, term in terms("region").items()},
    )
    return [
        (names[code], counts[code], round(Fraction(100 * counts[code], counted)), number,
         round(Fraction(100 * number, sum(eligible.values()))))
        for code, number in eligible.items()
    ]  # fmt: skip


def test_the_goals_of_the_2030_agenda(rows, visit):
    page = visit("/2030-agenda/")
    goals = {code: served(rows, "sdg", code) for code in codes("sdg")}
    tiles = {words(tile.query("span")[0]): tile for tile in page.select("main .sdgs > li")}
    assert [*tiles] == [code for code, found in goals.items() if any(found)]
    for code, tile in not_empty(tiles.items()):
        tagged, suggested = goals[code]
        targets = [target for target in terms("sdg").values() if target["parent"] == code]
        tagged_targets = {target["code"]: served(rows, "sdg", target["code"])[0] for target in targets}
        assert [(link.attrs["href"], number_in(link)) for link in tile.query("a")] == [
            *([(f"/projects/?sdg={code}", len(tagged))] if tagged else []),
            *([(f"/2030-agenda/suggested/sdg-{code}", len(suggested))] if suggested else []),
            *((f"/projects/?sdg={target}", len(found)) for target, found in tagged_targets.items() if found),
        ]
        amount = words(tile.query("a")[0]).partition("USD")[2]
        assert bool(amount) == any(row["budget_usd"] for row in tagged)
        if amount:
            assert_rounded(amount, total(tagged))
    assert re.findall(r"[0-9]+", words(page.select("main .sdgs + p")[0])) == [
        code for code, found in goals.items() if not any(found)
    ]


def test_the_goals_and_targets_as_a_table(rows, visit):
    shown = {str(code): cells for code, *cells in table(visit("/2030-agenda/"), 0)}
    expected = {term["code"]: (term, *served(rows, "sdg", term["code"])) for term in terms("sdg").values()}
    # Goals are whole numbers in a cell, and targets with a letter or a point are texts.
    assert {code: cells[1:] for code, cells in shown.items()} == {
        code: [
            len(tagged), dollars(total(tagged)) if any(row["budget_usd"] for row in tagged) else "–", len(suggested)
        ]
        for code, (term, tagged, suggested) in expected.items()
        if not term["parent"] or tagged or suggested
    }  # fmt: skip


def test_the_objectives_of_the_2030_agenda(rows, visit):
    page = visit("/2030-agenda/")
    objectives = {code: served(rows, "gcm", code) for code in codes("gcm")}
    lengths = bars([len(found) for both in objectives.values() for found in both])
    drawn = [length or "" for length in lengths]
    assert [(row[0], *row[2:]) for row in table(page, 1)] == [
        (int(code), len(tagged), tagged_bar, len(suggested), suggested_bar)
        for (code, (tagged, suggested)), tagged_bar, suggested_bar in zip(
            objectives.items(), drawn[::2], drawn[1::2], strict=True
        )
    ]
    assert [link.attrs["href"] for link in page.select("main table")[1].query("a")] == [
        link
        for code, (tagged, suggested) in objectives.items()
        for found, link in ((tagged, f"/projects/?gcm={code}"), (suggested, f"/2030-agenda/suggested/gcm-{code}"))
        if found
    ]


def codes(facet):
    """The Goals, or the objectives: what has nothing above it."""
    return [term["code"] for term in terms(facet).values() if not term["parent"]]


@cache
def rules():
    with (TERMS / "tag_rules.csv").open(encoding="utf-8", newline="") as file:
        return [(row["facet"], row["code"], row["type"]) for row in csv.DictReader(file)]


def served(rows, facet, code):
    """The records that state a Goal, one of its targets or an objective; and those that do not, but whose project
    type a rule has for it."""
    types = {of for named, aim, of in rules() if named == facet and code in (aim, aim.split(".")[0])}
    tagged = [row for row in rows if any(code in (tag, tag.split(".")[0]) for tag in several(row, facet))]
    suggested = [
        row for row in rows
        if row not in tagged and row["project_type"] and terms("type")[row["project_type"]]["code"] in types
    ]  # fmt: skip
    return tagged, suggested


def number_in(link):
    return int(re.search(r"([0-9]+|one) (project|suggestion)", words(link))[1].replace("one", "1"))


@pytest.mark.parametrize("address", ["/where-we-work/"])
def test_a_number_leads_to_as_many_projects(session, client, visit, address):
    """The count beside a link into the directory is what the directory then says."""
    import_records(session, records(4, 60))
    counted = []
    for row in visit(address).select("main tr, main li"):
        for link in row.query('a[href^="/projects/?"]'):
            listed = re.search(r'id="status">(No|one|[0-9]+) project', client.get(link.attrs["href"]).text)[1]
            counted.append((words(row), count_in(row), {"No": 0, "one": 1}.get(listed) or int(listed)))
    assert len(counted) > 10
    assert [found for found in counted if found[1] != found[2]] == []


def count_in(row):
    """How many projects a row of a table or list says there are."""
    if row.name == "li":
        return int(re.search(r"([0-9]+|one) projects? ", words(row.query("span")[-1]))[1].replace("one", "1"))
    return [value(cell) for cell in row.query("th, td")][1]


def test_a_number_of_the_2030_agenda_leads_to_as_many_projects(session, client, visit):
    """Stated or suggested: the number in a link is what the page behind it then says."""
    import_records(session, records(4, 60))
    counted = []
    for link in visit("/2030-agenda/").select("main .sdgs a, main td a"):
        answer = client.get(link.attrs["href"]).text
        listed = re.search(r'(?:id="status"|role="status")>(No|one|One|[0-9]+) project', answer)[1]
        said = re.search(r"[0-9]+|one", re.sub("^.*: ", "", words(link)))[0]
        counted.append((link.attrs["href"], *({"No": 0, "one": 1, "One": 1}.get(n) or int(n) for n in (said, listed))))
    assert len(counted) > 20
    assert [found for found in counted if found[1] != found[2]] == []
