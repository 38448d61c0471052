"""A search as a sentence, with the terms of the shipped lists."""

import pytest

from portal.search.read_models.sums import Sums
from portal.search.read_models.terms import Terms
from portal.web.presentation.search_text import SearchText
from tests.queries import filters_of


@pytest.fixture
def text(session):
    """text(query) is what is said of a search."""
    terms = Terms.load(session())
    return lambda query: SearchText(filters_of(query), terms)


@pytest.mark.parametrize(
    ("query", "heading"),
    [
        ("", "All projects"),
        ("year_from=2018", "Projects allocated from 2018 on"),
        ("year_to=2018", "Projects allocated up to 2018"),
        ("year_from=2018&year_to=2020", "Projects allocated 2018–2020"),
        ("year=2018&year=2008", "Projects allocated in 2008 or 2018"),
        ("year=2018&year=none", "Projects allocated in 2018 or with no year of allocation stated"),
        ("budget_min=5000", "Projects with USD 5,000 or more"),
        ("budget_max=5000", "Projects with USD 5,000 or less"),
        ("budget_min=5000&budget_max=9000", "Projects with USD 5,000 to 9,000"),
        ("budget=none&budget_max=9000", "Projects with no budget stated with USD 9,000 or less"),
        ("country=GHA&country=TGO&country=BEN", "Projects benefiting Benin, Ghana or Togo"),
        ("country=GHA&country=TGO&country_match=all", "Projects benefiting Ghana and Togo together"),
        ("country=GHA&country_match=all", "Projects benefiting Ghana"),
        ("country=ZZZ&country=GHA", "Projects benefiting Ghana or ZZZ"),
        ("country=GHA&country=none", "Projects with member state Ghana or not stated"),
        ("coverage=none&status=active", "Active projects with coverage not stated"),
        ("sdg=10.7&gcm=23", "Projects serving Goal 10.7 serving Compact objective 23"),
        ("on=2024-06-30", "Projects running on 30 Jun 2024"),
        ("length=10-&length=1", "Projects of one calendar year or of 10 calendar years or more"),
        ("length=none&year=2008", "Projects allocated in 2008 with no start or no end stated"),
        (
            "budget=50000-100000&budget=0-50000",
            "Projects with a budget of USD 0 to under 50,000 or USD 50,000 to under 100,000",
        ),
        ("budget=10000000-&budget=none", "Projects with a budget of USD 10,000,000 or more or with no budget stated"),
        ("q=border", "Projects mentioning “border”"),
    ],
)
def test_headings(text, query, heading):
    assert text(query).heading(2) == heading


def test_nothing_found(text):
    assert text("region=africa&q=border").heading(0) == "No project in Africa mentioning “border”"


@pytest.mark.parametrize(
    ("numbers", "phrase"),
    [
        ((0, 0, 0), ""),
        ((1, 5_000_00, 0), ": one project, USD 5,000 full value"),
        ((1_200, 2_900_000_00, 3), ": 1,200 projects, USD 2.9 million full value"),
        ((2, 0, 2), ": 2 projects, budget not stated"),
        ((2, 500_000, 0, 250_000), ": 2 projects, USD 5,000 full value, USD 2,500 shared value"),
    ],
)
def test_totals(text, numbers, phrase):
    projects, cents, without_budget, *shared = numbers
    sums = Sums(projects, cents, without_budget, 0, None, None, *shared)
    assert text("").totals_phrase(sums) == phrase


@pytest.mark.parametrize(
    ("total", "said"), [(0, "No projects found"), (1, "one project found"), (1_200, "1,200 projects found")]
)
def test_announcements(text, total, said):
    assert text("").announcement(total) == said


@pytest.mark.parametrize(
    ("name", "value", "label"),
    [
        ("q", "border", "the search words"),
        ("region", "africa", "“Africa”"),
        ("year_from", "2018", "“Allocated from 2018”"),
        ("year_to", "2018", "“Allocated up to 2018”"),
        ("budget_min", "5000", "“Budget at least 5,000”"),
        ("budget_max", "5000", "“Budget at most 5,000”"),
    ],
)
def test_a_part_that_can_be_left_out_is_named(text, name, value, label):
    assert text("").relaxation_label(name, value) == label


@pytest.mark.parametrize(
    ("query", "warnings"),
    [
        ("year_from=2018&year_to=2018", ()),
        (
            "year_from=2018&year_to=2001",
            ("The last year (2001) is before the first year (2018). Change one of them.",),
        ),
        (
            "budget_min=5000&budget_max=9",
            ("The highest budget (USD 9) is below the lowest (USD 5,000). Change one of them.",),
        ),
    ],
)
def test_a_range_that_ends_before_it_starts_is_said(text, query, warnings):
    assert text(query).warnings == warnings
