"""The numbers of the home page lead to what they count."""

import re

from tests.factories import import_records
from tests.loops import not_empty
from tests.pages import words
from tests.promises.test_statistics import records


def test_the_key_figures_lead_to_the_same_figures(session, visit):
    import_records(session, records(4, 60))
    projects, states, money, active = visit("/").select(".figures dd a")
    listed = totals(visit(projects.attrs["href"]))
    assert listed[0] == words(projects)
    assert f"USD {words(money)}" in listed[1]
    assert totals(visit(active.attrs["href"]))[0] == words(active)
    pages = {
        link for link in visit(f"{states.attrs['href']}?all=1").links if re.fullmatch("/where-we-work/[A-Z]{3}", link)
    }
    assert len(pages) == int(words(states)) == int(listed[2])


def test_the_number_and_the_sum_of_a_theme_and_of_a_region_are_those_of_its_list(session, visit):
    import_records(session, records(4, 60))
    links = visit("/").select(".tiles a, .regions li a")
    assert len(links) > 10
    for link in not_empty(links):
        said, listed = sorted(map(words, link.query("span"))), totals(visit(link.attrs["href"]))
        number, money = said if said[1].startswith(("USD", "budget")) else reversed(said)
        assert number.partition(" project")[0].replace("one", "1") == listed[0], said
        assert money.removesuffix(" full value") in listed[1] or (money, listed[1]) == (
            "budget not stated",
            "Not stated",
        ), said


def totals(page):
    """The numbers above a list: its projects, their full value, their member states."""
    return [words(number) for number in page.select(".totals dd")]
