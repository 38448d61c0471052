"""Records made by chance, and the statistics of them by plain loops, for tests of the pages with figures."""

import csv
import random
import re
from fractions import Fraction
from functools import cache
from math import floor

from portal.config import ROOT
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
