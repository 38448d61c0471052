"""Every number of the pages that add up the records, against a plain loop over the records as they were written."""

import csv
import re
from collections import Counter
from fractions import Fraction
from math import floor
from statistics import median

import pytest

from tests.factories import import_records
from tests.loops import not_empty
from tests.pages import words
from tests.promises.plain_statistics import (
    TERMS,
    assert_rounded,
    bars,
    budget,
    dollars,
    figures,
    records,
    states,
    table,
    terms,
    theme,
    total,
    value,
)


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
    page = visit("/where-we-work/?all=1")
    everywhere = {state for row in rows for state in states(row)}
    said = re.findall(r"[0-9]+", words(page.one("main h1 + p")))
    assert said == [str(len(rows)), str(len(everywhere))]
    regions = {name: [row for row in rows if row["region"] == name] for name in terms("region")}
    regions = {name: mine for name, mine in regions.items() if mine}
    tabs = [words(link).rsplit(" ", 1) for link in page.select("main nav a")]
    assert tabs == [["World", str(len(rows))], *([name, str(len(mine))] for name, mine in regions.items())]
    assert table(page, 0) == places(rows)
    assert circles(page) == {name: count for name, count, *_ in places(rows)}
    assert table(page, 1) == [
        (name, len(mine), len({state for row in mine for state in states(row)}), dollars(total(mine)))
        for name, mine in regions.items()
    ]


def test_where_we_work_in_each_region(rows, visit):
    for name, term in not_empty(terms("region").items()):
        mine = [row for row in rows if row["region"] == name]
        page = visit(f"/where-we-work/?region={term['code']}&all=1")
        receiving = len({state for row in mine for state in states(row)})
        # Nothing is said of none.
        assert re.findall(r"[0-9]+", words(page.one("main h1 + p")))[-1:] == ([str(receiving)] if receiving else [])
        if any(states(row) for row in mine):
            assert table(page, 0) == places(mine)
            assert circles(page) == {name: count for name, count, *_ in places(mine)}


def circles(page):
    """The number of projects of each circle, by its name."""
    labels = [link.attrs["aria-label"].rpartition(": ") for link in page.select("svg.map a")]
    assert [name for name, _, _ in labels] == sorted(name for name, _, _ in labels)
    return {name: int(said.split(" ")[0]) for name, _, said in labels}


def test_the_page_of_each_state(rows, visit):
    for name in not_empty(sorted({state for row in rows for state in states(row)})):
        mine = [row for row in rows if name in states(row)]
        page = visit(f"/where-we-work/{terms('country')[name]['code']}")
        shared = sum((part_of(name, row) for row in mine), Fraction(0))
        budgets = [row for row in mine if row["budget_usd"]]
        coverages = [*terms("coverage"), ""]
        by_coverage = {label or "Not stated": [row for row in mine if row["coverage"] == label] for label in coverages}
        by_year = {year or "Not stated": [row for row in mine if row["year"] == year]
                   for year in [*sorted({row["year"] for row in mine} - {""}), ""]}  # fmt: skip
        names = {term["code"]: label for label, term in terms("theme").items()} | {"": "Not stated"}
        by_theme = {label: [row for row in mine if theme(row) == code] for code, label in names.items()}
        assert figures(page)[0] == str(len(mine))
        assert figures(page)[2] == (f"USD {float(shared):,.2f}".removesuffix(".00") if budgets else "Not stated")
        for number, groups in enumerate([by_coverage, by_year, by_theme]):
            assert [row[:4] for row in table(page, number)] == [
                (int(label) if label.isdigit() else label, len(group), *(
                    (dollars(total(group)), dollars(sum((part_of(name, row) for row in group), Fraction(0))))
                    if any(row["budget_usd"] for row in group) else ("–", "–")
                )) for label, group in groups.items() if group
            ]  # fmt: skip


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
            spans = (row["end_date"] or row["start_date"] or row["year"] for row in mine)
            years = [last[:4] for last in spans if last]
            latest = int(max(years)) if years else "–"
            has_budget = any(row["budget_usd"] for row in mine)
            made.append((term["code"], name, len(mine), national, total(mine), shared, latest, has_budget))
    made.sort(key=lambda place: (-place[2], place[0]))
    lengths = bars([floor(place[5] * 100) for place in made])
    return [
        (name, count, national, *((dollars(full), dollars(shared)) if has_budget else ("–", "–")), length, latest)
        for (_, name, count, national, full, shared, latest, has_budget), length in zip(made, lengths, strict=True)
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
    assert twin(page, "full-value-by-region") == [
        (year, *(money_of(there) if there else 0 for there in ([row for row in mine if row["region"] == name]
         for name in (*regions, "")))) for year, mine in years.items()
    ]  # fmt: skip
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
    return [
        (name, len(mine), sum(not row["budget_usd"] for row in mine), money_of(mine)) for name, mine in groups.items()
    ]


def money_of(rows):
    """The full value as a table writes it, a dash where no budget is stated."""
    return exact(int(total(rows) * 100)) if any(row["budget_usd"] for row in rows) else "–"


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


@pytest.mark.parametrize(
    "address",
    ["/where-we-work/?all=1", "/where-we-work/?all=1&region=africa", "/where-we-work/KEN"],
)
def test_a_number_leads_to_as_many_projects(session, client, visit, address):
    """The count beside a link into the directory is what the directory then says."""
    import_records(session, records(4, 60))
    counted = []
    for row in visit(address).select("main tr, main li"):
        for link in row.query('a[href^="/projects/?"]'):
            listed = re.search(r'id="status">(No|one|[0-9]+) project', client.get(link.attrs["href"]).text)[1]
            counted.append((words(row), count_in(row, link), {"No": 0, "one": 1}.get(listed) or int(listed)))
    assert len(counted) > 10
    assert [found for found in counted if found[1] != found[2]] == []


def count_in(row, link):
    """How many projects a row says a link of it leads to: of a state all or those that are national."""
    if row.name == "li":
        return int(re.search(r"([0-9]+|one) projects? ", words(row.query("span")[-1]))[1].replace("one", "1"))
    cells = [value(cell) for cell in row.query("th, td")]
    return cells[2] if "coverage=national" in link.attrs["href"] and len(cells) == 7 else cells[1]
