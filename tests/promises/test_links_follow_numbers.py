"""On each page with figures, in each language: a number is that of the list it leads to, in projects and in value."""

import re
from urllib.parse import urlsplit

import pytest
from babel.numbers import parse_decimal

from tests.factories import import_records
from tests.loops import not_empty
from tests.pages import words
from tests.promises.plain_statistics import records

LANGUAGES = ("", "/fr", "/es")
FULL = ("Full value", "Montant intégral", "Valor íntegro")
SHARED = ("Shared value", "Montant réparti", "Valor repartido")
# Pages whose tables write whole dollars, and those that write cents; the measure of a table of any search.
WHOLE_DOLLARS = ("/where-we-work/?all=1", "/where-we-work/?all=1&region=africa", "/where-we-work/KEN", "/2030-agenda/")
TO_THE_CENT = (
    "/data-and-research/", "/data-and-research/?country=KEN&country=UGA", "/data-and-research/eligible-states/",
    "/projects/table?by=country&across=year", "/projects/table?by=theme&across=region&measure=full",
    "/projects/table?by=country&measure=shared", "/projects/table?by=year&measure=shared",
    "/projects/table?by=country&across=coverage&measure=full",
)  # fmt: skip
# What is only suggested is no selection; the states of a region are counted on a page of their own.
_NO_SELECTION = re.compile(r"\.csv\b|/suggested/|/where-we-work/|^#")


@pytest.fixture
def numbers(session, visit):
    """numbers(language, address) are the linked numbers of the tables: their text, their kind and their address."""
    import_records(session, records(4, 60))

    def read(language, address):
        for table in visit(f"{language}{address}").select("main table"):
            heads = [words(head) for head in table.query("thead th")]
            for row in table.query("tbody tr, tfoot tr"):
                for head, cell in zip(heads, row.query("th, td"), strict=True):
                    for link in cell.query("a") if cell.name == "td" else ():
                        if not _NO_SELECTION.search(link.attrs["href"]):
                            yield words(link), kind_of(heads, head, address), link.attrs["href"]

    return read


def kind_of(heads, head, address):
    """Which number of the list behind its link a cell is; the columns of a table by two facets are all alike."""
    if address.startswith("/projects/table"):
        head = heads[1]
    if any(name in head for name in FULL):
        return "full_value_usd"
    return "shared_value_usd" if any(name in head for name in SHARED) else "projects"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", [*WHOLE_DOLLARS, *TO_THE_CENT])
def test_a_number_is_that_of_the_list_it_leads_to(numbers, client, language, address):
    sums, wrong = {}, []
    for text, kind, url in not_empty(numbers(language, address)):
        parts = urlsplit(url)
        assert parts.path == f"{language}/projects/", url
        if parts.query not in sums:
            sums[parts.query] = client.get(f"/projects.json?{parts.query}").json["sums"]
        said, counted = parsed(text, language), expected(sums[parts.query], kind)
        if said != counted and not is_rounded(said, counted, address):
            wrong.append((text, kind, counted, url))
    assert wrong == []


def is_rounded(said, counted, address):
    """Whether a page writes whole dollars of this sum."""
    return address in WHOLE_DOLLARS and None not in (said, counted) and abs(said - counted) <= 0.5


def expected(sums, kind):
    # A table by member state splits every project, and its list knows what those states receive that it asks for.
    return sums["full_value_usd"] if kind == "shared_value_usd" and sums[kind] is None else sums[kind]


def parsed(text, language):
    """A number as the language writes it; a dash where no budget is stated is none."""
    return None if text == "–" else float(parse_decimal(text, locale=language[1:] or "en"))
