"""The prose pages."""

import pytest

from portal.i18n.checked_pages import checked_on
from portal.web.presentation.navigation import REVIEWED_ON
from tests.pages import words


@pytest.mark.parametrize(
    ("prefix", "said"), [("/fr", "Traduction comparée à l’anglais le "), ("/es", "Traducción cotejada")]
)
def test_a_translation_says_when_it_was_compared_with_the_english(visit, prefix, said):
    reviewed, compared = visit(f"{prefix}/privacy/").select("article h1 + p time")
    assert (reviewed.attrs["datetime"], compared.attrs["datetime"]) == (
        REVIEWED_ON.isoformat(),
        checked_on("privacy.html", prefix[1:]).isoformat(),
    )
    assert said in words(compared.parent)
    assert len(visit("/privacy/").select("article h1 + p time")) == 1


@pytest.mark.parametrize(
    ("address", "entry"),
    [("/our-work/partnerships/", ["Our Work"]), ("/take-action/", ["Take Action"]), ("/privacy/", [])],
)
def test_the_main_menu_shows_the_section_of_the_page(visit, address, entry):
    marked = visit(address).select("nav[aria-label=Main] a[aria-current=page]")
    assert [words(link) for link in marked] == entry
