"""The chart of the shares of regions: which difference is named."""

from tests.factories import import_records
from tests.pages import words


def note(visit):
    return words(visit("/data-and-research/").one("#region-shares"))


def import_regions(session, *regions):
    import_records(session, [{"title": f"Of {number}", "region": name} for number, name in enumerate(regions)])


def test_the_region_whose_shares_differ_most_is_named(session, visit):
    import_regions(session, "Africa", "Africa", "Europe")
    assert "The two differ most for Asia and Oceania: 0 % of projects, 28 % of the states." in note(visit)


def test_of_two_regions_whose_shares_differ_as_much_none_is_named(session, visit):
    # Latin America has 60 % of the projects and 19 % of the states, Africa none and 41 %.
    import_regions(session, *["Latin America and the Caribbean"] * 3, *["Middle East"] * 2)
    assert "Each line begins at 0" in note(visit)
    assert "The two differ most" not in note(visit)
