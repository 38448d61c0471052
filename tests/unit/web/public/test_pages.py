"""The prose pages."""

import pytest

from tests.pages import words


@pytest.mark.parametrize(
    ("address", "entry"),
    [("/our-work/partnerships/", ["Our Work"]), ("/take-action/", ["Take Action"]), ("/privacy/", [])],
)
def test_the_main_menu_shows_the_section_of_the_page(visit, address, entry):
    marked = visit(address).select("nav[aria-label=Main] a[aria-current=page]")
    assert [words(link) for link in marked] == entry
