"""Headings of charts: what stands out, ties, one year, nothing."""

import pytest

from portal.web.public.data import headings


@pytest.fixture(autouse=True)
def words(app):
    with app.test_request_context():
        yield


def numbers(*values):
    return [(str(2001 + place), value) for place, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "heading"),
    [
        ((), "Budget by year of allocation"),
        ((0, 0), "Budget by year of allocation"),
        ((5,), "All budgets with a year are of 2001"),
        ((0, 5), "All budgets with a year are of 2002"),
        ((1, 5, 2), "Allocations peaked in 2002"),
        ((1, 2, 5), "Allocations were highest in 2003"),
        ((5, 2, 1), "Allocations were highest in 2001"),
        ((1, 5, 5), "Allocations were highest in 2002 and 2003"),
        ((5, 5, 5), "Allocations were highest in 2001, 2002 and 2003"),
        ((5, 5, 5, 5), "Budget by year of allocation"),
    ],
)
def test_budgets_by_year(values, heading):
    assert headings.budgets_by_year(numbers(*values)) == heading


@pytest.mark.parametrize(
    ("values", "heading"),
    [
        ((), "Projects by year of allocation"),
        ((3,), "All projects with a year are of 2001"),
        ((1, 3), "More projects were allocated in 2002 than in any other year"),
        ((3, 1, 3), "2001 and 2003 have the most projects, 3 each"),
        ((1, 1, 1, 1), "Projects by year of allocation"),
    ],
)
def test_projects_by_year(values, heading):
    assert headings.projects_by_year(numbers(*values)) == heading


@pytest.mark.parametrize(
    ("values", "heading"),
    [
        ((), "Running projects at the end of each year"),
        ((3,), "Projects with both dates ran at the end of 2001 alone"),
        ((1, 3), "More projects ran at the end of 2002 than of any other year"),
        ((3, 3), "Most projects ran at the ends of 2001 and 2002, 3 at each"),
    ],
)
def test_running_by_year(values, heading):
    assert headings.running_by_year(numbers(*values)) == heading


@pytest.mark.parametrize(
    ("themes", "heading"),
    [
        ([], "Budget by theme"),
        ([("A", 0)], "Budget by theme"),
        ([("A", 1)], "All budgets with a theme: A"),
        ([("A", 1), ("B", 2)], "Largest sum: B"),
        ([("A", 2), ("B", 2)], "Largest sums, equal: A and B"),
    ],
)
def test_budgets_by_theme(themes, heading):
    assert headings.budgets_by_theme(themes) == heading


@pytest.mark.parametrize(
    ("years", "heading"),
    [
        ([], "Projects by region and year of allocation"),
        ([(2, 1)], "Projects by region and year of allocation"),
        ([(2, 1), (1, 1), (3, 0)], "A has the most projects in 2 of 3 years"),
        ([(2, 1), (1, 2)], "Projects by region and year of allocation"),
        ([(2, 0), (1, 0)], "Projects by region and year of allocation"),
    ],
)
def test_regions_by_year(years, heading):
    assert headings.regions_by_year([list(zip("AB", year, strict=True)) for year in years]) == heading


def test_sizes_and_lengths():
    bands = [("USD 0 to under 50,000", 3), ("USD 50,000 to under 100,000", 1)]
    assert headings.sizes(bands) == "Most frequent size: USD 0 to under 50,000"
    assert headings.sizes([(name, 1) for name, _ in bands]) == "Size of grants"
    assert headings.sizes([]) == "Size of grants"
    assert (
        headings.lengths([("one calendar year", 2), ("2 calendar years", 1)])
        == "Most frequent length: one calendar year"
    )
    assert headings.lengths([]) == "Length of projects"
