"""The boxes that narrow a long list: every name of a country finds it, and an empty list says so."""

import pytest

from tests.browser.draft_flows import NEW

NAMES = [
    ("Cote d'Ivoire", "Côte d’Ivoire"),
    ("cote d’ivoire", "Côte d’Ivoire"),
    ("Ivory Coast", "Côte d’Ivoire"),
    ("Turkey", "Türkiye"),
    ("turkiye", "Türkiye"),
    ("DRC", "Democratic Republic of the Congo"),
    ("Swaziland", "Eswatini"),
    ("UK", "United Kingdom of Great Britain and Northern Ireland"),
    ("Alemania", "Germany"),
]


def shown(page, facet):
    return page.locator(f"{facet} label.check:visible:has([type=checkbox])").all_inner_texts()


@pytest.mark.parametrize(("typed", "name"), NAMES)
def test_a_country_is_found_by_any_of_its_names(context, page, writer, typed, name):
    writer(context)
    page.goto(NEW)
    box = page.get_by_label("Find in: Benefiting member states")
    box.press_sequentially(typed)
    assert shown(page, "#countries") == [name]


def test_a_box_says_when_nothing_is_found(context, page, writer):
    writer(context)
    page.goto(NEW)
    box = page.get_by_label("Find in: Benefiting member states")
    box.fill("Atlantis")
    status = page.locator("#countries [role=status]")
    assert "Nothing in this list" in status.inner_text()
    box.fill("Ghana")
    assert status.inner_text() == ""
    assert shown(page, "#countries") == ["Ghana"]
