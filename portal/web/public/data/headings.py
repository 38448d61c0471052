"""The headings of charts, computed from their numbers. Where nothing stands out they name the measure."""

from __future__ import annotations

from collections.abc import Sequence

from portal.web.presentation import formatting
from portal.web.presentation.grammar.registry import current_grammar
from portal.web.presentation.i18n import gettext

# More names than these in a tie make no heading.
_MAX_TIED = 3
Numbers = Sequence[tuple[str, int]]


def leaders(numbers: Numbers) -> list[str]:
    """The names of the largest number, in their order; none if all are 0, or if too many are as large."""
    most = max((number for _, number in numbers), default=0)
    names = [name for name, number in numbers if number == most] if most else []
    return names if len(names) <= _MAX_TIED else []


def is_alone(numbers: Numbers) -> bool:
    """Whether one number alone is not 0."""
    return sum(number > 0 for _, number in numbers) == 1


def joined(names: Sequence[str]) -> str:
    return current_grammar().joined_with_and(names)


def budgets_by_year(numbers: Numbers) -> str:
    names = leaders(numbers)
    if not names:
        return gettext("Budget by year of allocation")
    if is_alone(numbers):
        return gettext("All budgets with a year are of %(year)s", year=names[0])
    # What stands at the end of the years has not fallen yet, and at their beginning has not risen.
    if len(names) == 1 and names[0] not in (numbers[0][0], numbers[-1][0]):
        return gettext("Allocations peaked in %(year)s", year=names[0])
    return gettext("Allocations were highest in %(years)s", years=joined(names))


def projects_by_year(numbers: Numbers) -> str:
    names = leaders(numbers)
    if not names:
        return gettext("Projects by year of allocation")
    if is_alone(numbers):
        return gettext("All projects with a year are of %(year)s", year=names[0])
    count = formatting.number(max(number for _, number in numbers))
    if len(names) == 1:
        return gettext("More projects were allocated in %(year)s than in any other year", year=names[0])
    return gettext("%(years)s have the most projects, %(count)s each", years=joined(names), count=count)


def running_by_year(numbers: Numbers) -> str:
    names = leaders(numbers)
    if not names:
        return gettext("Running projects at the end of each year")
    if is_alone(numbers):
        return gettext("Projects with both dates ran at the end of %(year)s alone", year=names[0])
    count = formatting.number(max(number for _, number in numbers))
    if len(names) == 1:
        return gettext("More projects ran at the end of %(year)s than of any other year", year=names[0])
    return gettext("Most projects ran at the ends of %(years)s, %(count)s at each", years=joined(names), count=count)


def budgets_by_theme(numbers: Numbers) -> str:
    names = leaders(numbers)
    if not names:
        return gettext("Budget by theme")
    if is_alone(numbers):
        return gettext("All budgets with a theme: %(theme)s", theme=names[0])
    if len(names) == 1:
        return gettext("Largest sum: %(theme)s", theme=names[0])
    return gettext("Largest sums, equal: %(themes)s", themes=joined(names))


def regions_by_year(years: Sequence[Numbers]) -> str:
    """`years` holds the number of each region for each year."""
    won: dict[str, int] = {}
    for numbers in years:
        names = leaders(numbers)
        if len(names) == 1:
            won[names[0]] = won.get(names[0], 0) + 1
    first = leaders(list(won.items()))
    counted = sum(any(number for _, number in numbers) for numbers in years)
    if len(first) != 1 or counted < 2 or len({name for numbers in years for name, number in numbers if number}) < 2:
        return gettext("Projects by region and year of allocation")
    return gettext(
        "%(region)s has the most projects in %(count)s of %(years)s years",
        region=first[0],
        count=formatting.number(won[first[0]]),
        years=formatting.number(counted),
    )


def sizes(numbers: Numbers) -> str:
    names = leaders(numbers)
    if len(names) != 1:
        return gettext("Size of grants")
    return gettext("Most frequent size: %(band)s", band=names[0])


def lengths(numbers: Numbers) -> str:
    names = leaders(numbers)
    if len(names) != 1:
        return gettext("Length of projects")
    return gettext("Most frequent length: %(band)s", band=names[0])
